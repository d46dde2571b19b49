//! The approver's page in every state: how many signatures it takes, who may give one, what is offered to whom.

use domain::value::CopyChannel;

use crate::kit::form::Typed;
use crate::kit::inside::{Inside, Side};
use crate::publication::plan;
use crate::publication::view::{Document, Passage, Piece, Plan, PlanPage, Reader as Reads, Since};

use super::*;

const NOW: &str = "2026-11-22T00:00:00Z";

fn inside(lang: Lang) -> Inside {
    Inside {
        site: site(),
        lang,
        side: Side::Desk,
        who: "approver-1".to_owned(),
        works_on_cases: true,
        is_admin: false,
        path: "/desk/cases/NRS-48217734/plan".to_owned(),
        done: None,
        now: instant(NOW),
        held: vec![],
        gone: vec![],
    }
}

fn standing() -> Plan {
    Plan {
        sha256: "ab".repeat(32),
        title: ["題".to_owned(), "Title".to_owned()],
        revision: 3,
        stage: "updated".to_owned(),
        instant: instant("2026-11-23T00:00:00Z"),
        emergency: false,
        reason: String::new(),
        overrides: vec![],
        author: "editor-1".to_owned(),
        recipients: [0; 5],
        channels: vec!["portal".to_owned(), "mail".to_owned()],
        vendors: 0,
        documents: vec![],
        approvals: vec![],
        may_approve: vec![],
        reader: Reads::MayApprove,
        since: Since::Nothing,
        news: [vec![], vec![]],
        passages: vec![],
        is_outdated: false,
        fate: crate::kit::desk::view::Fate::Goes,
    }
}

fn with(plan: Plan) -> PlanPage {
    PlanPage {
        number: "NRS-48217734".to_owned(),
        has_draft: true,
        may_make: true,
        quorum: 2,
        plan: Some(plan),
        ..PlanPage::default()
    }
}

fn shown_in(lang: Lang, view: &PlanPage, typed: &Typed) -> String {
    String::from_utf8(plan::page(&inside(lang), view, typed)).unwrap()
}

fn shown(view: &PlanPage) -> String {
    shown_in(Lang::En, view, &Typed::default())
}

fn offers(html: &str, button: &str) -> bool {
    html.contains(&format!("name=\"do\" value=\"{button}\""))
}

fn approvals(count: usize) -> Vec<(String, Instant)> {
    (1..=count)
        .map(|n| {
            (
                format!("approver-{n}"),
                instant(&format!("2026-11-21T0{n}:00:00Z")),
            )
        })
        .collect()
}

#[test]
fn a_plan_is_approved_by_as_many_as_the_house_asks_for_and_by_no_fewer() {
    for (quorum, given, words, is_approved) in [
        (2, 0, "2 approvals are still missing.", false),
        (2, 1, "One approval is still missing.", false),
        (2, 2, "Approved.", true),
        (2, 3, "Approved.", true),
        (3, 1, "2 approvals are still missing.", false),
        (1, 0, "One approval is still missing.", false),
        (1, 1, "Approved.", true),
        // One person who publishes alone signs twice.
        (0, 0, "2 approvals are still missing.", false),
        (0, 1, "One approval is still missing.", false),
        (0, 2, "Approved.", true),
    ] {
        let mut view = with(Plan {
            approvals: approvals(given),
            ..standing()
        });
        view.quorum = quorum;
        let html = shown(&view);
        assert!(
            html.contains(&format!("<strong>{words}</strong>")),
            "{quorum} {given}"
        );
        assert_eq!(
            html.contains("class=\"note good\""),
            is_approved,
            "{quorum} {given}"
        );
        assert_eq!(
            html.contains("It publishes by itself"),
            is_approved,
            "{quorum} {given}"
        );
        for n in 1..=given {
            assert!(html.contains(&format!("<li>approver-{n} (21 Nov 2026 0{n}:00 UTC")));
        }
    }
}

#[test]
fn a_house_of_one_is_never_shown_as_two() {
    let note = |quorum: u8| {
        let mut view = with(standing());
        view.quorum = quorum;
        shown(&view)
    };
    let alone = "In this organisation one approval is enough.";
    let solo = "In this organisation one person publishes alone and signs twice";
    for (quorum, has_alone, has_solo, words) in [
        (
            0,
            false,
            true,
            "Two signatures by the same person are needed.",
        ),
        (
            1,
            true,
            false,
            "The signature of one person other than the author is needed.",
        ),
        (
            2,
            false,
            false,
            "The signatures of 2 persons other than the author are needed.",
        ),
        (
            5,
            false,
            false,
            "The signatures of 5 persons other than the author are needed.",
        ),
    ] {
        let html = note(quorum);
        assert_eq!(html.contains(alone), has_alone, "{quorum}");
        assert_eq!(html.contains(solo), has_solo, "{quorum}");
        assert!(html.contains(words), "{quorum}");
    }
}

