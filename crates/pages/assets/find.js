// The search of the public list. Everything here is a convenience: the lists by year, severity, stage and
// vendor need no script. Spellings are made equal as `formats::index::fold` does; fixtures/find holds both.
"use strict";

/* Entries shown at once: a page that still scrolls. */
const SHOWN = 100;
/* As WORD_CHARS_MAX of the index. */
const WORD = 40;
const SOUNDS = [["ヴァ", "バ"], ["ヴィ", "ビ"], ["ヴェ", "ベ"], ["ヴォ", "ボ"], ["ヴュ", "ビュ"], ["ヴ", "ブ"],
  ["ゔぁ", "ば"], ["ゔぃ", "び"], ["ゔぇ", "べ"], ["ゔぉ", "ぼ"], ["ゔゅ", "びゅ"], ["ゔ", "ぶ"]];
const SMALL = "ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶ";
const LARGE = "あいうえおつやゆよわかけアイウエオツヤユヨワカケ";
const UNSEEN = /[\u00AD\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\uFEFF\uFDD0-\uFDEF\uFFF9-\uFFFB\uFFFE\uFFFF\uFE00-\uFE0F\u{E0000}-\u{E007F}\u{E0100}-\u{E01EF}]/gu;
const LETTERS = {"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "đ": "d", "ł": "l", "髙": "高", "﨑": "崎",
  "嵜": "崎", "邉": "辺", "邊": "辺", "齋": "斎", "齊": "斉", "德": "徳", "濵": "浜", "濱": "浜", "澤": "沢", "廣": "広",
  "國": "国", "學": "学", "嶋": "島", "嶌": "島", "瀨": "瀬", "眞": "真", "龍": "竜", "櫻": "桜", "會": "会", "曾": "曽",
  "栁": "柳"};
const KATAKANA = /^[\u30A1-\u30FA\u30FD-\u30FF]/;
const HIRAGANA = /^[\u3041-\u309F]+$/;
const RUNS = /[\u30A1-\u30FA\u30FD-\u30FF]+|[\u3005-\u3007\u3041-\u309F\u3400-\u9FFF\uAC00-\uD7AF\uF900-\uFAFF\u{20000}-\u{3FFFF}]+|[^\u30A1-\u30FA\u30FD-\u30FF\u3005-\u3007\u3041-\u309F\u3400-\u9FFF\uAC00-\uD7AF\uF900-\uFAFF\u{20000}-\u{3FFFF}]+/gu;
const DENSE = /^[\u3005-\u3007\u3041-\u309F\u3400-\u9FFF\uAC00-\uD7AF\uF900-\uFAFF\u{20000}-\u{3FFFF}]/u;

/** One width and case, no accents, small kana large, no long-vowel marks, one space between words; versions whole. */
function plain(text) {
  let out = text.normalize("NFKC").replace(UNSEEN, "").toLowerCase()
    .normalize("NFD").replace(/[\u0300-\u036F]/g, "").normalize("NFC");
  for (const [from, to] of SOUNDS) out = out.replaceAll(from, to);
  return [...out.replaceAll("ー", "")].map((c) => LETTERS[c] ?? LARGE[SMALL.indexOf(c)] ?? c).join("")
    .replace(/([0-9])\.(?=[0-9])/g, "$1\u0001").replace(/[^\p{Alphabetic}\p{N}\u0001]+/gu, " ").replaceAll("\u0001", ".").trim();
}

function moved(text, range, by) {
  return text.replace(range, (c) => String.fromCharCode(c.charCodeAt(0) + by));
}

/** Katakana as hiragana, for looking into titles and names. */
function loose(text) {
  return moved(text, /[\u30A1-\u30F6\u30FD\u30FE]/g, -0x60);
}

function pairs(run) {
  const chars = [...run];
  return chars.length === 1 ? chars : chars.slice(1).map((c, at) => chars[at] + c);
}

/** A word of letters and a version behind them, as tls1.3: its parts. */
function parts(word) {
  return /^(\p{Alphabetic}*)([0-9][0-9.]*[^0-9.]?)$/u.exec(word)?.slice(1) ?? ["", ""];
}

