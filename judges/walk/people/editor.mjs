// Who writes the advisory: takes over what vendors and finder said, mends what the checks
// find, looks at the exact bytes, plans the instant.
import { fields as moment } from '../moment.mjs';

const FORM = /\/advisory$/;
/** From planning until the instant both approvers must be done; a plain machine takes a third of it. */
const LEAD_MS = 30_000;

export async function compose(w) {
  const e = w.known.editor;
  const { advisory } = w.words;
  await e.open(w.known.caseAddress, '');
  await e.follow(/\/advisory$/, 'advisory empty');
  const offered = await e.page.locator('select[name^="take-"] option').allInnerTexts();
  w.require(!offered.join('\n').includes(w.words.attack.slice(0, 20)), 'a way of attack is offered for taking over');
  // The vendor's own words are taken over, not typed anew.
  for (const [field, text] of [['fix', w.words.fix], ['workaround', w.words.workaround]]) {
    const key = `${field}-${w.lang}`;
    const select = e.page.locator(`select[name="take-${key}"]`);
    const option = select.locator('option', { hasText: text.slice(0, 20) }).first();
    await e.send(FORM, { verb: `take-${key}`, fields: { [`take-${key}`]: await option.getAttribute('value') }, label: field === 'fix' ? 'taken over' : '' });
    w.require((await e.page.inputValue(`[name="t-${key}"]`)).trim() === text, `${key} was not taken over`);
  }
  const fields = { stage: 'final', severity: 'important', damage: 'leak', threat: 'none_known', cve: 'CVE-1900-0001', credits: w.words.report.credit, credit_consent: true };
  for (const lang of ['ja', 'en']) {
    for (const [name, text] of Object.entries(advisory[lang])) {
      if (name === 'actions' || name === 'side_effects') continue;
      if (lang === w.lang && ['fix', 'workaround'].includes(name)) continue;
      fields[`t-${name}-${lang}`] = text;
    }
    const [who, what, by] = advisory[lang].actions.split(/[|｜]/);
    Object.assign(fields, { [`a-1-who-${lang}`]: who, [`a-1-what-${lang}`]: what, [`a-1-by-${lang}`]: by });
  }
  await e.send(FORM, { verb: 'check', fields, label: 'checked' });
  const found = await e.page.locator('#checks li').count();
  w.require(found > 0, 'the checks find nothing in a draft without side effects');
  // What the checks find has its mend beside it.
  for (const mend of ['mend-H1-audience', 'mend-H4-side_effects']) {
    if (await e.page.locator(`button[value="${mend}"]`).count()) await e.send(FORM, { verb: mend, label: 'mended' });
  }
  w.require((await e.page.inputValue(`[name="t-side_effects-${w.lang}"]`)).trim() !== '', 'the mend filled nothing');
  for (const lang of ['ja', 'en']) await e.type(await e.form(FORM, 'save', []), { [`t-side_effects-${lang}`]: advisory[lang].side_effects });
  // With script the checks follow what is typed.
  await e.page.waitForFunction(() => !document.querySelector('#checks .alarm'), null, { timeout: 15_000 });
  // A payload is found while it is typed.
  await e.page.fill(`[name="t-note-${w.lang}"]`, `${advisory[w.lang].note} <script>alert(1)</script>`);
  await e.page.waitForSelector('#checks .alarm', { timeout: 15_000 });
  await e.page.fill(`[name="t-note-${w.lang}"]`, advisory[w.lang].note);
  await e.send(FORM, { verb: 'save', label: 'draft saved' });
  await e.picture();
  await previews(w, e);
  await e.open(`${w.known.caseAddress}/advisory`, '');
  await e.send(FORM, { verb: 'record', label: 'draft recorded' });
  await e.open(`${w.known.caseAddress}/plan`, 'plan empty');
  await e.send(/\/plan$/, { verb: 'plan', fields: { when: 'typed', at_date: 'x' }, label: 'plan refused', status: 422 });
  // A first plan is aborted; the second says what is new since.
  await e.send(/\/plan$/, { verb: 'plan', fields: { when: 'embargo' }, label: 'planned for later' });
  await e.send(/\/plan$/, { verb: 'abort', label: 'abort refused', status: 422 });
  await e.send(/\/plan$/, { verb: 'abort', fields: { abort_reason: w.words.urgent.abort }, label: 'aborted' });
  w.require(await e.page.locator('button[value="abort"]').count() === 0, 'an aborted plan can be aborted again');
  await date(w);
  await e.open(`${w.known.caseAddress}/plan`, '');
  await e.send(/\/plan$/, { verb: 'plan', fields: { when: 'embargo' }, label: 'planned' });
  w.known.planned = await e.text();
}

/** Fields of the form for an advisory in two languages. */
function typed(advisory) {
  const fields = {};
  for (const lang of ['ja', 'en']) {
    const { actions, ...texts } = advisory[lang];
    for (const [name, text] of Object.entries(texts)) fields[`t-${name}-${lang}`] = text;
    const [who, what, by] = actions.split(/[|｜]/);
    Object.assign(fields, { [`a-1-who-${lang}`]: who, [`a-1-what-${lang}`]: what, [`a-1-by-${lang}`]: by });
  }
  return fields;
}

/** Writes in haste, and plans a release at once with its reason. */
export async function hasten(w) {
  const e = w.known.editor;
  const { urgent } = w.words;
  await e.open(`${w.known.urgentAddress}/advisory`, '');
  const fields = { stage: 'final', severity: 'critical', damage: 'intrusion', threat: 'occurring', ...typed(urgent.advisory) };
  await e.send(FORM, { verb: 'check', fields, label: '' });
  if (await e.page.locator('button[value="mend-H1-audience"]').count()) await e.send(FORM, { verb: 'mend-H1-audience', label: '' });
  await e.send(FORM, { verb: 'record', label: '' });
  await e.open(`${w.known.urgentAddress}/plan`, '');
  const now = moment('at', Date.now());
  await e.send(/\/plan$/, { verb: 'plan', fields: { when: 'typed', ...now, emergency: true }, label: 'emergency refused', status: 422 });
  await e.send(/\/plan$/, { verb: 'plan', fields: { reason: urgent.observed }, label: 'emergency planned' });
}

/** Looks at every form of the release. */
async function previews(w, e) {
  await e.follow(/\/advisory\/preview/, 'preview');
  const address = e.page.url().split('?')[0];
  const kinds = (await e.links(/[?&]as=/)).map((href) => new URL(href).searchParams.get('as'));
  for (const wanted of ['page-ja', 'page-en', 'mail-ja', 'csaf', 'text-ja']) w.require(kinds.includes(wanted), `no preview of ${wanted}: ${kinds}`);
  w.known.sums = {};
  for (const kind of new Set(kinds)) {
    await e.open(`${address}?as=${kind}`, `preview of ${kind}`);
    const sum = /[0-9a-f]{64}/.exec((await e.text()).replace(/(?<=[0-9a-f]) (?=[0-9a-f])/g, ''));
    w.require(sum, `the preview of ${kind} shows no SHA-256`);
    w.known.sums[kind] = sum[0];
  }
}

/** The coordinator brings the date forward to an instant soon; an earlier date needs no new consent. */
async function date(w) {
  const c = w.known.coordinator;
  w.known.instant = Math.ceil((Date.now() + LEAD_MS) / 1000) * 1000;
  await c.open(w.known.caseAddress, '');
  await c.send(/\/desk\/cases\/[^/]+$/, { verb: 'revise', fields: moment('revised', w.known.instant), label: 'date brought forward' });
}
