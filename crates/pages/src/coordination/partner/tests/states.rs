//! Every state of a vendor's page: which forms stand on it, which words it says, and what it never offers.

use super::*;

const STATES: [(DateState, &str); 5] = [
    (DateState::Open, "partner-date-open"),
    (DateState::Asked, "partner-date-asked"),
    (DateState::Agreed, "partner-date-agreed"),
    (DateState::Declined, "partner-date-declined"),
    (DateState::Ended, "partner-date-ended"),
];

const STEPS: [(Step, &str); 3] = [
    (Step::Missing, "partner-state-missing"),
    (Step::Passed, "partner-state-passed"),
    (Step::Waived, "partner-state-waived"),
];

fn bases() -> [Basis; 3] {
    [
        Basis::Missing,
        Basis::Standing("7".to_owned()),
        Basis::Accepted("8".to_owned()),
    ]
}

fn shown(lang: Lang, view: &View) -> String {
    html(page(&inside(lang), view, &Typed::default()))
}

/// Whether the page posts to this address beneath `/partner`.
fn posts(page: &str, to: &str) -> bool {
    page.contains(&format!("action=\"/en/partner/{to}\""))
}

fn has_button(page: &str, form: &str, button: &str) -> bool {
    let start = format!("action=\"/en/partner/{form}\"");
    let wanted = format!("name=\"do\" value=\"{button}\"");
    page.split(&start).skip(1).any(|rest| {
        let own = rest.split("</form>").next().unwrap_or_default();
        // Enter in a field presses the first button: a form has one.
        assert_eq!(own.matches("type=\"submit\"").count(), 1, "{form}: {own}");
        own.contains(&wanted)
    })
}

#[test]
fn each_date_with_each_step_and_basis_has_its_forms_and_no_others() {
    for basis in bases() {
        for (step, step_key) in STEPS {
            for (state, state_key) in STATES {
                for is_open in [true, false] {
                    let mut view = early();
                    (view.basis, view.step, view.is_open) = (basis.clone(), step, is_open);
                    view.date.state = state;
                    let page = shown(Lang::En, &view);
                    let what = format!("{basis:?} {step:?} {state:?} {is_open}");
                    let is_running = !matches!(state, DateState::Open | DateState::Ended);
                    let lacks_terms = basis == Basis::Missing;
                    let lacks_step = step == Step::Missing;
                    for (form, expected) in [
                        ("terms", is_open && lacks_terms),
                        ("code", is_open && lacks_step),
                        ("call", is_open && lacks_step),
                        ("receipt", is_open),
                        ("date", is_open && is_running),
                        ("leave", is_open),
                        ("answer", false),
                        ("text", false),
                        ("ticket", false),
                        ("naming", false),
                    ] {
                        assert_eq!(posts(&page, form), expected, "{what}: {form}");
                    }
                    assert_eq!(
                        has_button(&page, "date", "agree"),
                        is_open && is_running && state != DateState::Agreed,
                        "{what}"
                    );
                    for button in ["counter", "decline"] {
                        assert_eq!(
                            has_button(&page, "date", button),
                            is_open && is_running,
                            "{what}: {button}"
                        );
                    }
                    assert_eq!(
                        page.contains("name=\"keeps\""),
                        is_open && is_running,
                        "{what}: who leaves is asked of a date that is under way"
                    );
                    assert_eq!(
                        page.contains(&format!("<dd>{}</dd>", Say(Lang::En).t(state_key))),
                        is_open || state != DateState::Open,
                        "{what}: no date is to come of what is closed"
                    );
                    assert!(page.contains(&Say(Lang::En).t(step_key)), "{what}");
                    assert_eq!(
                        page.contains(&Say(Lang::En).t("partner-waits")),
                        is_open && !lacks_terms && !lacks_step,
                        "{what}"
                    );
                    assert_eq!(page.contains(" data-left>"), is_running, "{what}");
                    assert!(
                        !page.contains("id=\"matter\"") && !page.contains('⟦'),
                        "{what}"
                    );
                }
            }
        }
    }
}

