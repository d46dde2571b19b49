//! The editor's form and the command it becomes, in both directions.
//!
//! What cannot be read is noted beside its field and the rest is read all the same, so that the lints can look at a
//! draft that is half typed. It decides nothing; the command does.

use domain::advisory::lint::Severity;
use domain::publication::Draft;
use domain::text::phase::Phase;
use domain::value::{AdvisoryStage, Field, Lang, TextRef};
use engine::Fault;
use engine::advisory::check;
use engine::advisory::check::{Finding, Sheet};
use engine::advisory::command::{DraftAdvisory, DraftText};
use engine::advisory::compose::Facts;
use formats::advisory as form;
use formats::cvss;
use pages::advisory::form::{
    ACTIONS_MAX, TEXT_CHARS_MAX, TITLE_CHARS_MAX, action_name, text_fields,
};
use pages::advisory::view::Check;
use pages::kit::form::Typed;
use pages::kit::shown::Shown;

use crate::advisory::desk::kept;
use crate::door::act::{code, word};
use crate::door::room::Room;
use crate::door::sight::{Eyes, Seen};
use crate::door::visit::{Signed, Stop};

/// Lines that are read of one field: more is no list that a reader follows.
const LINES_MAX: usize = 200;

/// Both languages, Japanese first.
pub(super) const LANGS: [Lang; 2] = [Lang::Ja, Lang::En];

/// What a form says, as far as it can be read.
pub struct Sayings {
    pub stage: Option<AdvisoryStage>,
    pub audience: Option<form::Audience>,
    pub texts: Vec<DraftText>,
    pub facts: Facts,
}

impl Sayings {
    /// The command, if nothing is missing for it.
    #[must_use]
    pub fn command(&self, case: &str) -> Option<DraftAdvisory> {
        let has_title = self.texts.iter().any(|text| text.field == Field::Title);
        self.audience?;
        Some(DraftAdvisory {
            case: case.to_owned(),
            stage: self.stage?,
            texts: has_title.then(|| self.texts.clone())?,
            facts: self.facts.clone(),
        })
    }
}

/// Reads the form; problems are noted on it.
pub fn read(typed: &mut Typed, revision: u32) -> Sayings {
    let stage = code(typed.trimmed("stage"));
    let audience = code(typed.trimmed("audience"));
    if stage.is_none() {
        typed.refuse("stage", "editor-wrong-choice");
    }
    if audience.is_none() {
        typed.refuse("audience", "editor-wrong-choice");
    }
    let mut texts = texts(typed, revision);
    texts.extend(actions(typed));
    texts.extend(credits(typed));
    let kept = kept::read(typed, &texts);
    texts.extend(kept);
    if !texts.iter().any(|text| text.field == Field::Title) {
        typed.refuse("t-title-ja", "editor-wrong-title");
    }
    let facts = facts(typed, audience);
    Sayings {
        stage,
        audience,
        texts,
        facts,
    }
}

fn texts(typed: &mut Typed, revision: u32) -> Vec<DraftText> {
    let mut out = Vec::new();
    for name in text_fields().filter(|name| *name != "revision_reason" || revision > 1) {
        let Some(field) = code::<Field>(name) else {
            continue;
        };
        for lang in Lang::ALL {
            let key = format!("{name}-{}", lang.tag());
            let typed_name = format!("t-{key}");
            typed.limit(
                &typed_name,
                if name == "title" {
                    TITLE_CHARS_MAX
                } else {
                    TEXT_CHARS_MAX
                },
            );
            let text = typed.trimmed(&typed_name).to_owned();
            if text.is_empty() {
                continue;
            }
            out.push(DraftText {
                field,
                lang,
                text,
                class: None,
                from: uuid::Uuid::parse_str(typed.value(&format!("from-{key}"))).ok(),
            });
        }
    }
    out
}