/** What a version is asked by: itself without a leading v, its beginnings, and the letters before it. */
function versions(word) {
  const [name, all] = parts(word);
  if (!all) return [];
  const letters = all.search(/[^0-9.]/);
  return [...[...all.matchAll(/\./g)].map((dot) => dot.index), letters < 0 ? all.length : letters, all.length]
    .map((end) => all.slice(0, end)).concat(name && name !== "v" ? [name] : []);
}

/** The terms of a plain text, sorted; the page itself asks run by run. */
function terms(text) {
  const all = text.split(" ").flatMap((word) => word.match(RUNS) ?? []).flatMap((run) => {
    if (DENSE.test(run)) return [...pairs(run), ...[...run].filter((c) => !HIRAGANA.test(c))];
    const word = [...run].slice(0, WORD).join("");
    return [word, ...versions(word)];
  });
  return [...new Set(all)].sort();
}

function piece(pair, pieces) {
  const [first, second = first] = [...pair].map((c) => c.codePointAt(0));
  return (first * 31 + second) % pieces;
}

function bare(text) {
  return plain(text).replaceAll(" ", "");
}

/** The one advisory whose number was typed, if it was. */
function jump(index, query) {
  const wanted = bare(query);
  const hits = index.advisories.filter((e) => [e.id, ...e.ids].some((id) => bare(id) === wanted));
  return wanted && hits.length === 1 ? hits[0] : null;
}

function names(...lists) {
  return lists.flat().map((name) => loose(plain(name ?? ""))).join("\n");
}

function vendorNames(e) {
  return (e.sought ??= names(e.vendors, e.kana));
}

function hay(e) {
  return (e.hay ??= names(e.title, e.other_title, e.vendors, e.kana, e.products));
}

/** The numbers as words, each also as one: a number is asked by a whole word of it. */
function ids(e) {
  const all = [e.id, ...e.ids];
  return (e.numbers ??= new Set([...all.map(bare), ...all.flatMap((id) => plain(id).split(" "))]));
}

/** Whether a number of a series that is listed here was begun and has digits to come, as CVE-2026-1. */
function isBegun(index, query) {
  const series = /^([a-z]+)[0-9]/.exec(bare(query))?.[1];
  if (!series || /\s/.test(query.trim()) || !/(?:^|[^0-9])[0-9]{1,3}$/.test(plain(query))) return false;
  // Of the house's own series and of CVE it is known that a number is longer.
  return series === "cve" || index.advisories.some((e) => bare(e.id).replace(/[0-9]+$/, "") === series);
}

/** What the search says of a hit that is one by the name of a vendor which answered that it is not affected. */
function unaffected(e, ask) {
  const wanted = [ask.vendor, ...(ask.q ?? "").split(/\s+/)].map((word) => loose(plain(word ?? ""))).filter(Boolean);
  return (e.unaffected ?? []).filter((one) => wanted.some((word) => names(one.names, one.kana).includes(word)));
}

/** Whether a text has a word: letters anywhere, digits only where a number begins and ends. */
function holds(text, word) {
  if (!/^[0-9]/.test(word)) return text.includes(word);
  return new RegExp(`(?:^|[^0-9.])${word.replaceAll(".", "\\.")}(?![0-9])`, "u").test(text);
}

function numbers(list, first, into) {
  let at = first;
  for (const step of list.split(" ")) into.add((at += Number(step)));
}

async function ofTerm(block, asked, isWord, load) {
  const found = new Set();
  const term = asked.replace(/^v(?=[0-9])/, "");
  const lists = await load(block.stem, piece([...term].slice(0, 2).join(""), block.pieces));
  if (!isWord || /^[0-9]/.test(term) || [...term].length === 1) {
    if (Object.hasOwn(lists, term)) numbers(lists[term], block.first, found);
    return found;
  }
  for (const [word, list] of Object.entries(lists)) if (word.includes(term)) numbers(list, block.first, found);
  return found;
}

function both(sets) {
  return sets.reduce((a, b) => new Set([...a].filter((n) => b.has(n))));
}

