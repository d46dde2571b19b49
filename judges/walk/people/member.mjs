// Three who want to be told: one presses "received", one replies with the code and leaves,
// one reads the code to the desk on the telephone. All know only their mail; none has script.
import fs from 'node:fs';
import path from 'node:path';
import { codes, copyCode, links } from '../mail.mjs';

async function subscribed(w, name, address, scope, target) {
  const m = await w.stage.person(name, { script: false });
  await m.open(`${w.house.address('ready')}/${w.lang}/`, '');
  await m.follow(/\/subscribe$/, 'subscription form');
  if (name === 'member') await m.picture();
  await m.send('/subscribe', { verb: 'preview', label: 'preview', fields: { address, lang: w.lang, scope, ...(target ? { name: target } : {}) } });
  w.require(await m.page.inputValue('input[name="address"]') === address, 'the preview lost the address');
  // A name that nothing published carries yet is told by the preview; sent again, it is meant.
  const isTold = await m.page.locator('input[name="kept"]').count() === 1;
  w.require(isTold === Boolean(target), 'the preview does not say what nothing published carries');
  await m.send('/subscribe', { verb: 'subscribe', label: 'subscription noted' });
  const mail = await w.post.wait(address);
  const link = links(mail.text).find((one) => one.includes('/subscribe/confirm/'));
  const [code] = codes(mail.text);
  w.require(link && code, `the mail to ${address} has no link or no code:\n${mail.text}`);
  w.require(!link.includes(code), 'the code stands in the link');
  const token = link.split('/').pop();
  await m.open(link, 'confirmation');
  await m.send(`/subscribe/confirm/${token}`, { verb: 'confirm', fields: { code }, label: 'confirmed' });
  return m;
}

export async function subscribe(w) {
  const { member } = w.words;
  w.known.memberA = await subscribed(w, 'member', member.everything, 'everything');
  w.known.memberB = await subscribed(w, 'member-b', member.vendor, 'vendor', member.vendor_name);
  w.known.memberC = await subscribed(w, 'member-c', member.phone, 'product', w.words.product);
  // Whoever asks for an address that is known already gets the same answer as anybody.
  const again = await w.stage.person('member-d', { script: false });
  await again.open(`${w.house.address('ready')}/${w.lang}/`, '');
  await again.follow(/\/subscribe$/, '');
  await again.send('/subscribe', { verb: 'subscribe', label: 'subscription noted', fields: { address: member.everything, lang: w.lang, scope: 'everything' } });
  const noted = w.stage.kept.filter((kept) => kept.label === 'subscription noted')
    .map((kept) => kept.html.replace(/name="once" value="[0-9a-f]+"/g, ''));
  w.require(new Set(noted).size === 1, 'the answer for a known address differs');
}

/** The advisory's mail to an address. */
export async function warned(w, address) {
  const mail = await w.post.wait(address, [], (one) => one.text.includes(w.known.case));
  for (const word of [w.words.advisory[w.lang].title, w.words.advisory[w.lang].fix]) {
    w.require(mail.text.replace(/\s/g, '').includes(word.replace(/\s/g, '')), `the mail to ${address} lacks "${word}"`);
  }
  return mail;
}

export async function receive(w) {
  const { member } = w.words;
  const mail = await warned(w, member.everything);
  const link = links(mail.text).find((one) => one.includes('/ack/'));
  w.require(link, `the mail has no address to say "received":\n${mail.text}`);
  const reference = link.split('/').pop();
  const a = w.known.memberA;
  await a.open(link, 'received?');
  await a.send(`/ack/${reference}`, { verb: 'received', label: 'received' });
  // One replies with the code, and then leaves by the link; a GET alone changes nothing.
  const other = await warned(w, member.vendor);
  replied(w, member.vendor, other);
  const stop = links(other.text).find((one) => one.includes('/unsubscribe/'));
  w.require(stop, `the mail has no address to leave:\n${other.text}`);
  w.require((other.head.get('list-unsubscribe') ?? '').includes(stop), 'the head of the mail names another address to leave');
  w.require(/one-click/i.test(other.head.get('list-unsubscribe-post') ?? ''), 'the mail does not offer to leave in one click');
  // The mail program's one click is a POST without a page.
  const clicked = await fetch(stop, { method: 'POST', body: 'List-Unsubscribe=One-Click', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } });
  w.require(clicked.ok, `the one click was answered with ${clicked.status}`);
  // One page in both languages, since nobody knows who opens it.
  await w.known.memberB.open(stop, 'leaving', { lang: 'ja' });
}

/** The emergency goes to whoever wants everything, and is acknowledged like the rest. */
export async function urgent(w) {
  const { everything } = w.words.member;
  const mail = await w.post.wait(everything, [], (one) => one.text.includes(w.known.urgentCase));
  const link = links(mail.text).find((one) => one.includes('/ack/'));
  await w.known.memberA.open(link, '');
  await w.known.memberA.send(`/ack/${link.split('/').pop()}`, { verb: 'received', label: '' });
}

/** The mail program's answer to a copy, handed to the house as an operator's inlet would. */
function replied(w, from, mail) {
  const id = mail.head.get('message-id');
  const reply = (typed) => `From: ${from}\r\nTo: ${mail.from}\r\nSubject: Re: ${w.known.case}\r\nMessage-ID: <reply@kumiai.example>\r\n`
    + `In-Reply-To: ${id}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n${typed}\r\n`;
  const file = path.join(w.plan.results, 'reply.eml');
  fs.writeFileSync(file, reply('000000'));
  w.require(w.house.run(['mail', 'take', file]).code !== 0, 'a wrong code was taken');
  const code = copyCode(mail);
  w.require(code, `the mail has no code:\n${mail.subject}\n${mail.text}`);
  fs.writeFileSync(file, reply(code));
  const taken = w.house.run(['mail', 'take', file]);
  w.require(taken.code === 0, `the reply was not taken: ${taken.error || JSON.stringify(taken.said)}`);
}
