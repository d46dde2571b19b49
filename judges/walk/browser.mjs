// A person at a browser: goes to printed addresses, types into named fields, presses
// buttons. Forms are found by the end of their address, fields by name, buttons by value,
// never by words, so that one script walks every language.
//
// Every page that comes is looked at: status, language, missing words, script errors,
// blocked sources, requests to other hosts. What a closer judge needs (`judge.mjs`) is
// kept as it came over the wire. Knows no route of the house.
import fs from 'node:fs';
import path from 'node:path';
import { chromium } from './modules.mjs';

/** How long one page may take; the first sign-in of a debug build stretches a password. */
const PAGE_MS = 30_000;
/** A browser says so on the console for each 4xx, also for one that a step expects. */
const EXPECTED_STATUS = /^Failed to load resource: the server responded with a status of (4\d\d)/;
/** Words that no Japanese page says (docs/design/japanese-practice.md §3.4, left column). */
const NOT_JAPANESE = ['クロック', 'キュー', 'デスク', 'ボード', 'タイムライン', '四つ目', 'プレス', '台帳', 'アウトボックス',
  'デッドレター', 'バウンス', 'エスカレーション', 'ダイジェスト', 'ステップアップ', 'マージ', 'スピンオフ', 'リハーサルモード', 'アボート',
  'ダークモード', 'レジャー', '参照番号', '確認用の番号', 'お預かり', 'の超過', '（0 分前）', 'TN TN#', '[ARCHIVE]'];

/** A field that may stand several times bears `[]` behind its name. */
export const both = (name, selector) => `${selector(name)}, ${selector(`${name}[]`)}`;

/** All browser windows of one walk. */
export class Stage {
  static async open({ executable, lang, keys, results, shots }) {
    const browser = await chromium.launch({
      executablePath: executable,
      args: ['--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--force-color-profile=srgb',
        '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost'],
    });
    return Object.assign(new Stage(), { browser, lang, keys, results, shots, people: [], kept: [], problems: [], at: '', role: '' });
  }

  bad(text) {
    this.problems.push(`${this.at}: ${text}`);
  }

  /** A person with a browser of its own: own cookies, with or without script. */
  async person(name, { script = true } = {}) {
    const context = await this.browser.newContext({
      locale: this.lang, javaScriptEnabled: script, reducedMotion: 'reduce', timezoneId: 'Asia/Tokyo',
      viewport: { width: 1280, height: 900 }, acceptDownloads: true,
    });
    await context.addInitScript(() => {
      window.__csp = [];
      document.addEventListener('securitypolicyviolation', (e) => window.__csp.push(`${e.effectiveDirective} blocked ${e.blockedURI || 'inline'}`));
    });
    const page = await context.newPage();
    page.setDefaultTimeout(PAGE_MS);
    const person = Object.assign(new Person(), { stage: this, name, context, page, script, expected: 200, document: null });
    person.watch();
    this.people.push(person);
    return person;
  }

  async close() {
    await this.browser.close();
  }
}

class Person {
  watch() {
    const { page, stage } = this;
    page.on('console', (line) => {
      const expected = EXPECTED_STATUS.exec(line.text());
      if (expected && [this.expected, 401].includes(Number(expected[1]))) return;
      if (['error', 'warning'].includes(line.type())) stage.bad(`console of ${page.url()}: ${line.text()}`);
    });
    page.on('pageerror', (error) => stage.bad(`script of ${page.url()}: ${error}`));
    page.on('request', (request) => {
      const { protocol, hostname } = new URL(request.url());
      if (protocol.startsWith('http') && hostname !== '127.0.0.1') stage.bad(`a request left the machine: ${request.url()}`);
    });
    page.on('response', (response) => {
      const request = response.request();
      if (request.isNavigationRequest() && request.frame() === page.mainFrame()) this.document = response;
      else if (response.status() >= 400) stage.bad(`${response.status()} ${response.url()}`);
    });
  }

  /** Opens an address; nothing else is ever opened than what was printed, mailed or linked. */
  async open(address, label, { status = 200, lang } = {}) {
    this.expected = status;
    await this.page.goto(address, { waitUntil: 'load' });
    await this.look(label, status, lang);
    return this;
  }