#[test]
fn who_may_not_sign_is_told_why_and_has_no_field_for_a_password() {
    for (reader, words) in [
        (Reads::MayApprove, None),
        (
            Reads::Waits(instant("2026-11-22T00:30:00Z")),
            Some("The second is possible from 22 Nov 2026 00:30 UTC (09:30 JST)"),
        ),
        (Reads::IsAuthor, Some("You are the author of this plan.")),
        (Reads::HasApproved, Some("You have approved this plan.")),
        (
            Reads::HasNoKey,
            Some("You have no approval key, so you cannot approve. Ask an approver."),
        ),
    ] {
        let html = shown(&with(Plan {
            reader: reader.clone(),
            ..standing()
        }));
        assert_eq!(offers(&html, "approve"), words.is_none(), "{reader:?}");
        assert_eq!(
            html.contains("type=\"password\""),
            words.is_none(),
            "{reader:?}"
        );
        assert_eq!(
            html.contains("name=\"confirmed\""),
            words.is_none(),
            "{reader:?}"
        );
        if let Some(words) = words {
            assert!(html.contains(words), "{reader:?}: {html}");
        }
    }
}

#[test]
fn what_is_signed_is_the_hash_that_stands_on_the_page() {
    let html = shown(&with(standing()));
    let hash = "ab".repeat(32);
    assert!(html.contains(&format!("<code>{hash}</code>")));
    let carried = format!("name=\"plan\" value=\"{hash}\"");
    assert_eq!(html.matches(&carried).count(), 2, "to approve and to abort");
}

#[test]
fn making_and_aborting_are_offered_to_whoever_may_and_where_there_is_something_to_make() {
    for (may_make, has_draft, is_closed, has_plan, makes, aborts, why) in [
        (true, true, false, false, true, false, ""),
        (true, true, false, true, true, true, ""),
        (
            true,
            false,
            false,
            false,
            false,
            false,
            "No advisory is recorded.",
        ),
        (true, true, true, false, false, false, "The case is closed."),
        (
            true,
            false,
            true,
            false,
            false,
            false,
            "The case is closed.",
        ),
        (true, true, true, true, false, true, "The case is closed."),
        (false, true, false, true, false, false, ""),
        (
            false,
            true,
            false,
            false,
            false,
            false,
            "There is no release plan yet.",
        ),
        (
            false,
            false,
            true,
            false,
            false,
            false,
            "There is no release plan yet.",
        ),
    ] {
        let mut view = with(standing());
        (view.may_make, view.has_draft, view.is_closed) = (may_make, has_draft, is_closed);
        if !has_plan {
            view.plan = None;
        }
        let html = shown(&view);
        let what = format!("{may_make} {has_draft} {is_closed} {has_plan}");
        assert_eq!(offers(&html, "plan"), makes, "{what}");
        assert_eq!(offers(&html, "abort"), aborts, "{what}");
        assert!(html.contains(why), "{what}");
        for other in [
            "No advisory is recorded.",
            "The case is closed.",
            "There is no release plan yet.",
        ] {
            assert_eq!(html.contains(other), other == why, "{what}: {other}");
        }
        let again = html.contains("<h2 id=\"make\">Make the plan again</h2>");
        assert_eq!(again, may_make && has_plan, "{what}");
    }
}

#[test]
fn an_emergency_and_an_override_are_said_with_their_reason() {
    for (emergency, overrides, early, repeats) in [
        (false, vec![], false, false),
        (true, vec![], true, false),
        (false, vec!["overlap".to_owned()], false, true),
        (true, vec!["overlap".to_owned()], true, true),
        (false, vec!["other".to_owned()], false, false),
    ] {
        let html = shown(&with(Plan {
            emergency,
            overrides: overrides.clone(),
            reason: "attacks <seen>".to_owned(),
            ..standing()
        }));
        let reason = "Reason: attacks &lt;seen&gt;";
        assert_eq!(html.contains("<dt>Emergency</dt>"), early, "{overrides:?}");
        assert_eq!(
            html.contains("<dt>Match with confidential text</dt>"),
            repeats,
            "{overrides:?}"
        );
        assert_eq!(
            html.matches(reason).count(),
            usize::from(early) + usize::from(repeats)
        );
    }
}

