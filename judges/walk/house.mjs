// What the program prints and answers on its command line: the only other source of a walk
// beside the pages and the mails. Reads words of print, never files of the house.
import fs from 'node:fs';
import { spawnSync } from 'node:child_process';

export class House {
  constructor(plan) {
    this.plan = plan;
    this.kit = printed(plan.printed.init);
  }

  served() {
    return printed(this.plan.printed.serve);
  }

  /** The address printed after a word, without the slash at the end. */
  address(word) {
    const found = new RegExp(`^\\s*${word}\\S*\\s+(https?://\\S+)`, 'm').exec(this.served());
    if (!found) throw new Error(`serve prints no line "${word} http://…":\n${this.served()}`);
    return new URL(found[1]).origin;
  }

  /** The password that the recovery kit prints for a person. */
  password(handle) {
    const found = new RegExp(`^\\s*${handle}: (\\S+)$`, 'm').exec(this.kit);
    if (!found) throw new Error(`the recovery kit has no password of ${handle}`);
    return found[1];
  }

  /** The link for the first administrator. */
  setUp() {
    const found = /https?:\/\/\S+/.exec([...this.kit.matchAll(/^.*https?:\/\/\S+.*$/gm)].map((m) => m[0]).find((line) => /set-?up|\/s\/|start/i.test(line)) ?? '');
    if (!found) throw new Error(`init prints no set-up link:\n${this.kit.slice(0, 1500)}`);
    return found[0];
  }

  /** Runs the program; returns its exit code and what it says as JSON where it does. */
  run(arguments_) {
    const { noroshi, dir, database } = this.plan;
    const all = ['--dir', dir, '--json', ...(database ? ['--database', database] : []), ...arguments_];
    const done = spawnSync(noroshi, all, { encoding: 'utf8', timeout: 120_000, maxBuffer: 1 << 26 });
    let said = null;
    try { said = JSON.parse(done.stdout); } catch { said = done.stdout; }
    return { code: done.status, said, error: done.stderr };
  }
}

/** The words of the program; lines with `$` are the commands that an operator typed. */
const printed = (file) => fs.readFileSync(file, 'utf8').split('\n').filter((line) => !line.startsWith('$ ')).join('\n');