/// Forgets the source of every text that somebody emptied, so that what is typed next does not count as taken from it.
pub fn forget_sources(typed: &mut Typed) {
    let emptied: Vec<String> = text_fields()
        .flat_map(|name| Lang::ALL.map(|lang| format!("{name}-{}", lang.tag())))
        .filter(|key| typed.trimmed(&format!("t-{key}")).is_empty())
        .collect();
    for key in emptied {
        typed.set(format!("from-{key}"), "");
    }
}

/// Rows of who, what and by when, as the lines that the document parts again.
fn actions(typed: &mut Typed) -> Vec<DraftText> {
    let mut out = Vec::new();
    for lang in Lang::ALL {
        let mut lines = Vec::new();
        for row in 1..=ACTIONS_MAX {
            let names = ["who", "what", "by"].map(|part| action_name(row, part, lang));
            let mut parts = Vec::new();
            for name in &names {
                if typed.value(name).contains('|') {
                    typed.refuse(name, "editor-wrong-action");
                }
                parts.push(typed.trimmed(name).to_owned());
            }
            if parts.iter().any(|part| !part.is_empty()) {
                lines.push(parts.join(" | "));
            }
        }
        if !lines.is_empty() {
            out.push(DraftText {
                field: Field::Actions,
                lang,
                text: lines.join("\n"),
                class: None,
                from: None,
            });
        }
    }
    out
}

fn credits(typed: &mut Typed) -> Vec<DraftText> {
    lines(typed, "credits")
        .into_iter()
        .map(|text| DraftText {
            field: Field::Credit,
            lang: if text.is_ascii() { Lang::En } else { Lang::Ja },
            text,
            class: None,
            from: None,
        })
        .collect()
}

fn lines(typed: &mut Typed, name: &str) -> Vec<String> {
    let all: Vec<String> = typed
        .value(name)
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect();
    if all.len() > LINES_MAX {
        // Nothing is left out unsaid.
        let most = LINES_MAX.to_string();
        typed.refuse_with(name, "editor-wrong-lines", &[("n", &most)]);
    }
    all
}

fn facts(typed: &mut Typed, audience: Option<form::Audience>) -> Facts {
    let none = Facts::default();
    Facts {
        audience: audience.unwrap_or(none.audience),
        damage: typed.all("damage").iter().filter_map(|v| code(v)).collect(),
        threat: code(typed.trimmed("threat")).unwrap_or(none.threat),
        severity: code(typed.trimmed("severity")).unwrap_or(none.severity),
        cvss: scores(typed),
        cve: cves(typed),
        other_ids: each_line(typed, "other_ids", "editor-wrong-other-id", |line| {
            let (system, text) = line.rsplit_once(char::is_whitespace)?;
            Some(form::OtherId {
                system: system.trim().to_owned(),
                text: text.to_owned(),
            })
        }),
        references: each_line(typed, "references", "editor-wrong-reference", |line| {
            let (url, summary) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
            let url = domain::text::fold::address(url);
            let is_web = formats::csaf::is_web_address(&url);
            is_web.then(|| form::Reference {
                url,
                summary: summary.trim().to_owned(),
            })
        }),
        accepted_risk: typed.has("accepted_risk", "yes"),
        credit_consent: typed.has("credit_consent", "yes"),
        untranslated: typed
            .all("untranslated")
            .iter()
            .filter_map(|v| code(v))
            .collect(),
        ..none
    }
}

fn each_line<T>(
    typed: &mut Typed,
    name: &str,
    wrong: &str,
    read: impl Fn(&str) -> Option<T>,
) -> Vec<T> {
    let mut out = Vec::new();
    for line in lines(typed, name) {
        match read(&line) {
            Some(found) => out.push(found),
            None => typed.refuse_with(name, wrong, &[("line", &line)]),
        }
    }
    out
}

