#!/usr/bin/env node
// Walks one whole case as the seven people it concerns; `cargo xtask walk` founds and starts
// the house and hands over a plan:  node walk.mjs PLAN.json
//
// Sources are what the program printed, the pages, and the mails in DIR/mail. Each scene
// belongs to a person; with `person` in the plan the case goes on to that person's last
// scene, and only that person's pages are judged. Leaves in the results' folder: said.txt
// (what a developer is told), kept.json (words that must stay inside), audit.json (open
// pages with their sessions), mails.txt (to whom, which subject), and pictures of whatever failed.
// Exit: 0 all well, 1 something is not as it must be, 2 could not walk.
import fs from 'node:fs';
import path from 'node:path';
import { Stage } from './browser.mjs';
import { House } from './house.mjs';
import { judge } from './judge.mjs';
import { Post } from './mail.mjs';
import { words } from './words.mjs';
import * as approver from './people/approver.mjs';
import * as desk from './people/desk.mjs';
import * as editor from './people/editor.mjs';
import * as finder from './people/finder.mjs';
import * as member from './people/member.mjs';
import * as reader from './people/reader.mjs';
import * as vendor from './people/vendor.mjs';

/** The case in the order in which it happens. */
const SCENES = [
  ['desk', 'sets up the house and lets its people in', desk.arrive],
  ['approver', 'sign in with the passwords of the kit', approver.arrive],
  ['finder', 'files a report and keeps the receipt', finder.report],
  ['member', 'subscribe and confirm', member.subscribe],
  ['desk', 'reads, sorts and asks back', desk.receive],
  ['finder', 'comes back, answers and adds', finder.answer],
  ['desk', 'accepts, picks vendors and writes to them', desk.accept],
  ['finder', 'three others report, and one withdraws', finder.others],
  ['desk', 'declines with a reason', desk.decline],
  ['finder', 'reads why', finder.refused],
  ['vendor', 'opens the invitation and accepts the terms', vendor.arrive],
  ['desk', 'reads the telephone code aloud and opens the details', desk.open],
  ['vendor', 'passes the second step and answers', vendor.answer],
  ['vendor', 'with a standing agreement names another date, then agrees', vendor.second],
  ['desk', 'works beside a colleague and overwrites nothing', desk.together],
  ['editor', 'composes the advisory and plans its release', editor.compose],
  ['approver', 'reads the plan and approves it', approver.approve],
  ['reader', 'waits for the instant, searches and reads', reader.read],
  ['member', 'press "received", and one leaves', member.receive],
  ['finder', 'sees that it is published', finder.close],
  ['desk', 'makes a case of what is attacked', desk.urgent],
  ['editor', 'writes in haste and plans an emergency', editor.hasten],
  ['approver', 'approve the emergency', approver.hasten],
  ['reader', 'reads at once', reader.hastened],
  ['member', 'acknowledges the emergency', member.urgent],
  ['desk', 'enters a code told by telephone and closes the case', desk.close],
];

const plan = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
const last = plan.person ? SCENES.findLastIndex(([who]) => who === plan.person) : SCENES.length - 1;

/** What everybody in the walk shares: the plan, the words, and what was learnt on the way. */
const world = {
  plan,
  lang: plan.lang,
  house: new House(plan),
  post: new Post(path.join(plan.dir, 'mail')),
  words: words[plan.lang],
  known: {},
  kept: [],
  audit: [],
  /** Notes a sentence that no file going out may hold. */
  inside(word, what) {
    this.kept.push([word, what]);
  },
  require(holds, sentence) {
    if (!holds) throw new Error(sentence);
  },
};

const said = [];
let failed = false;
let scene = '';
const stage = world.stage = await Stage.open({ executable: plan.chromium, lang: plan.lang, keys: plan.lang === 'en', results: plan.results,
  shots: plan.shots });
const begun = Date.now();
try {
  for (const [who, what, act] of SCENES.slice(0, last + 1)) {
    scene = `${who}: ${what}`;
    stage.at = scene;
    stage.role = who;
    const started = Date.now();
    await act(world);
    console.log(`${scene} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  }
  await rest();
} catch (error) {
  failed = true;
  said.push(`${scene}: ${error.message}`);
  console.log(`${scene}: ${error.stack}`);
  for (const person of stage.people) await person.photograph('failed');
}
fs.writeFileSync(path.join(plan.results, 'kept.json'), JSON.stringify(world.kept));
fs.writeFileSync(path.join(plan.results, 'mails.txt'), world.post.all().map((mail) => `${mail.to}\t${mail.subject}\n`).join(''));
fs.writeFileSync(path.join(plan.results, 'audit.json'), JSON.stringify(await sessions()));
await stage.close();
for (const problem of [...new Set(stage.problems)]) {
  failed = true;
  said.push(problem);
}
if (!failed) said.push(`${last + 1} scenes, ${stage.kept.length} pages, ${world.post.all().length} mails in ${((Date.now() - begun) / 1000).toFixed(0)} s`);
fs.writeFileSync(path.join(plan.results, 'said.txt'), `${said.join('\n')}\n`);
console.log(said.join('\n'));
process.exit(failed ? 1 : 0);

/** Judges the pages that were seen: each once in every state that it was seen in. */
async function rest() {
  const mine = stage.kept.filter((kept) => !plan.person || kept.role === plan.person);
  const once = [...new Map(mine.map((kept) => [`${kept.role} ${kept.label}`, kept])).values()];
  scene = 'judge';
  if (!plan.judge) return;
  const started = Date.now();
  const findings = await judge(stage, once);
  fs.writeFileSync(path.join(plan.results, 'findings.txt'), findings.join('\n'));
  for (const finding of findings) stage.problems.push(finding);
  console.log(`${once.length} pages judged, ${findings.length} findings (${((Date.now() - started) / 1000).toFixed(1)} s)`);
}

/** The addresses that each person had open, with the cookie that opens them again. */
async function sessions() {
  const wanted = new Map();
  for (const kept of stage.kept) {
    // A link that opens once is gone by then; its page is judged in the walk itself.
    if (/[A-Z2-7]{26}/i.test(kept.url)) continue;
    if (!kept.get || (plan.person && kept.role !== plan.person)) continue;
    const { origin, pathname, search } = new URL(kept.url);
    const key = `${kept.person} ${origin}`;
    if (!wanted.has(key)) wanted.set(key, { person: `${kept.person}-${new URL(origin).port}`, base: origin, paths: new Set() });
    wanted.get(key).paths.add(pathname + search);
  }
  const all = [];
  for (const [key, visit] of wanted) {
    const person = stage.people.find((one) => key.startsWith(`${one.name} `));
    const cookies = await person.context.cookies(visit.base);
    all.push({ ...visit, paths: [...visit.paths], cookie: cookies.map((c) => `${c.name}=${c.value}`).join('; ') });
  }
  return all;
}