/** The advisories of a block whose texts have a run of characters of one script. */
async function ofRun(block, run, load) {
  const cut = [...run].slice(0, WORD).join("");
  if (!DENSE.test(run)) return ofTerm(block, cut, true, load);
  const dense = both(await Promise.all(pairs(run).map((pair) => ofTerm(block, pair, false, load))));
  if (HIRAGANA.test(run)) {
    const katakana = moved(cut, /[\u3041-\u3096\u309D\u309E]/g, 0x60);
    for (const n of await ofTerm(block, katakana, true, load)) dense.add(n);
  }
  return dense;
}

/** The numbers of the advisories whose texts have a word. */
async function ofTexts(index, word, load) {
  const [name, version] = parts(word);
  const runs = name && name !== "v" && version ? [name, version] : word.match(RUNS);
  const blocks = await Promise.all(index.search.map(async (block) =>
    both(await Promise.all(runs.map((run) => ofRun(block, run, load))))));
  return new Set(blocks.flatMap((found) => [...found]));
}

/** The entries that fit, in the order of the index: what a name or title has before what only a text has. */
async function search(index, ask, load) {
  const vendor = loose(plain(ask.vendor ?? ""));
  const fits = (e) => (!ask.severity || e.severity === ask.severity) && (!ask.status || e.status === ask.status)
    && (!ask.year || e.first_published.startsWith(`${ask.year}-`)) && (!vendor || vendorNames(e).includes(vendor));
  const rest = index.advisories.filter(fits);
  const words = plain(ask.q ?? "").split(" ").filter(Boolean);
  if (!words.length) return rest;
  const texts = await Promise.all(words.map((word) => ofTexts(index, word, load)));
  const has = (e, word) => ids(e).has(word) || holds(hay(e), loose(word))
    || (parts(word)[0] && parts(word).every((part) => holds(hay(e), loose(part))));
  // A number that was begun is asked by its series and its first digits.
  const whole = words.join("");
  const begins = /^[a-z]+[0-9]/.test(whole) ? (e) => [...ids(e)].some((id) => id.startsWith(whole)) : (e) => ids(e).has(whole);
  if (isBegun(index, ask.q ?? "")) return rest.filter(begins);
  const named = (e) => begins(e) || words.every((word) => has(e, word));
  const told = (e) => words.every((word, at) => texts[at].has(e.n) || has(e, word));
  return [...rest.filter(named), ...rest.filter((e) => !named(e) && told(e))];
}

const FIELDS = ["q", "severity", "status", "year", "vendor"];

