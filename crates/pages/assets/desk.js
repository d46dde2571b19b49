// The script of the pages inside: everything works without it. It refreshes what is left of a time, tells
// instants in the viewer's zone, saves drafts, shows checks while somebody types, tells who is writing, moves
// selected text into rows, and knows a few keys that one switch turns off.
"use strict";
(() => {
  const SECOND = 1000;
  const DRAFT_WAIT = 5 * SECOND;
  const CHECK_WAIT = 800;
  const PRESENCE_EVERY = 30 * SECOND;
  const LEFT_EVERY = 30 * SECOND;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const words = document.getElementById("words");
  const say = (key, a = "", b = "") =>
    (words?.dataset[key] ?? "").replace("{a}", a).replace("{b}", b);
  const lang = document.documentElement.lang;

  // Text becomes HTML only if it came from this house as a fragment, not redirected.
  let trusted = null;
  const policy = window.trustedTypes?.createPolicy("frag", {
    createHTML: (text) => {
      if (text !== trusted) throw new TypeError("not a fragment of this house");
      return text;
    },
  });
  const post = (address, body) =>
    fetch(address, {
      method: "POST", body, credentials: "same-origin", redirect: "error",
      headers: { Accept: "text/html", "Noroshi-Fragment": "1" },
    });
  const swap = async (place, answer) => {
    const own = new URL(answer.url).origin === location.origin;
    if (!answer.ok || answer.redirected || !own || answer.headers.get("Noroshi-Fragment") !== "1") return;
    trusted = await answer.text();
    const html = policy ? policy.createHTML(trusted) : trusted;
    trusted = null;
    const parsed = new DOMParser().parseFromString(html, "text/html");
    place.replaceChildren(...parsed.body.childNodes);
  };
  const body = (form) => new URLSearchParams(
    [...new FormData(form)].filter(([, value]) => typeof value === "string"));

  // What is left of a time, in the words of the page.
  const left = () => {
    for (const time of all("time[data-left]")) {
      const span = Date.parse(time.dateTime) - Date.now();
      if (Number.isNaN(span)) continue;
      const late = span < 0;
      const minutes = Math.floor(Math.abs(span) / (60 * SECOND));
      const [d, h, m] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24, minutes % 60];
      const head = late ? "late" : "left";
      time.classList.toggle("late", late);
      const text = d ? say(`${head}Dh`, d, h) : h ? say(`${head}Hm`, h, m) : say(`${head}M`, m);
      if (text) time.textContent = text;
    }
  };
  if (all("time[data-left]").length) {
    left();
    setInterval(left, LEFT_EVERY);
  }

  // Instants in the viewer's zone.
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const place of all("[data-zone]")) {
    const at = new Date(place.dataset.zone);
    if (Number.isNaN(at.getTime())) continue;
    const text = at.toLocaleString(lang, { dateStyle: "medium", timeStyle: "medium" });
    place.textContent = say("zone", `${text} (${zone})`);
    place.hidden = false;
  }

  // A form that saves itself as a draft some seconds after the last change.
  for (const form of all("form[data-draft]")) {
    const note = form.querySelector("[data-saved]");
    let timer = 0;
    const save = async () => {
      timer = 0;
      try {
        const answer = await post(form.dataset.draft, body(form));
        if (!answer.ok) throw new Error(answer.status);
        const now = new Date().toLocaleTimeString(lang, { hour: "2-digit", minute: "2-digit" });
        if (note) note.textContent = say("saved", now);
      } catch {
        if (note) note.textContent = say("unsaved");
      }
    };
    form.addEventListener("input", () => { timer ||= setTimeout(save, DRAFT_WAIT); });
    form.addEventListener("submit", () => clearTimeout(timer));
  }

  // Checks that follow what is typed.
  const checks = document.getElementById("checks");
  // Each finding stands once more beside the field that it is about.
  const beside = () => {
    for (const note of all(".at-field")) note.remove();
    for (const item of checks ? all("li", checks) : []) {
      const [link, what] = [item.querySelector("a[href^='#']"), item.querySelector("[data-what]")];
      const field = link && document.getElementById(link.hash.slice(1))?.closest(".field");
      if (!field || !what) continue;
      const note = document.createElement("p");
      note.className = "at-field";
      note.textContent = `${item.querySelector("strong")?.textContent ?? ""} ${what.textContent}`;
      field.append(note);
    }
  };
  beside();
  for (const form of checks ? all("form[data-check]") : []) {
    let timer = 0, turn = 0;
    const check = async () => {
      const mine = ++turn;
      const answer = await post(form.dataset.check, body(form)).catch(() => null);
      if (answer && mine === turn) {
        await swap(checks, answer);
        beside();
      }
    };
    form.addEventListener("input", (event) => {
      if (event.isComposing) return;
      clearTimeout(timer);
      timer = setTimeout(check, CHECK_WAIT);
    });
    form.addEventListener("compositionend", () => {
      clearTimeout(timer);
      timer = setTimeout(check, CHECK_WAIT);
    });
  }

  // Who is writing: told while a text field has the focus.
  for (const place of all("[data-presence]")) {
    const ping = async () => {
      const field = document.activeElement;
      if (field?.tagName !== "TEXTAREA" || field.readOnly) return;
      const answer = await post(place.dataset.presence, new URLSearchParams()).catch(() => null);
      if (answer) await swap(place, answer);
    };
    document.addEventListener("focusin", ping);
    setInterval(ping, PRESENCE_EVERY);
  }

  // A selected passage goes to the next empty row of the form that splits a text.
  for (const form of all("form[data-parts]")) {
    const picker = form.querySelector("[data-picker]");
    if (!picker) continue;
    let source = document.querySelector("textarea.source");
    for (const area of all("textarea.source")) {
      // Whoever is quick presses before a browser has told of the selection.
      area.addEventListener("focus", () => { source = area; });
      area.addEventListener("select", () => { source = area; form.closest("details").open = true; });
    }
    picker.hidden = false;
    const rename = (row, number) => {
      for (const node of all("[id], [for], [aria-describedby]", row)) {
        for (const name of ["id", "for", "aria-describedby"]) {
          const value = node.getAttribute(name);
          if (value) node.setAttribute(name, value.replace(/(f-part_[a-z]+-)\d+/g, `$1${number}`));
        }
      }
      const legend = row.querySelector("legend");
      legend.textContent = legend.textContent.replace(/\d+/, number);
    };
    const free = () => {
      const rows = all("fieldset.part", form);
      // What was proposed whole is replaced by its first piece.
      const whole = source.value.trim();
      const empty = rows.find((row) => row.querySelector("textarea").value.trim() === whole)
        ?? rows.find((row) => !row.querySelector("textarea").value.trim());
      if (empty) return empty;
      const last = rows[rows.length - 1];
      const row = last.cloneNode(true);
      row.querySelector("textarea").value = "";
      row.querySelector(".error")?.remove();
      rename(row, rows.length + 1);
      last.after(row);
      return row;
    };
    picker.addEventListener("click", (event) => {
      const button = event.target.closest("[data-part]");
      if (!button || !source) return;
      const text = source.value.slice(source.selectionStart, source.selectionEnd).trim();
      if (!text) { source.focus(); return; }
      const row = free();
      const [kind, tongue] = all("select", row);
      kind.value = button.dataset.part;
      tongue.value = source.lang || lang;
      row.querySelector("textarea").value = text;
      row.querySelector("textarea").dispatchEvent(new Event("input", { bubbles: true }));
      kind.focus();
    });
  }

  // Enter that ends a conversion never sends a form.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.isComposing || event.keyCode === 229)
      && event.target.tagName === "INPUT") event.preventDefault();
  });

  // Problems are read first.
  document.getElementById("problems")?.focus();

  // Keys, with one switch for all of them.
  const dialog = document.getElementById("keys");
  if (!dialog) return;
  const OFF = "noroshi-keys-off";
  const store = {
    get: () => { try { return localStorage.getItem(OFF); } catch { return null; } },
    set: (off) => { try { off ? localStorage.setItem(OFF, "1") : localStorage.removeItem(OFF); } catch { /* kept for this page only */ } },
  };
  const box = document.getElementById("keys-on");
  box.checked = !store.get();
  box.addEventListener("change", () => store.set(!box.checked));
  for (const button of all("[data-keys]")) {
    button.hidden = false;
    button.addEventListener("click", () => dialog.showModal());
  }
  let row = -1;
  const move = (step) => {
    const rows = all(".rows tbody tr, .entries > li");
    if (!rows.length) return;
    row = Math.min(Math.max(row + step, 0), rows.length - 1);
    rows.forEach((one, index) => one.classList.toggle("here", index === row));
    const link = rows[row].querySelector("a");
    if (link) link.focus(); else rows[row].scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", (event) => {
    if (!box.checked || dialog.open || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const act = {
      "?": () => dialog.showModal(),
      "/": () => document.querySelector("[data-search]")?.focus(),
      j: () => move(1),
      k: () => move(-1),
      o: () => all(".rows tbody tr, .entries > li")[row]?.querySelector("a")?.click(),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
})();
