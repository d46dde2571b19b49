//! Pieces that several pages of the desk share: timelines, deadlines, who is writing, closed texts.
//!
//! They return HTML whose every foreign word was made safe here; templates print it as it is.

use std::fmt::Write as _;

use base::Instant;
use formats::advisory::Lang;

use crate::kit::catalogue::Say;
use crate::kit::desk::view::{Entry, Erasure, Fate, Part, Presence, Words};
use crate::kit::desk::words;
use crate::kit::form::{Choice, Field, Typed, hidden};
use crate::kit::frame::Fact;
use crate::kit::when::Told;
use crate::kit::{text, when};
use domain::office::Due;

/// Most characters of a text that the desk writes to somebody; a letter, not a book.
pub(crate) const TEXT_CHARS_MAX: usize = 20_000;

/// Longest reason, name or number that is typed.
pub(crate) const LINE_CHARS_MAX: usize = 400;

/// Entries of the timeline that are shown before somebody asks for all: what one screenful of reading needs,
/// and small enough for a slow line.
pub const TIMELINE_SHOWN: usize = 20;

/// Returns whether a form with this verb was refused, so that it must stand open.
pub(crate) fn is_open(typed: &Typed, verb: &str) -> bool {
    !typed.is_good() && typed.value("do") == verb
}

/// What was erased of a dossier, or is to be: a line each.
pub(crate) fn erasures(say: Say, all: &[Erasure]) -> Vec<Fact> {
    let line = |one: &Erasure| {
        let parts: Vec<String> = one
            .parts
            .iter()
            .map(|part| words::word(say, "compartment", part.word()))
            .collect();
        let stage = words::word(say, "erasure", one.stage.word());
        format!(
            "{}: {} {}",
            text::escape(&parts.join(&say.t("separator"))),
            text::escape(&stage),
            when::instant_html(say.0, &one.at)
        )
    };
    all.iter()
        .map(|one| Fact {
            name: say.t("work-erasure"),
            html: line(one),
        })
        .collect()
}

/// Choices of the codes of a family, in their words.
pub(crate) fn choices(say: Say, family: &str, codes: &[&str]) -> Vec<Choice> {
    codes
        .iter()
        .map(|code| Choice {
            value: (*code).to_owned(),
            label: words::word(say, family, code),
        })
        .collect()
}

/// The two languages to choose from, the reader's first.
pub(crate) fn langs(say: Say) -> Vec<Choice> {
    [say.0, say.0.other()]
        .map(|lang| Choice {
            value: lang.tag().to_owned(),
            label: say.t(match lang {
                Lang::Ja => "desk-lang-ja",
                Lang::En => "desk-lang-en",
            }),
        })
        .into()
}

/// A form behind its name, which opens by itself when it was refused.
pub(crate) struct Action<'a> {
    pub(crate) say: Say,
    pub(crate) typed: &'a Typed,
    /// Address, with the language.
    pub(crate) to: &'a str,
    pub(crate) seen: u64,
}

impl Action<'_> {
    /// The form with `inner` and one button, named by `work-<verb>` and explained by `work-<verb>-note`.
    pub(crate) fn html(&self, verb: &str, inner: &str) -> String {
        self.form(verb, inner, "")
    }

    /// The same with attributes of the form, written by us.
    pub(crate) fn form(&self, verb: &str, inner: &str, attrs: &str) -> String {
        let say = self.say;
        format!(
            "<details class=\"act\" id=\"do-{verb}\"{open}><summary>{name}</summary>\n\
             <form method=\"post\" action=\"{to}\"{attrs}>{seen}\n<p class=\"hint\">{note}</p>\n{inner}\n\
             <p class=\"buttons\"><button class=\"main\" type=\"submit\" name=\"do\" value=\"{verb}\">{button}</button>{saved}</p>\n</form></details>\n",
            open = if is_open(self.typed, verb) {
                " open"
            } else {
                ""
            },
            name = text::escape(&say.t(&format!("work-{verb}"))),
            to = text::escape(self.to),
            seen = hidden("seen", &self.seen.to_string()),
            note = text::escape(&say.t(&format!("work-{verb}-note"))),
            button = text::escape(&say.t(&format!("work-{verb}-button"))),
            saved = if attrs.contains("data-draft") {
                "<span class=\"hint\" data-saved role=\"status\"></span>"
            } else {
                ""
            },
        )
    }
}