function start(form) {
  const say = form.dataset;
  const status = document.getElementById("find-says");
  const list = document.getElementById("found");
  const more = document.getElementById("find-more");
  const pressed = document.getElementById("pressed");
  let index, asked = 0, shown = SHOWN, found = [], asked_for = {};
  const cache = new Map();

  const get = async (path, options) => {
    const answer = await fetch(path, options);
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  };
  const open = (options) => (index ??= get("index.json", options).catch((error) => {
    index = undefined;
    throw error;
  }));
  const load = (stem, n) => {
    const path = `../../search/${stem}-${n}.json`;
    if (!cache.has(path)) cache.set(path, get(path).then((file) => file.terms));
    return cache.get(path);
  };
  const number = (one, many, n) => (n === 1 ? one : many).replace("%s", n);

  const element = (name, text, className) => {
    const node = document.createElement(name);
    if (text) node.textContent = text;
    if (className) node.className = className;
    return node;
  };
  const option = (field, value) => [...form.elements[field].options].find((o) => o.value === value)?.text ?? value;
  const zone = (at, name, timeZone, long) => {
    const date = long ? { year: "numeric", month: say.lang === "ja" ? "long" : "short", day: "numeric" } : {};
    if (long && say.lang === "ja") date.weekday = "short";
    return `${at.toLocaleString(say.lang === "ja" ? "ja" : "en-GB", { ...date, hour: say.lang === "ja" ? "numeric" : "2-digit", minute: "2-digit", ...(at.getUTCSeconds() ? { second: "2-digit" } : {}), timeZone }).replace(",", "")} ${name}`;
  };
  const time = (e) => {
    const at = new Date(e.published);
    const day = (shift) => new Date(at.getTime() + shift).getUTCDate();
    const differs = day(0) !== day(9 * 3600e3);
    const zones = [["JST", "Asia/Tokyo"], ["UTC", "UTC"]];
    if (say.lang !== "ja") zones.reverse();
    const node = element("time", `${zone(at, ...zones[0], true)} (${zone(at, ...zones[1], differs)})`);
    node.dateTime = e.published;
    return node;
  };
  const line = (e, asking) => {
    const item = element("li");
    const link = element("a", e.title);
    link.href = `${encodeURIComponent(e.id)}.html`;
    if (e.untranslated) link.lang = say.lang === "ja" ? "en" : "ja";
    const facts = element("ul", "", "badges");
    const add = (text, badge) => {
      const fact = element("li", badge ? "" : text);
      if (badge) fact.append(element("span", text, `badge ${badge}`));
      facts.append(fact);
    };
    add(e.id);
    add(option("status", e.status), `status-${e.status}`);
    add(say.severity.replace("%s", option("severity", e.severity)), `severity-${e.severity.replace("_", "-")}`);
    if (e.marking) add(say[e.marking], "marked");
    add(say.revision.replace("%s", e.revision));
    if (e.board > 0) add(number(say.vendorsOne, say.vendorsMany, e.board));
    for (const { names: [name] } of unaffected(e, asking)) add(say.unaffected.replace("%s", () => name));
    if (e.untranslated) add(say.untranslated);
    const last = element("li");
    last.append(time(e));
    facts.append(last);
    item.append(link, facts);
    return item;
  };
  const show = () => {
    list.replaceChildren(...found.slice(0, shown).map((e) => line(e, asked_for)));
    more.hidden = found.length <= shown;
    if (!more.hidden) more.textContent = say.more.replace("%s", found.length - shown);
  };

  const ask = () => Object.fromEntries(FIELDS.map((name) => [name, form.elements[name].value.trim()]));
  const remember = (asking) => {
    const query = new URLSearchParams(Object.entries(asking).filter(([, value]) => value)).toString();
    history.replaceState(null, "", query ? `?${query}` : location.pathname);
  };
  const run = async (options) => {
    const asking = ask(), turn = ++asked;
    const isIdle = !Object.values(asking).some(Boolean);
    remember(asking);
    if (isIdle) {
      list.hidden = more.hidden = true;
      pressed.hidden = false;
      status.textContent = "";
      return;
    }
    try {
      const hits = await search(await open(options), asking, load);
      if (turn !== asked) return;
      [found, shown, asked_for] = [hits, SHOWN, asking];
      show();
      list.hidden = !found.length;
      pressed.hidden = true;
      status.textContent = found.length ? number(say.one, say.many, found.length) : say.none;
    } catch {
      if (turn !== asked) return;
      // A publication may have replaced what the index at hand names: it is asked for once more.
      index = undefined;
      cache.clear();
      if (!options) return run({ cache: "reload" });
      pressed.hidden = false;
      list.hidden = more.hidden = true;
      status.textContent = say.failed;
    }
  };
  let timer;
  const soon = (event) => {
    clearTimeout(timer);
    if (!event.isComposing) timer = setTimeout(run, 150);
  };
  const read = () => {
    const query = new URLSearchParams(location.search);
    for (const name of FIELDS) form.elements[name].value = query.get(name) ?? "";
  };

  form.addEventListener("input", soon);
  form.addEventListener("compositionend", soon);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    clearTimeout(timer);
    const target = await open().then((at) => jump(at, form.elements.q.value), () => null);
    if (target) location.assign(`${encodeURIComponent(target.id)}.html`);
    else run();
  });
  more.addEventListener("click", () => {
    const first = shown;
    shown += SHOWN;
    show();
    list.children[first]?.querySelector("a").focus();
  });
  addEventListener("popstate", () => { read(); run(); });
  read();
  document.getElementById("find-note").textContent = say.ready;
  form.querySelector("fieldset").disabled = false;
  if (location.search) run();
}

// A page that was opened from a folder may not read its neighbours, so there the box stays as it is, with its note.
if (typeof document !== "undefined" && location.protocol !== "file:") {
  const form = document.getElementById("find");
  if (form) start(form);
}