#[test]
fn what_the_drafter_decided_alone_stands_before_whoever_approves() {
    for (decided, names) in [
        ("accepted_risk", "<dt>Details without a countermeasure</dt>"),
        ("credit_consent", "<dt>Names in the acknowledgements</dt>"),
    ] {
        for overrides in [vec![], vec![decided.to_owned()]] {
            let is_said = !overrides.is_empty();
            let html = shown(&with(Plan {
                overrides,
                ..standing()
            }));
            assert_eq!(html.contains(names), is_said, "{decided}");
        }
    }
}

#[test]
fn a_time_that_is_past_is_told_apart_from_one_that_comes() {
    for (at, is_late) in [
        ("2026-11-23T00:00:00Z", false),
        ("2026-11-21T23:00:00Z", true),
    ] {
        let html = shown(&with(Plan {
            instant: instant(at),
            ..standing()
        }));
        assert_eq!(html.contains("class=\"due late\""), is_late, "{at}");
        assert_eq!(html.contains("class=\"due\""), !is_late, "{at}");
        assert!(html.contains(&format!("datetime=\"{at}\"")));
    }
}

#[test]
fn what_is_new_is_compared_with_what_it_says() {
    for (since, words) in [
        (Since::Nothing, "This is the first plan;"),
        (Since::Plan, "Compared with the plan before."),
        (
            Since::Revision(2),
            "Compared with revision 2, which is out.",
        ),
    ] {
        let html = shown(&with(Plan {
            since,
            ..standing()
        }));
        assert!(html.contains(words), "{since:?}");
    }
    let pieces = vec![
        Piece::Same("a ".to_owned()),
        Piece::Removed("<old>".to_owned()),
        Piece::Added("new&".to_owned()),
    ];
    let mut view = with(Plan {
        news: [vec![pieces], vec![]],
        is_outdated: true,
        ..standing()
    });
    let html = shown(&view);
    assert!(
        html.contains("lang=\"ja\">a <del>&lt;old&gt;</del><ins>new&amp;</ins></p>"),
        "{html}"
    );
    assert_eq!(html.matches("class=\"change\"").count(), 1);
    assert!(html.contains("have changed since this plan was made."));
    if let Some(plan) = &mut view.plan {
        plan.is_outdated = false;
    }
    assert!(!shown(&view).contains("have changed since this plan was made."));
}

#[test]
fn sentences_are_marked_by_what_they_are_and_repeating_weighs_more_than_new() {
    let one = |is_new: bool, repeats: bool| Passage {
        field: "summary".to_owned(),
        lang: Some(Lang::Ja),
        vendor: String::new(),
        sentences: vec![("<文>。".to_owned(), is_new, repeats)],
    };
    for (is_new, repeats, html) in [
        (false, false, "&lt;文&gt;。</p>"),
        (true, false, "New</b> <mark>&lt;文&gt;。</mark></p>"),
        (false, true, "Match</b> <mark>&lt;文&gt;。</mark></p>"),
        (true, true, "Match</b> <mark>&lt;文&gt;。</mark></p>"),
    ] {
        let page = shown(&with(Plan {
            passages: vec![one(is_new, repeats)],
            ..standing()
        }));
        assert!(page.contains(html), "{is_new} {repeats}: {page}");
        assert_eq!(
            page.matches("<mark>").count(),
            usize::from(is_new || repeats)
        );
        assert!(!page.contains("Every sentence comes from its sources"));
    }
    assert!(shown(&with(standing())).contains("Every sentence comes from its sources"));
    let vendor = shown(&with(Plan {
        passages: vec![Passage {
            vendor: "Aoba\nWorks".to_owned(),
            ..one(false, true)
        }],
        ..standing()
    }));
    assert!(vendor.contains("<h3>Answer of Aoba Works</h3>"), "{vendor}");
}

#[test]
fn each_document_of_a_plan_is_looked_at_as_it_was_recorded() {
    let kinds = [
        ("advisory-json", "advisory-json"),
        ("csaf", "csaf"),
        ("text-ja", "text-ja"),
        ("text-en", "text-en"),
    ];
    let documents = kinds.map(|(kind, _)| Document {
        kind: kind.to_owned(),
        bytes: 1_234,
        sha256: format!("hash-of-{kind}"),
    });
    let html = shown(&with(Plan {
        documents: documents.to_vec(),
        ..standing()
    }));
    for (kind, shown_as) in kinds {
        let href =
            format!("/en/desk/cases/NRS-48217734/advisory/preview?as={shown_as}&#38;of=plan");
        assert!(html.contains(&href), "{kind}: {html}");
        assert!(
            html.contains(&format!("<code>hash-of-{kind}</code>")),
            "{kind}"
        );
    }
}

