// Anybody: waits for the instant, finds the advisory by kana, width and number, reads it,
// and fetches what machines read. Once with script, once without.

const FOLDED = 'main details:not([open]) > summary';

export async function read(w) {
  const base = w.house.address('ready');
  const r = await w.stage.person('reader');
  const { search, advisory } = w.words;
  const title = advisory[w.lang].title;
  await r.open(`${base}/${w.lang}/`, '');
  w.require(!(await r.text()).includes(title), 'it is public before the instant');
  await r.follow(/advisories\/(index\.html)?$/, 'list before');
  await r.page.waitForTimeout(Math.max(0, w.known.instant - Date.now()));
  await r.until(new RegExp(escape(title)), { tries: 60 });
  w.known.late = Date.now() - w.known.instant;
  await r.look('list');
  // The box is there with script alone; what is typed finds however it is written.
  for (const [words, n] of [[search.kana, 1], [search.wide, 1], [search.other, 1], [search.nothing, 0]]) {
    await r.page.fill('#find-q', '');
    await r.page.waitForFunction(() => !document.querySelector('#find-says').textContent.trim(), null, { timeout: 15_000 });
    await r.page.fill('#find-q', words);
    await r.page.waitForFunction((wanted) => {
      const found = document.querySelector('#found');
      return document.querySelector('#find-says')?.textContent.trim() && (found?.hidden ? 0 : found?.children.length) === wanted;
    }, n, { timeout: 15_000 });
  }
  await r.page.fill('#find-q', search.kana);
  await r.page.waitForFunction((words) => new URLSearchParams(location.search).get('q') === words, search.kana, { timeout: 15_000 });
  await r.open(r.page.url(), 'list with a search');
  await r.page.waitForFunction(() => document.querySelector('#found')?.children.length === 1, null, { timeout: 15_000 });
  // An exact number goes straight to the page.
  await r.page.fill('#find-q', 'ＣＶＥ－1900-0001');
  await r.leave(() => r.page.press('#find-q', 'Enter'));
  await r.look('advisory');
  // A vendor's own words lie folded in its row.
  for (let n = await r.page.locator(FOLDED).count(); n > 0; n -= 1) await r.act(r.page.locator(FOLDED).first());
  const page = await r.text();
  const { fix, workaround, check } = advisory[w.lang];
  for (const word of [title, w.known.case, fix, workaround, check, w.words.statement]) w.require(page.includes(word.normalize('NFKC')), `the advisory does not say "${word}"`);
  w.require(!page.includes(w.words.attack), 'the advisory tells the way of attack');
  await r.picture();
  await withoutScript(w, base, title);
  // What machines read.
  const csaf = await r.links(/\.json$/);
  w.require(csaf.some((href) => /csaf/.test(href)), `no CSAF is linked: ${csaf}`);
  const files = await Promise.all(csaf.map(async (href) => [href, await (await fetch(href)).json()]));
  w.require(files.some(([, json]) => json.document?.tracking?.id === w.known.case), 'no CSAF document carries the number');
}

/** What could not wait is there at once. */
export async function hastened(w) {
  const r = await w.stage.person('reader-urgent');
  const { title, workaround } = w.words.urgent.advisory[w.lang];
  await r.open(`${w.house.address('ready')}/${w.lang}/advisories/index.html`, '');
  // A list may lie in the browser for half a minute; whoever reloads has it at once.
  while (!(await r.text()).includes(title.normalize('NFKC'))) {
    w.require(Date.now() - w.known.hastened < 20_000, 'the emergency is not public after 20 s');
    await r.page.waitForTimeout(500);
    await r.page.reload({ waitUntil: 'load' });
  }
  await r.follow(new RegExp(`${w.known.urgentCase}\\.html$`), 'emergency read');
  const page = await r.text();
  w.require(page.includes(workaround.normalize('NFKC')), 'the emergency does not say what to do');
  w.require(!page.includes(w.words.urgent.attack.normalize('NFKC')), 'the emergency tells the way of attack');
}

/** The same list and page without script. */
async function withoutScript(w, base, title) {
  const r = await w.stage.person('reader-plain', { script: false });
  await r.open(`${base}/${w.lang}/`, '');
  await r.follow(/advisories\/(index\.html)?$/, 'list without script');
  w.require((await r.text()).includes(title.normalize('NFKC')), 'the list is empty without script');
  w.require(!(await r.page.locator('#find-q').isEnabled()), 'the search offers itself where it cannot work');
  await r.follow(new RegExp(`${w.known.case}\\.html$`), 'advisory without script');
  // The twin in the other language stands at the same address.
  const other = w.lang === 'ja' ? 'en' : 'ja';
  const twin = await r.page.locator(`a[hreflang="${other}"]`).first().getAttribute('href');
  w.require((await fetch(new URL(twin, r.page.url()))).status === 200, 'there is no twin in the other language');
}

const escape = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