#[test]
fn each_basis_is_told_with_its_version() {
    let of = |basis: Basis| {
        let mut view = early();
        view.basis = basis;
        shown(Lang::En, &view)
    };
    let [missing, standing, accepted] = bases().map(of);
    assert!(missing.contains("not yet done") && !missing.contains("(7)"));
    assert!(standing.contains("covered by your standing agreement (7)"));
    assert!(accepted.contains("accepted (8)"));
    for page in [standing, accepted] {
        assert!(!posts(&page, "terms"));
    }
}

#[test]
fn the_date_that_is_agreed_to_is_the_one_that_stands_on_the_page() {
    let mut view = early();
    view.date.countered = Some("2026-12-05T05:00:00Z".to_owned());
    let page = shown(Lang::En, &view);
    assert!(page.contains("name=\"until\" value=\"2026-12-01T05:00:00Z\""));
    assert!(page.contains("1 Dec 2026 05:00 UTC (14:00 JST)"));
    assert!(page.contains("5 Dec 2026 05:00 UTC (14:00 JST)"));
    view.date = Date::default();
    let page = shown(Lang::En, &view);
    assert!(!page.contains("name=\"until\"") && !page.contains("2026-12-01"));
    for key in [
        "partner-date-until",
        "partner-date-left",
        "partner-date-countered",
    ] {
        assert!(
            !page.contains(&format!("<dt>{}</dt>", Say(Lang::En).t(key))),
            "{key}"
        );
    }
}

#[test]
fn a_vendor_that_has_left_or_whose_matter_is_closed_can_say_nothing_more() {
    for (has_left, key, other) in [
        (true, "partner-has-left", "partner-closed"),
        (false, "partner-closed", "partner-has-left"),
    ] {
        let mut view = whole();
        (view.is_open, view.has_left) = (false, has_left);
        let page = shown(Lang::En, &view);
        assert!(page.contains(&Say(Lang::En).t(key)), "{key}");
        assert!(!page.contains(&Say(Lang::En).t(other)), "{other}");
        assert!(!page.contains("action=\"/en/partner/"), "no form is left");
        assert!(
            !page.contains("?answer="),
            "no answer is offered for change"
        );
        // What it may read it still reads.
        assert!(page.contains("PSIRT-7") && page.contains("NRS#48217734"));
    }
    let open = shown(Lang::En, &whole());
    for key in ["partner-has-left", "partner-closed"] {
        assert!(!open.contains(&Say(Lang::En).t(key)), "{key}");
    }
}

#[test]
fn what_was_received_and_when_a_call_was_asked_is_told() {
    let mut view = early();
    assert!(has_button(&shown(Lang::En, &view), "receipt", "confirm"));
    view.received = Some("2026-11-21T01:00:00Z".to_owned());
    view.call_asked = Some("2026-11-22T04:00:00Z".to_owned());
    let page = shown(Lang::En, &view);
    assert!(!posts(&page, "receipt"));
    assert!(page.contains("21 Nov 2026 01:00 UTC"));
    assert!(page.contains("22 Nov 2026 04:00 UTC"));
    // Who asked for a call may ask again, with another number.
    assert!(posts(&page, "call") && posts(&page, "code"));
    (view.received, view.is_open) = (None, false);
    let closed = shown(Lang::En, &view);
    assert!(!posts(&closed, "receipt") && !closed.contains("22 Nov 2026 04:00 UTC"));
}

#[test]
fn each_label_is_told_in_its_words_with_what_it_means() {
    use crate::kit::labels;
    for status in labels::VENDOR_STATUSES.map(Some).into_iter().chain([None]) {
        let mut view = whole();
        if let Some(details) = &mut view.details {
            details.label = status;
            details.naming = None;
        }
        let (label, note) = match status {
            Some(status) => (labels::vendor(status), labels::vendor_note(status)),
            None => ("partner-label-none", "partner-label-none-note"),
        };
        for lang in Lang::ALL {
            let page = shown(lang, &view);
            let (label, note) = (Say(lang).t(label), Say(lang).t(note));
            assert!(page.contains(&format!(">{label}</strong>")), "{status:?}");
            assert!(page.contains(&format!("<p>{note}</p>")), "{status:?}");
        }
    }
}

