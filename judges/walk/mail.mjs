// The mailboxes of all people outside: the folder into which the house writes its mail.
// Reads what a mail program would show: head, the plain text, links and codes in it.
import fs from 'node:fs';
import path from 'node:path';

/** How long a mail may take to appear; the house looks once a second. */
const POST_MS = 30_000;

export class Post {
  constructor(folder) {
    this.folder = folder;
  }

  /** All mails so far. */
  all() {
    if (!fs.existsSync(this.folder)) return [];
    return fs.readdirSync(this.folder).filter((name) => name.endsWith('.eml'))
      .map((name) => ({ name, ...read(fs.readFileSync(path.join(this.folder, name))) }));
  }

  to(address) {
    return this.all().filter((mail) => mail.to.includes(address));
  }

  /** Waits for the mail to an address that this person has not read yet. */
  async wait(address, known = [], wanted = () => true) {
    for (const end = Date.now() + POST_MS; Date.now() < end;) {
      const mail = this.to(address).find((one) => !known.includes(one.name) && wanted(one));
      if (mail) return mail;
      await new Promise((done) => setTimeout(done, 250));
    }
    throw new Error(`no mail to ${address}; there are mails to ${[...new Set(this.all().map((m) => m.to))].join(', ')}`);
  }
}

/** Six digits that stand alone, in the order of the text; those within a signature's letters do not. */
export const codes = (text, digits = 6) => [...text.normalize('NFKC').matchAll(new RegExp(`(?<![\\w#+/=-])\\d{${digits}}(?![\\w+/=-])`, 'g'))].map((m) => m[0]);

/** The code of a copy: five digits of its text, and the one in the first brackets of its subject. */
export function copyCode(mail) {
  const [five] = codes(mail.text, 5);
  const [, last] = /^\[(\d)\]/.exec(mail.subject) ?? [];
  return five && last ? `${five}${last}` : undefined;
}

/** Addresses in a text. */
export const links = (text) => [...text.matchAll(/https?:\/\/[^\s<>"）)]+/g)].map((m) => m[0]);

function read(bytes) {
  const { head, body } = part(bytes);
  const plain = text(head, body);
  return { to: words(head.get('to') ?? ''), from: words(head.get('from') ?? ''), subject: words(head.get('subject') ?? ''),
    head, text: plain, raw: bytes.toString('latin1') };
}

function part(bytes) {
  const raw = bytes.toString('latin1');
  const cut = raw.search(/\r?\n\r?\n/);
  const lines = (cut < 0 ? raw : raw.slice(0, cut)).replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/);
  const head = new Map();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon > 0) head.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  return { head, body: cut < 0 ? '' : raw.slice(cut).replace(/^\r?\n\r?\n/, '') };
}

/** The plain texts of a mail, one after the other, through multipart of any depth. */
function text(head, body) {
  const type = head.get('content-type') ?? 'text/plain';
  const boundary = /boundary="?([^";]+)"?/i.exec(type)?.[1];
  if (/^multipart\//i.test(type) && boundary) {
    const inner = body.split(new RegExp(`\\r?\\n?--${boundary.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?:--)?[ \\t]*\\r?\\n?`)).slice(1);
    const found = inner.map((piece) => part(Buffer.from(piece, 'latin1'))).map((one) => text(one.head, one.body));
    return found.filter(Boolean).join('\n');
  }
  if (!/^text\/plain/i.test(type)) return '';
  const coding = (head.get('content-transfer-encoding') ?? '').toLowerCase();
  if (coding === 'base64') return Buffer.from(body, 'base64').toString('utf8');
  if (coding === 'quoted-printable') return Buffer.from(quoted(body.replace(/=\r?\n/g, '')), 'latin1').toString('utf8');
  return Buffer.from(body, 'latin1').toString('utf8');
}

const quoted = (body) => body.replace(/=([0-9A-F]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16)));

/** A header with encoded words, as people read it. */
function words(value) {
  return value.replace(/(\?=)\s+(=\?)/g, '$1$2').replace(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_, how, data) => (how.toLowerCase() === 'b'
    ? Buffer.from(data, 'base64') : Buffer.from(quoted(data.replaceAll('_', ' ')), 'latin1')).toString('utf8'));
}
