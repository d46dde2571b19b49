// Somebody who found a weakness: no account, no script, a receipt instead of a name.

/** The receipt as it stands on the slip. */
const RECEIPT = /[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){4}-[0-9A-HJKMNP-TV-Z]{5}/;

export async function report(w) {
  const f = w.known.finder = await w.stage.person('finder', { script: false });
  const { words } = w;
  await f.open(`${w.house.address('ready')}/`, '');
  await f.follow(new RegExp(`^/${w.lang}/(index\\.html)?$`), 'front');
  await f.follow(/\/report$/, 'report form');
  const happens = [words.weakness, words.attack, words.verify, words.bypass].join('\n');
  w.inside(words.attack, 'the way of attack');
  w.inside(words.verify, 'the way of verification');
  w.inside(words.report.contact, "the finder's address");
  // What is missing is named, and what was typed stays.
  await f.send('/report', { verb: 'send', fields: { what: words.report.what, happens }, label: 'report refused', status: 422 });
  w.require(await f.page.inputValue('textarea[name="happens"]') === happens, 'the refused form lost what was typed');
  await f.send('/report', { verb: 'send', label: 'receipt', fields: { contact: words.report.contact, credit: words.report.credit, consent: true } });
  const slip = await f.text();
  const receipt = RECEIPT.exec(slip)?.[0];
  w.require(receipt, `no receipt on the page:\n${slip}`);
  w.known.receipt = receipt;
  w.inside(receipt, 'the receipt');
  w.known.handling = /\d{4}-\d{4}-\d|\d{8,9}|\d{2}-\d{2}-\d{2}-\d{2}(?:-\d)?/.exec(slip.replace(receipt, ''))?.[0];
  w.require(w.known.handling, `no handling number on the page:\n${slip}`);
  w.require(await f.page.locator('svg').count() > 0, 'no code to photograph');
  const file = await f.save('/report/file', { verb: 'file' });
  w.require(file.includes(receipt) && file.includes(w.known.handling), 'the saved file lacks receipt or handling number');
  w.require(!f.page.url().includes('?') && !f.page.url().includes(receipt), 'the address carries something');
  await f.send('/report/confirm', { verb: 'confirm', fields: { last: 'AAAAA' }, label: 'last group refused', status: 422 });
  await f.send('/report/confirm', { verb: 'confirm', fields: { last: receipt.slice(-5).toLowerCase() }, label: 'mailbox at once' });
}

/** Comes back with the receipt, typed as people do. */
async function back(w, label, typed = w.known.receipt, f = w.known.finder) {
  await f.open(`${w.house.address('ready')}/`, '');
  await f.follow(new RegExp(`^/${w.lang}/(index\\.html)?$`), '');
  await f.follow(/\/r$/, label ? 'return' : '');
  await f.send('/r', { verb: 'open', fields: { receipt: typed }, label });
  return f.text();
}

/** Presses "open" until the page says so: the house takes letters in once a second. */
async function until(w, holds, what, f = w.known.finder) {
  for (let tries = 0; tries < 40; tries += 1) {
    const shown = await f.text();
    if (holds(shown)) return shown;
    await f.page.waitForTimeout(500);
    await f.send(`/${w.lang}/r`, { verb: 'open', label: '' });
  }
  throw new Error(`the mailbox never shows ${what}:\n${await f.text()}`);
}

export async function answer(w) {
  const f = w.known.finder;
  // A mistyped receipt and an unknown one are answered with the same page.
  await f.open(`${w.house.address('ready')}/`, '');
  await f.follow(new RegExp(`^/${w.lang}/(index\\.html)?$`), '');
  await f.follow(/\/r$/, '');
  await f.send('/r', { verb: 'open', fields: { receipt: w.known.receipt.replace(/.$/, (c) => (c === '0' ? '1' : '0')) }, label: 'receipt unknown', status: 422 });
  // Small letters and spaces are as good as what is printed.
  await back(w, 'mailbox', w.known.receipt.toLowerCase().replaceAll('-', ' '));
  await until(w, (shown) => shown.includes(w.words.question.normalize('NFKC')), 'the question');
  await f.send('/r/add', { verb: 'add', fields: { text: `${w.words.answer} ${w.known.receipt}` }, label: 'receipt in a text refused', status: 422 });
  await f.send('/r/add', { verb: 'add', fields: { text: w.words.answer }, label: 'answered' });
  await f.send('/r/add', { verb: 'add', fields: { text: w.words.added }, label: 'added' });
  await until(w, (shown) => shown.includes(w.words.added.normalize('NFKC')), 'what was added');
  w.require(w.post.to(w.words.report.contact).length === 0, 'a mail went to the finder, who asked for none');
}

export async function close(w) {
  await back(w, 'mailbox in the end');
  const shown = await until(w, (text) => text.includes(w.known.case), 'the public number');
  for (const name of [w.words.vendors.a.name_ja, w.words.vendors.a.name_en, w.words.vendors.b.name_ja]) {
    w.require(!shown.includes(name), `the mailbox names ${name}`);
  }
  await w.known.finder.picture();
}


/** Files a report of a few words; returns who did, with receipt and handling number. */
async function filed(w, name, { what, happens }) {
  const person = await w.stage.person(name, { script: false });
  await person.open(`${w.house.address('ready')}/${w.lang}/report`, '');
  await person.send('/report', { verb: 'send', label: '', fields: { what, happens, consent: true } });
  const slip = await person.text();
  const receipt = RECEIPT.exec(slip)?.[0];
  w.require(receipt, `no receipt on the page of ${name}`);
  w.inside(receipt, `the receipt of ${name}`);
  await person.send('/report/confirm', { verb: 'confirm', fields: { last: receipt.slice(-5) }, label: '' });
  return { person, receipt, handling: /\d{4}-\d{4}-\d/.exec(slip.replace(receipt, ''))[0] };
}

/** One takes the report back, one waits for an answer, one tells what is attacked already. */
export async function others(w) {
  const { others: words, urgent } = w.words;
  const left = await filed(w, 'finder-b', words.back);
  await until(w, (shown) => shown.includes(words.withdraw.normalize('NFKC')), 'that it can be withdrawn', left.person);
  await left.person.send('/r/withdraw', { verb: 'withdraw', label: 'withdrawal refused', status: 422 });
  await left.person.send('/r/withdraw', { verb: 'withdraw', fields: { sure: true }, label: 'withdrawn' });
  await until(w, (shown) => shown.includes(words.withdrawn.normalize('NFKC')), 'the withdrawal', left.person);
  w.known.refused = await filed(w, 'finder-c', words.refused);
  w.inside(urgent.attack, 'the way of attack of the second case');
  w.known.urgent = await filed(w, 'finder-d', { what: urgent.what, happens: [urgent.weakness, urgent.attack].join('\n') });
}

/** Reads why the report was not taken up. */
export async function refused(w) {
  const { person, receipt } = w.known.refused;
  await back(w, '', receipt, person);
  const shown = await until(w, (text) => text.includes(w.words.others.declined.normalize('NFKC')), 'the refusal', person);
  w.require(shown.includes(w.words.others.refused.answer.normalize('NFKC')), 'the refusal comes without its words');
  await person.look('refused with its reason');
}