#[test]
fn being_named_is_offered_and_taken_back_and_what_is_past_is_not_told() {
    let with = |is_agreed: bool, others: Vec<Other>| {
        let mut view = whole();
        if let Some(details) = &mut view.details {
            details.naming = Some(Naming { is_agreed, others });
        }
        shown(Lang::En, &view)
    };
    let other = |status: Option<VendorStatus>, is_past: bool| Other {
        name: let_out("Dogwood & Sons"),
        status,
        is_past,
    };
    let say = Say(Lang::En);
    let alone = with(false, vec![]);
    assert!(has_button(&alone, "naming", "agree") && !has_button(&alone, "naming", "end"));
    assert!(!alone.contains(&say.t("partner-naming-none")));
    let waits = with(true, vec![]);
    assert!(has_button(&waits, "naming", "end") && !has_button(&waits, "naming", "agree"));
    assert!(waits.contains(&say.t("partner-naming-none")));
    for (one, key) in [
        (
            other(Some(VendorStatus::Investigating), false),
            "vendor-investigating",
        ),
        (other(None, false), "partner-label-none"),
        (
            other(Some(VendorStatus::Investigating), true),
            "partner-naming-past",
        ),
        (other(None, true), "partner-naming-past"),
    ] {
        let page = with(true, vec![one.clone()]);
        let row = format!("<dt>Dogwood &#38; Sons</dt><dd>{}</dd>", say.t(key));
        assert!(page.contains(&row), "{one:?}");
    }
}

#[test]
fn a_text_in_the_other_language_says_so_and_each_kind_has_its_heading() {
    for (kind, key) in [
        (TextKind::Vulnerability, "partner-text-vulnerability"),
        (TextKind::Workaround, "partner-text-workaround"),
        (TextKind::Fix, "partner-text-fix"),
        (TextKind::Evidence, "partner-text-evidence"),
        (TextKind::Check, "partner-text-check"),
        (TextKind::Detection, "partner-text-detection"),
        (TextKind::Other, "partner-text-other"),
    ] {
        for lang in Lang::ALL {
            let mut view = whole();
            if let Some(details) = &mut view.details {
                details.texts = vec![Text {
                    kind,
                    lang: Lang::En,
                    text: let_out("one\n\ntwo"),
                }];
            }
            let attr = if lang == Lang::En { "" } else { " lang=\"en\"" };
            let part = format!(
                "<h3>{}</h3>\n<div{attr}><p>one</p>\n<p>two</p></div>",
                Say(lang).t(key)
            );
            assert!(shown(lang, &view).contains(&part), "{kind:?} {lang:?}");
        }
    }
}

#[test]
fn an_answer_about_everything_says_so_and_is_no_choice_of_a_text() {
    let mut view = whole();
    if let Some(details) = &mut view.details {
        details.answers = vec![
            Answer {
                product: String::new(),
                versions: String::new(),
                answer: AnswerKind::Unknown,
                fixed_in: None,
                vulnerability: None,
                why: None,
            },
            Answer {
                product: "Gate".to_owned(),
                versions: "< 2".to_owned(),
                answer: AnswerKind::NotAffected,
                fixed_in: None,
                vulnerability: Some("1".to_owned()),
                why: None,
            },
        ];
        let twice = details.answers[1].clone();
        details.answers.push(twice);
    }
    let page = shown(Lang::En, &view);
    let say = Say(Lang::En);
    for key in [
        "partner-all-products",
        "partner-all-versions",
        "partner-all-vulnerabilities",
        "partner-answer-unknown",
        "partner-answer-not-affected",
    ] {
        assert!(page.contains(&say.t(key)), "{key}");
    }
    assert_eq!(
        page.matches("<option value=\"Gate (&#60; 2)\">").count(),
        1,
        "two answers about one range are one choice"
    );
    for n in 0..3 {
        assert!(page.contains(&format!("?answer={n}#answers")), "{n}");
    }
}