  /** Follows the first link whose path matches; a person would click it. */
  async follow(pattern, label, { status = 200 } = {}) {
    this.expected = status;
    const link = await this.link(pattern);
    await this.opened(link);
    await this.leave(() => this.act(link));
    await this.look(label, status);
    return this;
  }

  /** The first link whose path matches; a jump inside the page leads nowhere else. */
  async link(pattern) {
    for (const link of await this.page.locator('a[href]:not([href^="#"])').all()) {
      if (pattern.test(await link.evaluate((a) => a.pathname + a.search))) return link;
    }
    throw new Error(`no link ${pattern} on ${this.page.url()}`);
  }

  /** Addresses of all links that match. */
  async links(pattern) {
    const found = await this.page.locator('a[href]').evaluateAll((all) => all.map((a) => a.href));
    return found.filter((href) => pattern.test(href));
  }

  /** The form whose address ends so, and that has the button and all the fields. */
  async form(ending, verb, fields, within = this.page) {
    const found = [];
    for (const form of await within.locator('form').all()) {
      const address = new URL(await form.evaluate((f) => f.getAttribute('action') || location.href), this.page.url());
      if (!(ending instanceof RegExp ? ending.test(address.pathname) : address.pathname.endsWith(ending))) continue;
      if (verb && !(await form.locator(`button[name="do"][value="${verb}"]`).count())) continue;
      const missing = [];
      for (const name of fields) if (!(await this.field(form, name).count())) missing.push(name);
      if (!missing.length) return form;
      found.push(`without ${missing.join(', ')}`);
    }
    throw new Error(`no form …${ending}${verb ? ` with button ${verb}` : ''} on ${this.page.url()} ${found.length ? `(${found.join('; ')})` : `(there are: ${await this.forms()})`}`);
  }

  /** What forms there are, for the sentence of a failure. */
  async forms() {
    const all = await this.page.locator('form').evaluateAll((forms) => forms.map((form) => {
      const fields = [...form.querySelectorAll('input:not([type=hidden]), select, textarea')].map((f) => f.name);
      const verbs = [...form.querySelectorAll('button[name=do]')].map((b) => b.value);
      return `${form.getAttribute('action')} [${[...new Set(fields)].join(' ')}] {${verbs.join(' ')}}`;
    }));
    return all.join(' | ');
  }

  field(form, name) {
    return form.locator(both(name, (n) => `input[name="${n}"]:not([type="hidden"]), select[name="${n}"], textarea[name="${n}"]`));
  }

  /** Unfolds what hides an element, as a person would. */
  async opened(element) {
    for (let depth = 0; depth < 6; depth += 1) {
      const folded = element.locator('xpath=ancestor::details[not(@open)]').first();
      if (!(await folded.count())) return;
      await this.act(folded.locator('> summary'));
    }
  }

  /** Types, picks or ticks; `true` and `false` are for a box that stands alone. */
  async type(form, fields) {
    for (const [name, value] of Object.entries(fields)) {
      for (const one of Array.isArray(value) ? value : [value]) await this.typeOne(form, name, one);
    }
  }

  async typeOne(form, name, value) {
    const all = this.field(form, name);
    await this.opened(all.first());
    const kind = await all.first().evaluate((f) => (f.tagName === 'INPUT' ? f.type : f.tagName.toLowerCase()));
    if (kind === 'checkbox' || kind === 'radio') {
      const box = typeof value === 'boolean' ? all.first() : form.locator(both(name, (n) => `input[name="${n}"][value="${value}"]`));
      await box.setChecked(value !== false);
    } else if (kind === 'select') {
      await all.first().selectOption(String(value));
    } else if (kind === 'file') {
      await all.first().setInputFiles(value);
    } else {
      await all.first().fill(String(value));
    }
  }

