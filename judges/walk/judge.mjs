// Judges every page that a walk has seen, also those that only a POST brings: axe in light,
// its rules of colour in the dark, reflow at 320 px, html-validate, no inline style or handler. The bytes are served
// again at the address they came from, so style and script are the real ones.
import { HtmlValidate, axeSource } from './modules.mjs';

const RULES = { extends: ['html-validate:recommended', 'html-validate:document', 'html-validate:a11y'],
  rules: { 'no-trailing-whitespace': 'off', 'long-title': 'off', 'void-style': 'off', 'require-sri': 'off', 'doctype-style': 'off',
    'attr-quotes': 'off', 'no-inline-style': 'error' } };
const WIDE = { width: 1280, height: 900 };
const NARROW = { width: 320, height: 800 };
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

export async function judge(stage, pages) {
  const findings = [];
  const validate = new HtmlValidate(RULES);
  const context = await stage.browser.newContext({ locale: stage.lang, colorScheme: 'light', reducedMotion: 'reduce', timezoneId: 'Asia/Tokyo',
    viewport: WIDE });
  const page = await context.newPage();
  let kept = null;
  await page.route((url) => url.href.split('#')[0] === kept?.url.split('#')[0], (route) => (route.request().isNavigationRequest()
    ? route.fulfill({ status: 200, headers: clean(kept.headers), body: kept.html }) : route.continue()));
  for (kept of pages) {
    const at = `${kept.person} ${kept.label}`;
    await page.goto(kept.url, { waitUntil: 'load' });
    await page.evaluate(axeSource);
    for (const text of await axe(page, false)) findings.push(`${at} [light]: axe ${text}`);
    await page.setViewportSize(NARROW);
    const wide = await page.evaluate(overflow);
    if (wide) findings.push(`${at}: ${wide}`);
    await page.setViewportSize(WIDE);
    // The same page in the dark: only what axe itself counts as a matter of colour can differ.
    await page.emulateMedia({ colorScheme: 'dark' });
    for (const text of await axe(page, true)) findings.push(`${at} [dark]: axe ${text}`);
    await page.emulateMedia({ colorScheme: 'light' });
  }
  await context.close();
  for (const kept of pages) {
    const at = `${kept.person} ${kept.label}`;
    const { results } = await validate.validateString(kept.html, `${kept.label}.html`);
    for (const { messages } of results) {
      for (const m of messages.filter((one) => one.severity === 2)) findings.push(`${at}: html line ${m.line} ${m.ruleId}: ${m.message}`);
    }
    if (/<[^>]+\son[a-z]+\s*=/i.test(kept.html)) findings.push(`${at}: a handler stands in the HTML`);
    if (/<script(?![^>]*\bsrc=)[^>]*>\s*\S/i.test(kept.html)) findings.push(`${at}: a script stands in the HTML`);
    if (/<[^>]+\sstyle\s*=\s*["']/i.test(kept.html)) findings.push(`${at}: a style stands in the HTML`);
    const csp = kept.headers['content-security-policy'] ?? '';
    for (const wanted of ['default-src', 'base-uri', 'form-action', 'frame-ancestors']) if (!csp.includes(wanted)) findings.push(`${at}: the policy lacks ${wanted}`);
    for (const never of ["'unsafe-inline'", "'unsafe-eval'"]) if (csp.includes(never)) findings.push(`${at}: the policy has ${never}`);
    if (kept.headers['x-content-type-options'] !== 'nosniff') findings.push(`${at}: no nosniff`);
    if (!kept.headers['referrer-policy']) findings.push(`${at}: no referrer-policy`);
  }
  return [...new Set(findings)];
}

const clean = (headers) => Object.fromEntries(Object.entries(headers).filter(([name]) => !['content-encoding', 'content-length', 'transfer-encoding', 'set-cookie', 'location'].includes(name)));

/** What axe finds, by all its rules or by those of its category of colour. */
async function axe(page, isOfColour) {
  return page.evaluate(async ([tags, onlyColour]) => {
    const ofColour = window.axe.getRules(tags).filter((rule) => rule.tags.includes('cat.color')).map((rule) => rule.ruleId);
    if (!ofColour.length) throw new Error('axe has no rule of colour');
    const runOnly = onlyColour ? { type: 'rule', values: ofColour } : { type: 'tag', values: tags };
    const { violations } = await window.axe.run(document, { resultTypes: ['violations'], runOnly });
    return violations.map((v) => `${v.id} x${v.nodes.length} (${v.help}) e.g. ${v.nodes[0]?.target.join(' ')} ${v.nodes[0]?.html.slice(0, 120)}`);
  }, [TAGS, isOfColour]);
}

function overflow() {
  const root = document.documentElement;
  const width = root.clientWidth;
  if (root.scrollWidth <= width + 1) return null;
  const scrolls = (el) => {
    for (let e = el.parentElement; e && e !== document.body; e = e.parentElement) if (['auto', 'scroll', 'hidden'].includes(getComputedStyle(e).overflowX)) return true;
    return false;
  };
  const who = [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > width + 1 && !scrolls(e)).slice(0, 3);
  return `${root.scrollWidth} px wide at 320 px: ${who.map((e) => `${e.tagName.toLowerCase()}.${e.className}`).join(', ')}`;
}