#[test]
fn a_plan_names_its_own_ways_and_each_has_words() {
    for lang in Lang::ALL {
        for way in std::iter::once("portal").chain(CopyChannel::ALL.map(CopyChannel::name)) {
            let words = Say(lang).t(&format!("editor-channel-{way}"));
            assert!(!words.starts_with('⟦'), "{words}");
        }
    }
    let html = shown(&with(standing()));
    assert!(html.contains("Public site, Mail"), "{html}");
    let channels = vec!["portal".to_owned()];
    let html = shown(&with(Plan {
        channels,
        ..standing()
    }));
    assert!(!html.contains("Public site, Mail"), "{html}");
}

#[test]
fn each_number_of_recipients_stands_beside_its_own_name() {
    let html = shown(&with(Plan {
        recipients: [1_001, 1_002, 1_003, 1_004, 1_005],
        vendors: 1_006,
        ..standing()
    }));
    let say = Say(Lang::En);
    for (key, number) in [
        ("editor-to-everything", "1001"),
        ("editor-to-vendors", "1002"),
        ("editor-to-products", "1003"),
        ("editor-to-earlier", "1004"),
        ("editor-to-all", "1005"),
        ("editor-to-board", "1006"),
    ] {
        let row = html
            .split(&format!("<dt>{}</dt>", say.t(key)))
            .nth(1)
            .unwrap();
        let row = row.split("</dd>").next().unwrap_or_default();
        let digits: String = row.chars().filter(char::is_ascii_digit).collect();
        assert_eq!(digits, number, "{key}: {row}");
    }
}

#[test]
fn the_form_of_a_plan_offers_the_agreed_time_only_where_there_is_one_and_keeps_what_was_typed() {
    for (embargo, draft_repeats, is_drafter) in [
        (None, false, false),
        (Some("2026-12-01T00:00:00Z"), false, false),
        (None, true, false),
        (None, true, true),
    ] {
        let mut view = with(standing());
        view.embargo = embargo.map(instant);
        (view.draft_repeats, view.is_drafter) = (draft_repeats, is_drafter);
        let html = shown(&view);
        assert_eq!(html.contains("value=\"embargo\""), embargo.is_some());
        assert_eq!(
            html.contains("1 Dec 2026 00:00 UTC (09:00 JST)"),
            embargo.is_some()
        );
        assert_eq!(html.contains("name=\"override\""), draft_repeats);
        let own = html.contains(&Say(Lang::En).t("editor-override-own"));
        assert_eq!(own, draft_repeats && is_drafter);
    }
    let mut typed = Typed::parse(
        b"when=typed&at_date=2026-13-01&at_time=9:00&at_zone=UTC&emergency=yes&reason=%3Cwhy%3E&abort_reason=no&password=pw",
    );
    assert_eq!(crate::kit::moment::read(&mut typed, "at"), None);
    for lang in Lang::ALL {
        let html = shown_in(lang, &with(standing()), &typed);
        for kept in [
            "value=\"typed\" checked",
            "value=\"2026-13-01\"",
            "value=\"9:00\"",
            "<option value=\"UTC\" selected>",
            "name=\"emergency\" id=\"f-emergency\" value=\"yes\" checked",
            "value=\"&#60;why&#62;\"",
            "name=\"abort_reason\" id=\"f-abort_reason\" value=\"no\"",
            "href=\"#f-at_date\"",
        ] {
            assert!(html.contains(kept), "{kept}: {html}");
        }
        assert!(!html.contains("value=\"pw\"") && !html.contains('⟦'));
    }
}

#[test]
fn a_reader_has_its_own_title_first_and_the_other_beside_it() {
    let view = with(standing());
    for (lang, html) in [
        (Lang::Ja, "題<br><span lang=\"en\">Title</span>"),
        (Lang::En, "Title<br><span lang=\"ja\">題</span>"),
    ] {
        assert!(
            shown_in(lang, &view, &Typed::default()).contains(html),
            "{lang:?}"
        );
    }
    let facts = shown(&view);
    assert!(
        facts.contains("NRS-48217734, revision 3 (Updated)"),
        "{facts}"
    );
    assert!(facts.contains("23 Nov 2026 00:00 UTC (09:00 JST)"));
}