fn scores(typed: &mut Typed) -> Vec<form::Cvss> {
    let mut out = Vec::new();
    for line in lines(typed, "cvss") {
        match cvss::read_line(&domain::text::fold::width(&line)) {
            Ok(found) => out.push(found),
            Err(cvss::Wrong::Score { computed }) => typed.refuse_with(
                "cvss",
                "editor-wrong-cvss-score",
                &[("line", &line), ("score", &computed)],
            ),
            Err(_) => typed.refuse_with("cvss", "editor-wrong-cvss", &[("line", &line)]),
        }
    }
    out
}

fn cves(typed: &mut Typed) -> Vec<String> {
    let mut out = Vec::new();
    let words: Vec<String> = typed
        .value("cve")
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | '、'))
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    for word in words {
        match formats::cve::read(&word) {
            Some(cve) => out.push(cve),
            None => typed.refuse_with("cve", "editor-wrong-cve", &[("line", &word)]),
        }
    }
    out.sort_unstable();
    out.dedup();
    out
}

/// Fills the form with what is recorded. A new revision begins with the last one's words and no reason.
///
/// # Errors
/// Faults of keys and store; [`Stop::Role`] where the person may not see what the draft is made of. A text whose key
/// is gone stays blank; one that the person may not see stays in the draft, unseen.
pub async fn fill(
    room: &Room,
    signed: &Signed,
    phase: Phase,
    draft: &Draft,
    revision: u32,
) -> Result<Typed, Stop> {
    let facts = match Eyes::of_editor(room, signed, phase, false)
        .look(&draft.facts)
        .await?
    {
        Some(Seen::Shown(text)) => {
            serde_json::from_str(text.as_str()).map_err(|_| Fault::Form("facts"))?
        }
        Some(_) => return Err(Stop::Role),
        None => Facts::default(),
    };
    let eyes = Eyes::of_editor(room, signed, phase, facts.credit_consent);
    let mut typed = Typed::default();
    let is_new = draft.revision < revision;
    typed.set(
        "stage",
        if is_new {
            "updated".to_owned()
        } else {
            word(draft.stage)
        },
    );
    for (field, text) in &draft.texts {
        if *field == Field::RevisionReason && is_new {
            continue;
        }
        match eyes.look(text).await? {
            Some(Seen::Shown(words)) => fill_text(&mut typed, *field, text, &words),
            Some(Seen::Closed | Seen::Nothing) => kept::put(&mut typed, *field, text),
            None => {}
        }
    }
    fill_facts(&mut typed, &facts);
    Ok(typed)
}

fn fill_text(typed: &mut Typed, field: Field, text: &TextRef, words: &Shown) {
    match field {
        Field::Credit => {
            let before = typed.value("credits").to_owned();
            let all = if before.is_empty() {
                words.as_str().to_owned()
            } else {
                format!("{before}\n{}", words.as_str())
            };
            typed.set("credits", all);
        }
        Field::Actions => fill_actions(typed, words.as_str(), text.lang),
        _ => fill_own(typed, field, text, words),
    }
}

/// Puts a text into its own field, with the body that it is.
pub(super) fn fill_own(typed: &mut Typed, field: Field, text: &TextRef, words: &Shown) {
    let key = format!("{}-{}", check::name(field), text.lang.tag());
    typed.set(format!("t-{key}"), words.as_str());
    typed.set(format!("from-{key}"), text.body.0.to_string());
}

fn fill_actions(typed: &mut Typed, words: &str, lang: Lang) {
    for (index, line) in words
        .lines()
        .filter(|line| !line.trim().is_empty())
        .enumerate()
    {
        let mut parts = line.split('|').map(str::trim);
        for part in ["who", "what", "by"] {
            let name = action_name(index + 1, part, lang);
            typed.set(name, parts.next().unwrap_or_default());
        }
    }
}

