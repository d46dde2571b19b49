// Judges every page that a walk has seen, also those that only a POST brings: axe in light
// and dark, reflow at 320 px, html-validate, no inline style or handler. The bytes are served
// again at the address they came from, so style and script are the real ones.
import { HtmlValidate, axeSource } from './modules.mjs';

const RULES = { extends: ['html-validate:recommended', 'html-validate:document', 'html-validate:a11y'],
  rules: { 'no-trailing-whitespace': 'off', 'long-title': 'off', 'void-style': 'off', 'require-sri': 'off', 'doctype-style': 'off',
    'attr-quotes': 'off', 'no-inline-style': 'error' } };
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

export async function judge(stage, pages) {
  const findings = [];
  const validate = new HtmlValidate(RULES);
  for (const colorScheme of ['light', 'dark']) {
    const context = await stage.browser.newContext({ locale: stage.lang, colorScheme, reducedMotion: 'reduce', timezoneId: 'Asia/Tokyo',
      viewport: { width: 1280, height: 900 } });
    const page = await context.newPage();
    let kept = null;
    await page.route((url) => url.href.split('#')[0] === kept?.url.split('#')[0], (route) => (route.request().isNavigationRequest()
      ? route.fulfill({ status: 200, headers: clean(kept.headers), body: kept.html }) : route.continue()));
    for (kept of pages) {
      const at = `${kept.person} ${kept.label} [${colorScheme}]`;
      await page.setViewportSize({ width: 1280, height: 900 });
      await page.goto(kept.url, { waitUntil: 'load' });
      for (const text of await axe(page)) findings.push(`${at}: axe ${text}`);
      if (colorScheme === 'dark') continue;
      await page.setViewportSize({ width: 320, height: 800 });
      const wide = await page.evaluate(overflow);
      if (wide) findings.push(`${at}: ${wide}`);
    }
    await context.close();
  }
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

async function axe(page) {
  await page.evaluate(axeSource);
  return page.evaluate(async (tags) => {
    const { violations } = await window.axe.run(document, { resultTypes: ['violations'], runOnly: { type: 'tag', values: tags } });
    return violations.map((v) => `${v.id} x${v.nodes.length} (${v.help}) e.g. ${v.nodes[0]?.target.join(' ')} ${v.nodes[0]?.html.slice(0, 120)}`);
  }, TAGS);
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
