// Two vendors: one that accepts the terms for this matter and passes the second step by
// telephone, one with a standing agreement. Both know only their mail.
import { codes, links } from '../mail.mjs';
import { fields as moment, inDays } from '../moment.mjs';

/** Opens the invitation as it stands in the mail: link, then the code from the text. */
async function invited(w, who, name) {
  const { contact } = w.words.vendors[who];
  const mail = await w.post.wait(contact);
  const clear = `${mail.subject}\n${mail.text}`;
  for (const word of [w.words.product, w.words.weakness, w.words.report.what, w.known.case]) {
    w.require(!clear.includes(word), `the letter in clear to ${contact} says "${word}"`);
  }
  w.require(clear.includes(w.known.tracking[who]), `the letter does not carry its reference ${w.known.tracking[who]}`);
  const link = links(mail.text).find((address) => /\/partner\/i\//.test(address));
  w.require(link, `the letter has no link:\n${mail.text}`);
  const [code] = codes(mail.text);
  w.require(code, `the letter has no code of six digits:\n${mail.text}`);
  w.require(!link.includes(code), 'the code stands in the link');
  const person = await w.stage.person(name);
  const token = link.split('/').pop();
  await person.open(link, 'invitation');
  const shown = await person.text();
  for (const word of [w.words.product, w.known.case, w.words.vendors[who].name_ja]) {
    w.require(!shown.includes(word), `the invitation shows "${word}" before the code`);
  }
  // A wrong code and an unknown link are answered alike.
  await person.send(`/partner/i/${token}`, { verb: 'enter', fields: { code: code === '000000' ? '111111' : '000000' }, label: 'invitation refused', status: 422 });
  await person.send(`/partner/i/${token}`, { verb: 'enter', fields: { code }, label: 'beginning' });
  w.require(!person.page.url().includes(token), 'the address still carries the link');
  return person;
}

export async function arrive(w) {
  const a = w.known.vendorA = await invited(w, 'a', 'vendor');
  w.require(!(await a.text()).includes(w.words.product), 'details show before the terms');
  await a.send('/partner/terms', { verb: 'accept', label: 'terms refused', status: 422 });
  await a.send('/partner/terms', { verb: 'accept', fields: { accept: true }, label: 'terms accepted' });
  await a.send('/partner/call', { verb: 'ask', fields: { phone: '03-0000-0012', hours: '10-17' }, label: 'call asked' });
  w.require(!(await a.text()).includes(w.words.weakness), 'details show before the second step');
}

export async function answer(w) {
  const a = w.known.vendorA;
  await a.send('/partner/code', { verb: 'enter', fields: { code: '00000000' }, label: 'telephone code refused', status: 422 });
  await a.send('/partner/code', { verb: 'enter', fields: { code: w.known.phoneCode }, label: 'details' });
  w.require((await a.text()).includes(w.words.weakness), 'the details do not show');
  const shown = await a.whole();
  w.require(!shown.includes(w.words.attack), 'the way of attack shows');
  w.require(!shown.includes(w.words.finder), 'the finder shows');
  w.require(!shown.includes(w.words.vendors.b.name_ja) && !shown.includes(w.words.vendors.b.name_en), 'another vendor shows');
  await a.send('/partner/receipt', { verb: 'confirm', label: 'receipt confirmed' });
  await a.send('/partner/date', { verb: 'agree', label: 'date agreed' });
  await a.send('/partner/answer', { verb: 'record', fields: { product: w.words.product, answer: 'affected', from: '3.2.1', to: '3.1.0', to_in: 'no' }, label: 'answer refused', status: 422 });
  await a.send('/partner/answer', { verb: 'record', label: 'answer recorded', fields: {
    vulnerability: w.words.vulnerability.label, product: w.words.product, answer: 'affected', from: '3.1.0', to: '3.2.1', to_in: 'no', fixed_in: '3.2.1',
  } });
  await a.send('/partner/text', { verb: 'record', fields: { kind: 'statement', lang: w.lang, text: w.words.statement }, label: 'statement recorded' });
  await a.send('/partner/text', { verb: 'record', fields: { kind: 'workaround', lang: w.lang, text: w.words.workaround }, label: 'workaround recorded' });
  await a.send('/partner/text', { verb: 'record', fields: { kind: 'references', about: `${w.words.product} (>= 3.1.0, < 3.2.1)`, lang: w.lang, text: 'https://minato.example/advisory' }, label: 'text refused', status: 422 });
  await a.send('/partner/text', { verb: 'record', fields: { kind: 'fix', about: `${w.words.product} (>= 3.1.0, < 3.2.1)`, lang: w.lang, text: w.words.fix }, label: 'fix recorded' });
  w.require(/3\.1\.0 以上 3\.2\.1 未満|from 3\.1\.0, before 3\.2\.1/.test(await a.text('main')), 'the fix does not say which versions it is for');
  // To agree to be named shows nobody who has not agreed.
  await a.send('/partner/naming', { verb: 'agree', label: 'agreed to be named' });
  const others = await a.whole();
  w.require(!others.includes(w.words.vendors.b.name_ja) && !others.includes(w.words.vendors.b.name_en), 'a vendor shows that agreed to nothing');
  await a.send('/partner/naming', { verb: 'end', label: '' });
  await a.send('/partner/ticket', { verb: 'record', fields: { ticket: w.words.ticket }, label: 'ticket recorded' });
  w.require((await a.text()).includes(w.words.ticket), 'the own number does not show');
  await a.picture();
}

export async function second(w) {
  const b = w.known.vendorB = await invited(w, 'b', 'vendor-b');
  await b.send('/partner/receipt', { verb: 'confirm', label: 'receipt confirmed' });
  await b.send('/partner/date', { verb: 'counter', fields: { counter_date: 'x' }, label: 'date refused', status: 422 });
  await b.send('/partner/date', { verb: 'counter', fields: moment('counter', inDays(60)), label: 'date countered' });
  await b.send('/partner/date', { verb: 'agree', label: 'date agreed' });
  w.require(!(await b.whole()).includes(w.words.weakness), 'details show that nobody opened');
}