fn fill_facts(typed: &mut Typed, facts: &Facts) {
    let all = |lines: Vec<String>| lines.join("\n");
    typed.set("audience", word(facts.audience));
    if facts.threat != form::Threat::NotRecorded {
        typed.set("threat", word(facts.threat));
    }
    if facts.severity != form::Severity::NotRecorded {
        typed.set("severity", word(facts.severity));
    }
    for damage in &facts.damage {
        typed.put("damage", word(*damage));
    }
    typed.set("cvss", all(facts.cvss.iter().map(cvss::line).collect()));
    typed.set("cve", facts.cve.join(" "));
    let ids = facts.other_ids.iter();
    typed.set(
        "other_ids",
        all(ids.map(|id| format!("{} {}", id.system, id.text)).collect()),
    );
    let references = facts.references.iter();
    typed.set(
        "references",
        all(references
            .map(|r| format!("{} {}", r.url, r.summary).trim_end().to_owned())
            .collect()),
    );
    for missing in &facts.untranslated {
        typed.put("untranslated", missing.tag());
    }
    for (name, is_on) in [
        ("accepted_risk", facts.accepted_risk),
        ("credit_consent", facts.credit_consent),
    ] {
        if is_on {
            typed.set(name, "yes");
        }
    }
}

/// What the lints say about a form.
#[must_use]
pub fn lints(sayings: &Sayings, seen: &Surroundings<'_>) -> Vec<Check> {
    let texts = sayings
        .texts
        .iter()
        .map(|text| (text.field, text.lang, text.text.as_str()))
        .collect();
    let findings = check::findings(&Sheet {
        texts,
        facts: &sayings.facts,
        has_audience: sayings.audience.is_some(),
        has_stage: sayings.stage.is_some(),
        issued: seen.issued,
        has_board: seen.has_board,
        investigating: seen.investigating,
        revision: seen.revision,
        earlier_kept: seen.earlier_kept,
    });
    of_the_plan(&sayings.texts, findings)
}

/// Findings as the page shows them, but for those in texts that the form does not show.
pub(super) fn of_the_plan(texts: &[DraftText], findings: Vec<Finding>) -> Vec<Check> {
    findings
        .into_iter()
        .filter(|finding| !kept::hides(texts, finding.field, finding.lang))
        .map(shown)
        .collect()
}

/// What the lints want to know beside the form.
pub struct Surroundings<'a> {
    pub issued: Option<&'a str>,
    pub has_board: bool,
    pub investigating: usize,
    pub revision: u32,
    pub earlier_kept: bool,
}

fn shown(finding: Finding) -> Check {
    let gloss = domain::advisory::jargon::TERMS
        .iter()
        .find(|term| finding.rule == "H2" && term.word == finding.about)
        .map_or("", |term| term.gloss);
    Check {
        rule: finding.rule.to_owned(),
        field: finding.field.to_owned(),
        lang: finding.lang,
        code: finding.code.to_owned(),
        // The instant is the plan's to set, and no plan is without one; here it is a reminder.
        is_error: finding.severity == Severity::Error && finding.field != "issued_at_utc",
        about: finding.about,
        gloss: gloss.to_owned(),
    }
}