/// Who is writing, in the words of `key`; less than a minute ago is "now", not zero minutes.
pub(crate) fn presence_words(say: Say, key: &str, one: &Presence) -> String {
    let when = if one.minutes == 0 { "now" } else { "before" };
    say.with(
        key,
        &[
            ("who", &text::line(&one.who)),
            ("when", when),
            ("minutes", &one.minutes.to_string()),
        ],
    )
}

/// The lines that tell who is writing now; empty if nobody is.
pub(crate) fn presence_lines(say: Say, presence: &[Presence]) -> String {
    let mut out = String::new();
    for one in presence {
        let words = presence_words(say, "desk-presence", one);
        let _ = write!(out, "<p class=\"note\">{}</p>", text::escape(&words));
    }
    out
}

/// The place where [`presence_lines`] stand and are kept fresh by the script.
pub(crate) fn presence(say: Say, presence: &[Presence], path: &str) -> String {
    format!(
        "<div role=\"status\" data-presence=\"{}/presence\">{}</div>",
        text::escape(path),
        presence_lines(say, presence)
    )
}

/// An instant with the time that is left, in words; red only together with the word that says why.
pub(crate) fn due_html(say: Say, now: Instant, at: &(impl Told + ?Sized)) -> String {
    let Some((left, is_late)) = words::left(say, now, at) else {
        return text::escape(&text::line(&at.text()));
    };
    let class = if is_late { "due late" } else { "due" };
    format!(
        "<time class=\"{class}\" datetime=\"{}\" title=\"{}\" data-left>{}</time>",
        text::escape(&at.text()),
        text::escape(&when::instant(say.0, at)),
        text::escape(&left)
    )
}

/// An instant in UTC, JST and, by the script, in the viewer's zone.
pub(crate) fn instant_full(say: Say, at: &(impl Told + ?Sized)) -> String {
    format!(
        "{} <span class=\"zone\" data-zone=\"{}\" hidden></span>",
        when::instant_html(say.0, at),
        text::escape(&at.text())
    )
}

/// What stands in its way, in words. Approvals that nobody has given yet are said by the state of the plan already.
pub(crate) fn causes(say: Say, fate: &Fate, is_approved: bool) -> Vec<String> {
    let Fate::Stops(causes) = fate else {
        return vec![];
    };
    causes
        .iter()
        .filter(|cause| is_approved || cause.counted.is_none())
        .map(|cause| {
            let who = text::line(&cause.who);
            let at = cause.until.map(|at| when::instant(say.0, &at));
            let more = match (&at, &cause.counted) {
                (_, Some((found, needed))) => say.with(
                    "cause-counted",
                    &[
                        ("found", &found.to_string()),
                        ("needed", &needed.to_string()),
                    ],
                ),
                (Some(at), None) if !who.is_empty() => {
                    say.with("cause-who-until", &[("who", &who), ("at", at)])
                }
                (Some(at), None) => say.with("cause-until", &[("at", at)]),
                (None, None) if !who.is_empty() => say.with("cause-who", &[("who", &who)]),
                (None, None) => String::new(),
            };
            format!("{}{more}", words::cause(say, &cause.code))
        })
        .collect()
}

/// The deadlines that run, soonest first as given.
pub(crate) fn deadlines(say: Say, now: Instant, deadlines: &[Due]) -> String {
    if deadlines.is_empty() {
        return format!(
            "<p class=\"none\">{}</p>",
            text::escape(&say.t("desk-no-deadline"))
        );
    }
    let mut out = String::from("<ul class=\"deadlines\">");
    for due in deadlines {
        let _ = write!(
            out,
            "<li>{}: {} <span class=\"hint\">{}</span></li>",
            text::escape(&words::word(say, "clock", due.clock)),
            due_html(say, now, &due.at),
            match &due.day {
                Some(day) => text::escape(&say.with(
                    "desk-until-day",
                    &[("day", &when::day(say.0, &day.to_string()))]
                )),
                None => when::instant_html(say.0, &due.at),
            }
        );
    }
    out.push_str("</ul>");
    out
}

/// A text with its language, as paragraphs.
pub(crate) fn words_html(say: Say, words: &Words) -> String {
    format!(
        "<div class=\"words\"{}>{}</div>",
        text::lang_attr(say.0, words.lang),
        text::paragraphs(words.text.as_str())
    )
}

