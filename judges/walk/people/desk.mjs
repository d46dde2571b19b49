// The people of the house: the administrator who lets the others in, reception, coordinator.
import { copyCode } from '../mail.mjs';
import { both } from '../browser.mjs';
import { warned } from './member.mjs';
import { fields as moment, inDays, onSunday } from '../moment.mjs';
import { PASSWORDS } from '../words.mjs';

/** The desk's front door; without a session it leads to the page to sign in. */
const door = (w) => `${w.house.address('desk')}/${w.lang}/desk/`;

/** Signs in with handle and password. */
export async function enter(w, person, handle, password, label = '') {
  await person.open(door(w), label);
  await person.send('/sign-in', { verb: 'sign-in', fields: { handle, password }, label: '' });
  w.require(!(await person.page.locator('input[name="password"]').count()), `${handle} was not let in`);
  person.password = password;
}

/** Opens a one-time link and chooses a password; the code is told beside all but the first. */
async function setUp(w, name, link, password, code) {
  const person = await w.stage.person(name);
  await person.open(link.replace(/\/(ja|en)\//, `/${w.lang}/`), 'set-up');
  const path = new URL(person.page.url()).pathname;
  const told = code ? { code } : {};
  await person.send(path, { verb: 'set-up', fields: { ...told, password: 'short', password_again: 'short' }, label: 'password refused', status: 422 });
  await person.send(path, { verb: 'set-up', fields: { ...told, password, password_again: password }, label: '' });
  person.password = password;
  return person;
}

export async function arrive(w) {
  const admin = w.known.admin = await setUp(w, 'admin', w.house.setUp(), PASSWORDS.admin);
  if (await admin.page.locator('input[name="password"]').count()) await enter(w, admin, 'admin', PASSWORDS.admin);
  await admin.follow(/\/desk\/persons$/, 'persons');
  await admin.send('/desk/persons', { verb: 'person-add', fields: { handle: '' }, label: 'person refused', status: 422 });
  await admin.send('/desk/persons', { verb: 'person-add', fields: { handle: 'trainee', role: 'reception' }, label: 'person added' });
  const people = {};
  for (const handle of ['coordinator', 'reception', 'editor']) {
    const row = admin.page.locator('tr', { has: admin.page.locator(`th:text-is("${handle}")`) });
    await admin.send('/desk/persons', { verb: 'link', within: row, label: '' });
    const link = await admin.page.locator('#set-up-link').innerText();
    w.inside(link.split('/').pop(), `the set-up link of ${handle}`);
    w.require(link.startsWith('http'), `no link for ${handle}`);
    const code = await admin.page.locator('#set-up-code').innerText();
    people[handle] = await setUp(w, handle, link, PASSWORDS[handle], code);
    await enterIfAsked(w, people[handle], handle);
  }
  await admin.look('a link shown once');
  Object.assign(w.known, people);
  // A link opens once.
  const late = await w.stage.person('latecomer');
  await late.open(w.house.setUp().replace(/\/(ja|en)\//, `/${w.lang}/`), 'set-up link used up', { status: 404 });
}

async function enterIfAsked(w, person, handle) {
  if (await person.page.locator('input[name="password"]').count()) await enter(w, person, handle, PASSWORDS[handle], 'sign-in');
}

export async function receive(w) {
  const { reception: r } = w.known;
  const { words } = w;
  await r.open(door(w), 'list');
  await r.picture();
  await r.send('/desk/', { fields: { kind: 'reports' }, label: 'list of reports' });
  w.require(/kind=reports/.test(r.page.url()), 'the conditions are not in the address');
  await r.follow(/\/desk\/reports\//, 'report');
  await sortBySelection(w, r, words.report.what,
    [[words.weakness, 'V'], [words.attack, 'A'], [words.verify, 'T'], [words.bypass, 'W']]);
  const parts = await r.text('.parts');
  w.require(!parts.includes(words.attack), 'a way of attack lies open');
  await r.send(/\/desk\/reports\/[^/]+$/, { verb: 'ask', fields: { ask_lang: w.lang, ask_text: words.question }, label: 'asked back' });
  w.known.reportAddress = r.page.url().split('?')[0];
}

/**
 * Selects each sentence in the field that the finder wrote it into, and presses the button of its class. The form
 * proposes each field whole; the first piece takes the place of the field that is split, and `what` stays as proposed.
 */
async function sortBySelection(w, r, what, wanted) {
  const form = await r.form(/\/desk\/reports\/[^/]+$/, 'sort', []);
  await r.opened(form.locator('button[name="do"][value="sort"]'));
  for (const [text, klass] of wanted) {
    const found = await r.page.evaluate((part) => {
      const source = [...document.querySelectorAll('textarea.source')].find((field) => field.value.includes(part));
      if (!source) return false;
      const from = source.value.indexOf(part);
      source.focus();
      source.setSelectionRange(from, from + part.length);
      return true;
    }, text);
    w.require(found, `the text does not show: ${text}`);
    await r.act(r.page.locator(`button[data-part="${klass}"]`));
  }
  const rows = await form.evaluate((f) => {
    const of = (name) => [...f.querySelectorAll(`[name="${name}"], [name="${name}[]"]`)].map((field) => field.value);
    const [classes, texts] = [of('part_class'), of('part_text')];
    return texts.map((text, n) => [classes[n], text]).filter(([, text]) => text.trim());
  });
  const proposed = rows.filter(([klass, text]) => klass === 'V' && text === what);
  const pieces = rows.filter((row) => !proposed.includes(row));
  w.require(proposed.length === 1, `what the report is about is proposed once: ${JSON.stringify(rows)}`);
  w.require(JSON.stringify(pieces) === JSON.stringify(wanted.map(([text, klass]) => [klass, text])),
    `selecting made these rows: ${JSON.stringify(rows)}`);
  await r.send(/\/desk\/reports\/[^/]+$/, { verb: 'sort', label: 'sorted' });
}

const CASE = /\/desk\/cases\/[^/]+$/;
const VENDOR = /\/vendors\/\d+$/;
const escape = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

export async function accept(w) {
  const { reception: r, coordinator: c } = w.known;
  const { words } = w;
  await r.open(door(w), '');
  await r.follow(/\/desk\/reports\//, '');
  await r.until(new RegExp(escape(words.added)));
  await r.look('report with the answer');
  // A closed text opens for a reason, and that is on record.
  await r.send(/\/desk\/reports\/[^/]+$/, { verb: 'read', fields: {}, label: 'reading refused', status: 422 });
  await r.send(/\/desk\/reports\/[^/]+$/, { verb: 'read', fields: { why: words.question }, label: '' });
  await r.look('a closed text open');
  await c.open(door(w), '');
  await c.follow(/\/desk\/register$/, 'register');
  for (const [who, { name_ja, name_en, kana, contact }] of Object.entries(words.vendors)) {
    await c.open(new URL(`/${w.lang}/desk/register`, c.page.url()).href, '');
    if (who === 'a') await c.send('/desk/register', { verb: 'party-add', fields: { name_ja }, label: 'party refused', status: 422 });
    await c.send('/desk/register', { verb: 'party-add', fields: { name_ja, name_en, kana, contact, lang: w.lang, listed: true }, label: 'party' });
    w.known.party = { ...w.known.party, [who]: c.page.url().split('?')[0] };
    if (who === 'b') await c.send(/\/desk\/register\/[^/]+$/, { verb: 'standing', fields: { version: '2026-1' }, label: 'standing agreement' });
  }
  await c.open(w.known.reportAddress, '');
  await c.send(/\/desk\/reports\/[^/]+$/, { verb: 'accept', label: 'accepted' });
  if (!CASE.test(new URL(c.page.url()).pathname)) await c.follow(/\/desk\/cases\/[^/]+$/, '');
  w.known.caseAddress = c.page.url().split('?')[0];
  w.known.case = decodeURIComponent(new URL(w.known.caseAddress).pathname.split('/').pop());
  w.require(/^[A-Z]+-\d{8}$/.test(w.known.case), `the case has the number ${w.known.case}`);
  for (const who of ['a', 'b']) {
    await c.send(CASE, { fields: { party_q: words.vendors[who].name_en.split(' ')[0] }, label: who === 'a' ? 'register searched' : '' });
    const box = c.page.locator(both('party', (n) => `input[name="${n}"]`));
    w.require(await box.count() === 1, `${await box.count()} parties were found for vendor ${who}`);
    await c.send(CASE, { verb: 'add', fields: { party: await box.getAttribute('value'), part: 'vendor' }, label: who === 'a' ? 'vendor added' : '' });
  }
  await c.send(CASE, { verb: 'name', fields: { label: words.vulnerability.label, vuln_lang: w.lang, vuln_text: words.vulnerability.text }, label: 'vulnerability named' });
  const board = await c.links(/\/vendors\/\d+$/);
  w.known.vendorAddress = {};
  w.known.tracking = {};
  for (const address of new Set(board)) {
    await c.open(address, 'vendor in the case');
    const text = await c.text();
    const who = ['a', 'b'].find((one) => text.includes(words.vendors[one].contact));
    w.require(who, `${address} is neither vendor`);
    w.known.vendorAddress[who] = address;
    w.known.tracking[who] = address.split('/').pop();
    await c.send(VENDOR, { verb: 'invite', label: 'first contact' });
  }
  await c.open(w.known.caseAddress, '');
  await c.send(CASE, { verb: 'propose', fields: { until_date: 'x', until_time: '10:00' }, label: 'date refused', status: 422 });
  // A day off is asked about once; sent again as it stands, it is meant.
  await c.send(CASE, { verb: 'propose', fields: moment('until', onSunday(45)), label: 'day off', status: 422 });
  await c.send(CASE, { verb: 'propose', label: 'date proposed' });
}

const REPORT = /\/desk\/reports\/[^/]+$/;

/** Does not take a report up, and says why. */
export async function decline(w) {
  const { reception: r } = w.known;
  await r.open(door(w), '');
  await r.follow(new RegExp(`/desk/reports/${w.known.refused.handling}$`), '');
  const { answer } = w.words.others.refused;
  await r.send(REPORT, { verb: 'decline', label: 'declined', fields: { reason: 'not_vulnerability', decline_lang: w.lang, decline_text: answer } });
  // What was withdrawn waits for nobody.
  await r.open(door(w), '');
  w.require(!(await r.text()).includes(w.words.others.back.what.slice(0, 6).normalize('NFKC')), 'a withdrawn report stands in the list');
}

/** What is public and attacked becomes a case without waiting for anybody. */
export async function urgent(w) {
  const { reception: r, coordinator: c } = w.known;
  const { urgent: words } = w.words;
  await r.open(door(w), '');
  await r.follow(new RegExp(`/desk/reports/${w.known.urgent.handling}$`), '');
  await sortBySelection(w, r, words.what, [[words.weakness, 'V'], [words.attack, 'A']]);
  await c.open(r.page.url().split('?')[0], '');
  await c.send(REPORT, { verb: 'accept-public', fields: moment('since', inDays(-1)), label: 'accepted as public' });
  if (!CASE.test(new URL(c.page.url()).pathname)) await c.follow(/\/desk\/cases\/[^/]+$/, '');
  w.known.urgentAddress = c.page.url().split('?')[0];
  w.known.urgentCase = decodeURIComponent(new URL(w.known.urgentAddress).pathname.split('/').pop());
  await c.send(CASE, { verb: 'observe', fields: { fact: 'attacks_observed' }, label: 'attacks noted' });
}

export async function open(w) {
  const { coordinator: c } = w.known;
  await c.open(w.known.vendorAddress.a, '');
  await c.send(VENDOR, { verb: 'phone-code', fields: { called_number: '+81 3 0000 0000', called_from: 'public' }, label: '' });
  await c.look('telephone code shown once');
  w.known.phoneCode = (await c.page.locator('#phone-code').innerText()).replace(/\D/g, '');
  w.require(/^\d{8}$/.test(w.known.phoneCode), `the telephone code is ${w.known.phoneCode}`);
  w.inside(w.known.phoneCode, 'the telephone code');
  const classes = await c.page.locator(both('class', (n) => `input[name="${n}"]`)).evaluateAll((all) => all.map((box) => box.value));
  w.require(classes.includes('V') && !classes.includes('A') && !classes.includes('T'), `classes offered to a vendor: ${classes}`);
  await c.send(VENDOR, { verb: 'details', fields: { class: ['V', 'W'] }, label: 'details opened' });
}

/** Two people have the same page open; the second sees what the first did, and loses nothing. */
export async function together(w) {
  const { coordinator: c, approvers: [e] } = w.known;
  const { second } = w.words;
  await c.open(w.known.caseAddress, 'case');
  await e.open(w.known.caseAddress, 'case of a colleague');
  const board = await c.text();
  for (const who of ['a', 'b']) w.require(board.includes(w.words.vendors[who][`name_${w.lang}`].normalize('NFKC')), `the case does not show vendor ${who}`);
  await c.send(CASE, { verb: 'name', fields: { label: second.label, vuln_lang: w.lang, vuln_text: second.text }, label: '' });
  await e.send(CASE, { verb: 'name', fields: { label: 'V3', vuln_lang: w.lang, vuln_text: second.text }, label: 'somebody was faster', status: 409 });
  const shown = await e.text();
  w.require(shown.includes('coordinator') && shown.includes(second.text.normalize('NFKC')), 'the conflict shows neither who nor what was typed');
  await e.send(CASE, { label: 'sent anyway' });
  await c.open(w.known.caseAddress, '');
  for (const label of [second.label, 'V3']) w.require((await c.text()).includes(label), `${label} was lost`);
  await c.send(CASE, { fields: { kind: 'contact' }, label: 'timeline by kind' });
  await c.open(w.known.caseAddress, '');
  await c.picture();
}

export async function close(w) {
  const { coordinator: c, reception: r } = w.known;
  const { member } = w.words;
  const mail = await warned(w, member.phone);
  // The member reads reference and code from its mail, the desk types them.
  const code = copyCode(mail);
  const reference = /(?:\/ack\/)(\S+)/.exec(mail.text)?.[1];
  await r.open(door(w), '');
  await r.follow(/\/desk\/record$/, 'record');
  await r.send('/desk/record', { verb: 'record', fields: { reference, code: '000000', way: 'phone' }, label: 'code refused', status: 422 });
  await r.send('/desk/record', { verb: 'record', fields: { reference, code, way: 'phone' }, label: 'code recorded' });
  await r.follow(/\/desk\/tasks$/, 'tasks');
  await c.open(w.known.caseAddress, 'case in the end');
  const timeline = await c.page.locator('.tl li').count();
  w.require(timeline >= 15, `the timeline has ${timeline} lines`);
  await c.send(CASE, { verb: 'close', fields: { closure: 'published' }, label: 'closed' });
  await r.open(door(w), 'list in the end');
  posted(w);
  const out = w.known.admin;
  await out.send('/sign-out', { label: 'signed out' });
  await out.open(`${w.house.address('desk')}/${w.lang}/desk/persons`, 'asked to sign in');
  w.require(await out.page.locator('input[name="password"]').count() === 1, 'signing out changed nothing');
}

/** What all mails of the case say to whoever reads along. */
function posted(w) {
  const { words } = w;
  const mails = w.post.all();
  for (const mail of mails.filter((one) => ![w.known.case, w.known.urgentCase].some((number) => one.subject.includes(number)))) {
    const clear = `${mail.subject}\n${mail.text}`;
    // Who asked for news of a product reads its own choice back.
    const chosen = mail.to.includes(words.member.phone) ? [] : [words.product];
    for (const word of [...chosen, words.weakness, words.workaround, w.known.case]) {
      w.require(!clear.includes(word), `a mail to ${mail.to} that is no advisory says "${word}": ${mail.subject}`);
    }
  }
  const to = (address) => mails.filter((mail) => mail.to.includes(address)).length;
  w.require(to(words.report.contact) === 0, 'a mail went to the finder, who asked for none');
  for (const who of ['a', 'b']) w.require(to(words.vendors[who].contact) === 1, `${to(words.vendors[who].contact)} letters went to vendor ${who}`);
  const copies = mails.filter((mail) => mail.subject.includes(w.known.case));
  w.require(copies.length === 3 && new Set(copies.map((mail) => mail.to)).size === 3, `copies went to ${copies.map((mail) => mail.to)}`);
}