/// What was typed and could not be read: it would be missing from what is published.
pub(super) fn unread(read: &Typed) -> Vec<Check> {
    const LISTS: [&str; 5] = ["cvss", "cve", "other_ids", "references", "credits"];
    let of_list = |field: &str| LISTS.contains(&field);
    read.problems()
        .iter()
        .filter(|problem| of_list(&problem.field))
        .map(|problem| {
            let line = problem.args.iter().find(|(name, _)| name == "line");
            Check {
                rule: "input".to_owned(),
                field: problem.field.clone(),
                code: "unread".to_owned(),
                is_error: true,
                about: line.map_or_else(String::new, |(_, line)| line.clone()),
                ..Check::default()
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_that_does_not_follow_from_its_vector_is_told_with_the_one_that_does() {
        let vector = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N";
        let lines = format!("{vector}\n{vector} 9.3\n{vector} 9.1");
        let mut typed = Typed::filled([("cvss", lines.as_str())]);
        let found = scores(&mut typed);
        assert_eq!(found.len(), 2);
        assert!(found.iter().all(|cvss| cvss.base_score == 9.3));
        let problem = &typed.problems()[0];
        assert_eq!(problem.key, "editor-wrong-cvss-score");
        assert_eq!(problem.args[1], ("score".to_owned(), "9.3".to_owned()));
    }

    #[test]
    fn a_form_becomes_a_command_and_keeps_its_problems_beside_their_fields() {
        let mut typed = Typed::filled([
            ("stage", "final"),
            ("audience", "general_user"),
            ("t-title-ja", " 件名 "),
            ("t-fix-en", "Update"),
            ("a-1-who-ja", "管理者"),
            ("a-1-what-ja", "更新"),
            ("a-1-by-ja", "本日"),
            ("credits", "Sato\n佐藤"),
            ("cvss", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\nbad"),
            ("cve", "cve-2026-12345、CVE-2026-1"),
            ("other_ids", "CERT/CC VU#1\nalone"),
            (
                "references",
                "ｈｔｔｐｓ：／／ａ．ｅｘａｍｐｌｅ／ A page\nftp://b",
            ),
            ("damage", "leak"),
            ("damage", "intrusion"),
            ("threat", "expected"),
            ("untranslated", "en"),
        ]);
        let said = read(&mut typed, 1);
        let wrong: Vec<&str> = typed.problems().iter().map(|p| p.field.as_str()).collect();
        assert_eq!(wrong, ["cvss", "cve", "other_ids", "references"]);
        assert_eq!(said.facts.cve, ["CVE-2026-12345"]);
        assert_eq!(said.facts.references[0].summary, "A page");
        assert_eq!(said.facts.references[0].url, "https://a.example/");
        assert_eq!(said.facts.other_ids[0].system, "CERT/CC");
        assert_eq!(said.facts.damage.len(), 2);
        let command = said.command("NRS-1").map(|command| command.texts);
        let texts = command.unwrap_or_default();
        let of = |field: Field| texts.iter().filter(move |t| t.field == field);
        assert_eq!(
            of(Field::Actions).next().map(|t| t.text.as_str()),
            Some("管理者 | 更新 | 本日")
        );
        assert_eq!(
            of(Field::Credit).map(|t| t.lang).collect::<Vec<_>>(),
            [Lang::En, Lang::Ja]
        );
        assert_eq!(
            of(Field::Title).next().map(|t| t.text.as_str()),
            Some("件名")
        );
    }

    #[test]
    fn facts_filled_in_are_read_back_the_same() {
        let mut typed = Typed::filled([
            ("stage", "final"),
            ("audience", "developer"),
            ("t-title-en", "T"),
            ("cvss", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"),
            ("cve", "CVE-2026-12345"),
            ("other_ids", "CERT/CC VU#1"),
            ("references", "https://a.example/ A page"),
            ("severity", "critical"),
            ("threat", "occurring"),
            ("damage", "leak"),
            ("credit_consent", "yes"),
        ]);
        let said = read(&mut typed, 1);
        let mut again = Typed::default();
        fill_facts(&mut again, &said.facts);
        again.set("stage", "final");
        again.set("t-title-en", "T");
        assert_eq!(read(&mut again, 1).facts, said.facts);
    }

    #[test]
    fn without_a_title_or_an_audience_there_is_no_command() {
        let mut typed = Typed::filled([("stage", "final"), ("t-summary-ja", "x")]);
        let said = read(&mut typed, 1);
        assert!(said.command("NRS-1").is_none());
        assert!(typed.problems().iter().any(|p| p.field == "t-title-ja"));
    }

    #[test]
    fn an_emptied_text_forgets_its_source() {
        let mut typed = Typed::filled([
            ("t-fix-ja", "  "),
            ("from-fix-ja", "x"),
            ("t-fix-en", "Update"),
            ("from-fix-en", "y"),
        ]);
        forget_sources(&mut typed);
        assert_eq!(
            (typed.value("from-fix-ja"), typed.value("from-fix-en")),
            ("", "y")
        );
    }
}
