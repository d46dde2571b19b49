// The browser's half of the search, without a browser: it folds as the house folds, and it finds.
//   node judges/find-test.mjs
// Reads crates/pages/assets/find.js and fixtures/find; exit status 1 if an answer differs.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import vm from 'node:vm';

const root = new URL('..', import.meta.url);
const read = (path) => readFileSync(new URL(path, root), 'utf8');
const json = (name) => JSON.parse(read(`fixtures/find/${name}`));
// As it is pressed: without the lines that are comments.
const source = read('crates/pages/assets/find.js').split('\n').filter((line) => !/^\s*(?:\/\/|\/\*)/.test(line)).join('\n');
const page = vm.createContext({});
vm.runInContext(source, page);

let tried = 0;
const failed = [];
const same = (what, expected, found) => {
  tried += 1;
  const [a, b] = [expected, found].map((value) => JSON.stringify(value));
  if (a !== b) failed.push(`${what}: expected ${a}, found ${b}`);
};

const vectors = json('folding.json');
for (const row of vectors.folding) {
  const plain = page.plain(row.text);
  same(`plain ${row.text}`, row.plain, plain);
  same(`loose ${row.text}`, row.loose, page.loose(plain));
  same(`terms ${row.text}`, [...row.terms].sort(), page.terms(plain));
}
for (const row of vectors.pieces) same(`piece ${row.pair}`, row.piece, page.piece(row.pair, row.pieces));

const loaded = new Map();
const load = async (stem, piece) => {
  const name = `${stem}-${piece}.json`;
  if (!loaded.has(name)) loaded.set(name, json(name).terms);
  return loaded.get(name);
};
const index = json('index.json');
for (const row of json('questions.json')) {
  const asking = { q: row.ask, severity: row.severity, status: row.status, year: row.year, vendor: row.vendor };
  const found = await page.search(index, asking, load);
  same(`${row.ask} (${row.why})`, row.found, [...found].map((entry) => entry.id));
  same(`jump ${row.ask}`, row.jump ?? null, page.jump(index, row.ask)?.id ?? null);
}

// A hit by the name of a vendor that is not affected says so, in any spelling; a hit by anything else does not.
const spared = { unaffected: [{ names: ['株式会社霧笛電子計算機', 'Muteki Computer'], kana: 'ムテキデンシケイサンキ' }] };
for (const [ask, count] of [
  [{ vendor: 'muteki' }, 1], [{ vendor: 'ﾑﾃｷ' }, 1], [{ q: '更新 霧笛' }, 1], [{ q: 'ＭＵＴＥＫＩ' }, 1], [{ q: 'gate' }, 0], [{}, 0],
]) same(`not affected ${JSON.stringify(ask)}`, count, page.unaffected(spared, ask).length);
same('not affected, an older index', 0, page.unaffected({}, { q: 'muteki' }).length);

// A block in several pieces answers like one: each term is looked for where its first two letters lead.
const split = { ...index, search: index.search.map((block) => ({ ...block, pieces: 4 })) };
const terms = json('texts-0.json').terms;
const pieces = [0, 1, 2, 3].map((n) => Object.fromEntries(Object.entries(terms).filter(([term]) => {
  const chars = [...term];
  if (chars.length === 1) return page.piece(term, 4) === n;
  return chars.slice(1).some((c, at) => page.piece(chars[at] + c, 4) === n);
})));
for (const row of json('questions.json')) {
  const found = await page.search(split, { q: row.ask }, async (_, n) => pieces[n]);
  const whole = await page.search(index, { q: row.ask }, load);
  same(`in pieces: ${row.ask}`, [...whole].map((entry) => entry.id), [...found].map((entry) => entry.id));
}

const weight = gzipSync(source, { level: 9 }).length;
// With its headers it has to come to 6 KiB on the wire.
same('the script is at most 5.5 KiB compressed', true, weight <= 5.5 * 1024);
same('the script makes no markup from text', false, /innerHTML|outerHTML|insertAdjacent|document\.write|eval\(/.test(source));
for (const line of failed) console.log(line);
console.log(`${tried - failed.length} of ${tried} good; the script weighs ${weight} bytes compressed`);
process.exit(failed.length ? 1 : 0);