/// A timeline, newest first, with a line where the reader stopped last time.
pub(crate) fn timeline(say: Say, entries: &[&Entry]) -> String {
    if entries.is_empty() {
        return format!(
            "<p class=\"none\">{}</p>",
            text::escape(&say.t("desk-timeline-none"))
        );
    }
    let mut out = String::from("<ul class=\"tl\">\n");
    let new = entries.iter().filter(|entry| entry.is_new).count();
    if new > 0 {
        let _ = writeln!(
            out,
            "<li class=\"line\"><strong>{}</strong></li>",
            text::escape(&say.count("desk-timeline-new", new))
        );
    }
    // What the reader did meanwhile stands among what is new, and nothing is new below the last of it.
    let last_new = entries.iter().rposition(|entry| entry.is_new);
    for (at, entry) in entries.iter().enumerate() {
        if last_new.is_some_and(|last| at == last + 1) {
            let _ = writeln!(
                out,
                "<li class=\"line\">{}</li>",
                text::escape(&say.t("desk-timeline-old"))
            );
        }
        line_into(say, entry, &mut out);
    }
    out.push_str("</ul>");
    out
}

/// The button with which a person says that all of it was read, where something is new; looking alone changes
/// nothing.
pub(crate) fn looked(say: Say, entries: &[Entry], here: &str, seen: u64) -> String {
    if !entries.iter().any(|entry| entry.is_new) {
        return String::new();
    }
    format!(
        "<form method=\"post\" action=\"{}\">{}<p class=\"buttons\"><button class=\"second\" type=\"submit\" name=\"do\" value=\"looked\">{}</button></p></form>\n",
        text::escape(here),
        hidden("seen", &seen.to_string()),
        text::escape(&say.t("work-looked-button")),
    )
}

/// A timeline with its filter, the newest entries first, with a way to the rest.
pub(crate) fn filtered(say: Say, entries: &[Entry], query: &Typed, here: &str) -> String {
    let kind = query.trimmed("kind");
    let wanted: Vec<&Entry> = entries
        .iter()
        .filter(|entry| kind.is_empty() || words::group(&entry.kind) == kind)
        .collect();
    let shown = match query.value("timeline") {
        "all" => wanted.len(),
        _ => wanted.len().min(TIMELINE_SHOWN),
    };
    let mut groups = vec![Choice {
        value: String::new(),
        label: say.t("desk-any"),
    }];
    groups.extend(choices(say, "timeline-group", &words::GROUPS));
    let mut out = format!(
        "<form class=\"sieve\" method=\"get\" action=\"{}#timeline\">{}<p class=\"buttons\"><button class=\"second\" type=\"submit\">{}</button></p></form>\n",
        text::escape(here),
        Field::select(say, query, "kind", "work-timeline-kind", groups).html(),
        text::escape(&say.t("desk-filter-button")),
    );
    let (head, rest) = wanted.split_at(shown);
    out.push_str(&timeline(say, head));
    if !rest.is_empty() {
        let group = match kind {
            kind if words::GROUPS.contains(&kind) => format!("&amp;kind={kind}"),
            _ => String::new(),
        };
        let count = [
            ("shown", head.len().to_string()),
            ("total", wanted.len().to_string()),
        ];
        let _ = write!(
            out,
            "\n<p><a href=\"{}?timeline=all{group}#timeline\">{}</a></p>",
            text::escape(here),
            text::escape(&say.with(
                "work-timeline-all",
                &count.each_ref().map(|(name, n)| (*name, n.as_str()))
            ))
        );
    }
    out
}

fn line_into(say: Say, entry: &Entry, out: &mut String) {
    let _ = write!(
        out,
        "<li id=\"e{}\">{} <b>{}</b> ",
        entry.seq,
        when::brief_html(say.0, &entry.at),
        text::escape(&who(say, &entry.who)),
    );
    if let Some(subject) = &entry.subject {
        let _ = write!(out, "{}: ", text::escape(&text::line(subject)));
    }
    out.push_str(&text::escape(&words::sentence(say, entry)));
    if let Some(words) = &entry.text {
        out.push_str(&words_html(say, words));
    }
    out.push_str("</li>\n");
}

/// Who acted: a handle, or the house by its clock.
pub(crate) fn who(say: Say, handle: &str) -> String {
    if handle.is_empty() {
        say.t("desk-by-itself")
    } else {
        text::line(handle)
    }
}