  /** Types into a form and presses its button; waits for the page that follows. */
  async send(ending, { verb, fields = {}, label, status = 200, within } = {}) {
    const form = await this.form(ending, verb, Object.keys(fields), within);
    await this.type(form, fields);
    const press = form.locator(verb ? `button[name="do"][value="${verb}"]` : 'button[type="submit"]').first();
    await this.opened(press);
    this.expected = status;
    await this.leave(() => this.act(press));
    // Something weighty may want the password once more; the waiting form goes along.
    if (this.document.status() === 401 && status !== 401 && this.password && !fields.again_password) {
      await this.look('password once more', 401);
      return this.send('', { fields: { again_password: this.password }, label, status });
    }
    await this.look(label, status);
    return this;
  }

  /** Presses a button that saves a file; returns its text. */
  async save(ending, { verb } = {}) {
    const form = await this.form(ending, verb, []);
    const press = form.locator(verb ? `button[name="do"][value="${verb}"]` : 'button[type="submit"]').first();
    await this.opened(press);
    const [download] = await Promise.all([this.page.waitForEvent('download'), this.act(press)]);
    return fs.readFileSync(await download.path(), 'utf8');
  }

  /** Every other walk uses the keyboard alone. */
  async act(element) {
    if (this.stage.keys) {
      await element.focus();
      await element.press('Enter');
    } else {
      await element.click();
    }
  }

  async leave(act) {
    await Promise.all([this.page.waitForNavigation({ waitUntil: 'load' }), act()]);
  }

  /** Looks at the page that is shown, and keeps it for the closer judges. */
  async look(label, status = 200, wanted = this.stage.lang) {
    const { page, stage } = this;
    const response = this.document;
    const found = response?.status();
    if (found !== status) {
      await this.photograph('failed');
      const told = await page.locator('main').innerText().catch(() => '');
      throw new Error(`${label}: ${found} instead of ${status} at ${page.url()}: ${told.slice(0, 600)}`);
    }
    const lang = await page.getAttribute('html', 'lang').catch(() => null);
    const text = await page.locator('body').innerText();
    if (lang !== wanted && label) stage.bad(`${label}: the page says lang=${lang}`);
    if (text.includes('⟦')) stage.bad(`${label}: words are missing: ${/⟦[^⟧]*⟧?/.exec(text)}`);
    if (stage.lang === 'ja') {
      for (const word of NOT_JAPANESE) if (text.includes(word)) stage.bad(`${label}: the Japanese page says ${word}`);
    }
    for (const blocked of this.script ? await page.evaluate(() => window.__csp ?? []) : []) stage.bad(`${label}: ${blocked}`);
    if (!label) return;
    const html = await response.text();
    stage.kept.push({ person: this.name, role: stage.role, label, url: page.url(), get: response.request().method() === 'GET' && status === 200,
      headers: response.headers(), html });
  }

  async text(selector = 'main') {
    return (await this.page.locator(selector).first().innerText()).normalize('NFKC');
  }

  /** What stands there, folded away or not: what must not show may not be folded either. */
  async whole(selector = 'main') {
    return (await this.page.locator(selector).first().textContent()).normalize('NFKC');
  }

  /** Reloads by going to the address again, and looks whether it says so by then. */
  async until(pattern, { tries = 40, pause = 500 } = {}) {
    for (let attempt = 0; ; attempt += 1) {
      const text = await this.text('body');
      if (pattern.test(text)) return text;
      if (attempt >= tries) throw new Error(`${this.page.url()} never says ${pattern}: ${text.slice(0, 800)}`);
      await this.page.waitForTimeout(pause);
      await this.page.goto(this.page.url(), { waitUntil: 'load' });
    }
  }

  /** A picture of what this person sees, light and dark. */
  async picture() {
    const { stage, page } = this;
    if (!stage.shots) return;
    fs.mkdirSync(stage.shots, { recursive: true });
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.evaluate(() => window.scrollTo(0, 0));
      await page.screenshot({ path: path.join(stage.shots, `${this.name}-${stage.lang}-${colorScheme}.png`), animations: 'disabled' });
    }
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  }

  async photograph(name) {
    const { stage, page } = this;
    await page.screenshot({ path: path.join(stage.results, `${name}-${this.name}.png`), fullPage: true }).catch(() => {});
    fs.writeFileSync(path.join(stage.results, `${name}-${this.name}.html`), await page.content().catch(() => ''));
  }
}