/// Classed texts; one that needs a reason has a form to give it.
pub(crate) fn parts(action: &Action<'_>, parts: &[Part], may_read: bool) -> String {
    let say = action.say;
    if parts.is_empty() {
        return format!(
            "<p class=\"none\">{}</p>",
            text::escape(&say.t("work-parts-none"))
        );
    }
    let mut out = String::from("<ul class=\"parts\">\n");
    for (index, part) in parts.iter().enumerate() {
        let _ = write!(
            out,
            "<li><p><span class=\"badge class\">{}</span> <strong>{}</strong> <span class=\"hint\">{}</span></p>",
            text::escape(&part.class),
            text::escape(&words::word(say, "class", &part.class)),
            when::instant_html(say.0, &part.at),
        );
        match &part.text {
            Some(found) => out.push_str(&words_html(
                say,
                &Words {
                    lang: part.lang,
                    text: found.clone(),
                },
            )),
            None if may_read => out.push_str(&closed(action, part, index)),
            None => {
                let _ = write!(
                    out,
                    "<p class=\"none\">{}</p>",
                    text::escape(&say.t("work-part-withheld"))
                );
            }
        }
        out.push_str("</li>\n");
    }
    out.push_str("</ul>");
    out
}

/// The form that opens one closed text against a reason.
fn closed(action: &Action<'_>, part: &Part, index: usize) -> String {
    let say = action.say;
    let nothing = Typed::default();
    let is_this = is_open(action.typed, "read") && action.typed.value("body") == part.body;
    let typed = if is_this { action.typed } else { &nothing };
    let id = if is_this {
        "why".to_owned()
    } else {
        format!("why-{index}")
    };
    format!(
        "<form method=\"post\" action=\"{to}\">{seen}{body}{field}\
         <p class=\"buttons\"><button type=\"submit\" name=\"do\" value=\"read\">{button}</button></p></form>",
        to = text::escape(action.to),
        seen = hidden("seen", &action.seen.to_string()),
        body = hidden("body", &part.body),
        field = Field::text(say, typed, "why", "work-read-why")
            .id(&id)
            .hint("work-read-why-hint")
            .attr("autocomplete=\"off\"")
            .max(LINE_CHARS_MAX)
            .html(),
        button = text::escape(&say.with(
            "work-read-button",
            &[("class", &words::word(say, "class", &part.class))]
        )),
    )
}

/// Fields that are carried along and not shown; a name that comes several times says so with `[]`.
pub(crate) fn carried<'a>(
    prefix: &str,
    pairs: impl Iterator<Item = (&'a str, &'a str)> + Clone,
) -> String {
    let mut out = String::new();
    for (name, value) in pairs.clone() {
        let several = match pairs.clone().filter(|(other, _)| *other == name).count() {
            1 => "",
            _ => "[]",
        };
        out.push_str(&hidden(&format!("{prefix}{name}{several}"), value));
        out.push('\n');
    }
    out
}

/// Names and values as borrowed pairs.
pub(crate) fn borrowed(pairs: &[(String, String)]) -> impl Iterator<Item = (&str, &str)> + Clone {
    pairs
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
}

/// A number or id as one segment of an address.
pub(crate) fn segment(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes())
        .collect::<String>()
        .replace('+', "%20")
}

/// Links to the other pages of a long list, with the conditions kept.
pub(crate) fn pages(say: Say, here: &str, query: &Typed, page: usize, pages: usize) -> Vec<Link> {
    let mut kept = String::new();
    for (name, value) in query.pairs() {
        if !matches!(name, "page" | "done") && !value.is_empty() {
            let pair: String = form_urlencoded::Serializer::new(String::new())
                .append_pair(name, value)
                .finish();
            kept.push_str(&pair);
            kept.push('&');
        }
    }
    let link = |to: usize, key: &str| Link {
        href: format!("{here}?{kept}page={to}"),
        text: say.with(
            key,
            &[("page", &to.to_string()), ("pages", &pages.to_string())],
        ),
        is_here: false,
    };
    let mut out = vec![];
    if page > 1 {
        out.push(link(page - 1, "desk-page-before"));
    }
    if page < pages {
        out.push(link(page + 1, "desk-page-after"));
    }
    out
}

/// A link with its words.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) href: String,
    pub(crate) text: String,
    pub(crate) is_here: bool,
}
