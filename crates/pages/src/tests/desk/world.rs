//! A desk for the tests: one of everything, with foreign text that would be markup.

use std::collections::BTreeMap;

use formats::advisory::{Lang, Marking};

use crate::Site;
use crate::coordination::view::*;
use crate::coordination::{board, desk as case, participant};
use crate::intake::view::*;
use crate::intake::{Asked, desk as report};
use crate::kit::desk::conflict;
use crate::kit::desk::view::*;
use crate::kit::form::Typed;
use crate::kit::inside::{Inside, Side};
use crate::party::desk as register;
use crate::party::view::*;
use crate::people::view::*;
use crate::people::{approvers, desk as persons, sign};
use crate::tests::desk::approvers::approvers_view;
use crate::tests::desk::erased::erasures;
pub(super) use crate::tests::instant;
use crate::tests::let_out;
use crate::work::view::*;
use crate::work::{queue, tasks};

pub(super) const EVIL: &str = "<script>alert(1)</script>\" onclick=x ' \u{202E}";

pub(super) const NOW: &str = "2026-11-21T00:00:00Z";

pub(super) fn inside(lang: Lang, path: &str) -> Inside {
    Inside {
        site: Site {
            name: Lang::ALL.map(|lang| (lang, "狼煙".to_owned())).into(),
            portal: "https://portal.example".to_owned(),
            contact: "desk@portal.example".to_owned(),
            telephone: [].into(),
            fingerprint: "0".repeat(40),
            marking: Marking::None,
            version: "0.0.0".to_owned(),
        },
        lang,
        side: Side::Desk,
        who: "reception-1".to_owned(),
        works_on_cases: true,
        is_admin: true,
        path: path.to_owned(),
        done: Some("sort".to_owned()),
        now: instant(NOW),
        held: vec![],
        gone: vec![],
    }
}

pub(super) fn words(text: &str) -> Words {
    Words {
        lang: Lang::Ja,
        text: let_out(text),
    }
}

pub(super) fn due(at: &str) -> domain::office::Due {
    domain::office::Due {
        clock: "report.human_reply",
        at: instant(at),
        day: Some(jiff::civil::date(2026, 12, 9)),
    }
}

pub(super) fn presence() -> Vec<Presence> {
    vec![Presence {
        who: EVIL.to_owned(),
        minutes: 3,
    }]
}

pub(super) fn entries(count: u64) -> Vec<Entry> {
    let kinds = [
        (
            "contact_attempted",
            vec![
                ("channel", "mail"),
                ("result", "tried"),
                ("elsewhere", "true"),
            ],
        ),
        ("embargo_proposed", vec![("until", "2026-12-01T03:00:00Z")]),
        (
            "answer_recorded",
            vec![
                ("answer", "affected"),
                ("product", "Example"),
                ("versions", "< 3"),
            ],
        ),
        ("text_read", vec![("class", "A"), ("reason", EVIL)]),
    ];
    (0..count)
        .rev()
        .zip(kinds.iter().cycle())
        .map(|(seq, (kind, args))| Entry {
            seq,
            at: "2026-11-20T01:02:03Z".to_owned(),
            who: "coordinator-1".to_owned(),
            subject: Some("架空ネットワーク機器株式会社".to_owned()),
            kind: (*kind).to_owned(),
            args: args
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            text: None,
            is_new: seq + 5 > count,
        })
        .collect()
}

pub(super) fn part(class: &str, text: Option<&str>) -> Part {
    Part {
        body: format!("body-{class}"),
        class: class.to_owned(),
        lang: Lang::En,
        text: text.map(let_out),
        at: NOW.to_owned(),
    }
}

pub(super) fn source(field: Option<(&str, &str)>, text: &str) -> Source {
    Source {
        body: "b".to_owned(),
        field: field.map(|(key, proposed)| Asked {
            key: key.to_owned(),
            proposed: proposed.to_owned(),
        }),
        at: NOW.to_owned(),
        words: words(text),
    }
}

pub(super) fn report_view() -> Report {
    Report {
        number: "4821-7730-6".to_owned(),
        kind: "product".to_owned(),
        channel: "form".to_owned(),
        received_at: NOW.to_owned(),
        state: "received".to_owned(),
        consent: "2026-1".to_owned(),
        codes: vec![("share".to_owned(), "yes".to_owned())],
        case: Some("NRS-12345678".to_owned()),
        declined: None,
        erasures: erasures(),
        sources: vec![source(Some(("happens", "T")), EVIL), source(None, EVIL)],
        is_sorted: true,
        parts: vec![part("V", Some(EVIL)), part("A", None), part("T", None)],
        messages: vec![
            Message {
                at: NOW.to_owned(),
                from_finder: true,
                words: Some(words(EVIL)),
            },
            Message {
                at: NOW.to_owned(),
                from_finder: false,
                words: None,
            },
        ],
        deadlines: vec![due("2026-11-24T04:00:00Z"), due("2026-11-20T04:00:00Z")],
        timeline: entries(8),
        presence: presence(),
        draft_at: Some(NOW.to_owned()),
        seen: 7,
        may_act: true,
    }
}

pub(super) fn case_view(vendors: usize, lines: u64) -> Case {
    let consent = |index: usize| Consent {
        name: "架空ネットワーク機器株式会社".to_owned(),
        tn: format!("{index:08}"),
        answer: ["agreed", "asked", "countered"]
            .get(index % 3)
            .copied()
            .unwrap_or_default()
            .to_owned(),
        until: Some(instant("2026-12-01T03:00:00Z")),
        at: Some(instant(NOW)),
    };
    let states = board::STATES.map(|(state, _)| state.to_owned());
    let cell = |index: usize| Cell {
        state: states.get(index % 9).cloned().unwrap_or_default(),
        days: index.is_multiple_of(2).then_some(12),
    };
    Case {
        number: "NRS-12345678".to_owned(),
        title: Some(words(EVIL)),
        told: domain::coordination::date::Told {
            stage: domain::coordination::case::Stage::Coordinating,
            talks: None,
        },
        closed: None,
        opened_at: instant(NOW),
        clock_start: Some(instant(NOW)),
        world: vec!["exploit_public".to_owned()],
        embargo: Embargo {
            state: "active".to_owned(),
            until: Some(instant("2026-12-01T03:00:00Z")),
            revision: Some(instant("2026-12-02T03:00:00Z")),
            ended: None,
            consents: (0..vendors).map(consent).collect(),
            tally: domain::coordination::date::Tally {
                agreed: 1,
                asked: vendors,
            },
        },
        reports: vec!["4821-7730-6".to_owned()],
        added: vec!["4821-7730-6".to_owned()],
        vulnerabilities: ["CVE-1900-0001", "CVE-1900-0002"]
            .map(|label| Vulnerability {
                label: label.to_owned(),
                words: Some(words(EVIL)),
            })
            .into(),
        board: (0..vendors)
            .map(|index| BoardRow {
                tn: format!("{index:08}"),
                name: format!("架空ネットワーク機器製作所 第{index}事業部株式会社"),
                cells: vec![cell(index), cell(index + 1)],
                basis: "none",
                details_at: None,
                last_at: Some(instant("2026-11-20T00:00:00Z")),
                public: Some("vulnerable-fixed".to_owned()),
            })
            .collect(),
        timeline: entries(lines),
        deadlines: vec![due("2026-11-24T04:00:00Z")],
        texts: vec![part("V", Some(EVIL)), part("A", None)],
        register: ["p1", "p2", "p3"]
            .map(|id| PartyChoice {
                id: id.to_owned(),
                name: EVIL.to_owned(),
                is_in: id == "p3",
            })
            .into(),
        register_total: 40,
        erasures: erasures(),
        presence: presence(),
        seen: 9,
        may_act: true,
        published: Some(1),
        planned: Some(instant("2026-12-01T03:00:00Z")),
        closures: vec!["withdrawn".to_owned()],
        is_for_the_public: true,
        is_approved: false,
        approvals: Some((1, 2)),
        fate: crate::kit::desk::view::Fate::Unasked,
    }
}

pub(super) fn participant_view() -> Participant {
    Participant {
        case: "NRS-12345678".to_owned(),
        tn: "45678901".to_owned(),
        name: EVIL.to_owned(),
        party: "p1".to_owned(),
        part: "vendor".to_owned(),
        contact: Some(let_out(EVIL)),
        lang: Lang::Ja,
        standing: None,
        basis: Some(("ad_hoc".to_owned(), "2026-1".to_owned())),
        second_step: "none".to_owned(),
        state: "asked_silent".to_owned(),
        public: None,
        contacts: vec![Contact {
            at: instant(NOW),
            channel: "phone".to_owned(),
            result: "reached".to_owned(),
            elsewhere: true,
        }],
        invitation: Some(Invitation {
            is_waiting: false,
            sent_at: instant(NOW),
            expires_at: Some(instant("2026-12-05T00:00:00Z")),
        }),
        phone_code: Some("12345678".to_owned()),
        details: vec!["V".to_owned(), "K1".to_owned()],
        details_sent_at: Some(instant(NOW)),
        received_at: None,
        sendable: vec!["W".to_owned(), "F".to_owned()],
        consent: Some(Consent {
            name: String::new(),
            tn: String::new(),
            answer: "countered".to_owned(),
            until: Some(instant("2026-12-01T03:00:00Z")),
            at: Some(instant(NOW)),
        }),
        answers: vec![Answer {
            vulnerability: None,
            product: Some(EVIL.to_owned()),
            versions: "< 3".to_owned(),
            answer: "affected".to_owned(),
            fixed_in: None,
        }],
        statements: vec![Statement {
            kind: "workaround".to_owned(),
            about: Some(format!("{EVIL} (< 3)")),
            words: Some(words(EVIL)),
        }],
        ticket: None,
        naming: Some("not_asked".to_owned()),
        call: Some((
            instant("2026-11-22T04:00:00Z"),
            let_out("03-0000-0012 (112)"),
        )),
        vulnerabilities: vec!["CVE-1900-0001".to_owned()],
        is_unasked: true,
        has_left: false,
        in_embargo: true,
        timeline: entries(8),
        presence: presence(),
        seen: 3,
        may_act: true,
    }
}

pub(super) fn queue_view() -> Queue {
    let row = |kind, state: &str, due: Option<domain::office::Due>| QueueRow {
        talks: None,
        kind,
        number: "NRS-12345678".to_owned(),
        title: Ok(words(EVIL)),
        state: state.to_owned(),
        due,
        waiting: Waiting::Us,
        is_over: false,
        is_new: true,
        presence: presence(),
        since: instant(NOW),
    };
    Queue {
        rows: vec![
            row(
                RowKind::Report,
                "received",
                Some(due("2026-11-20T04:00:00Z")),
            ),
            row(RowKind::Case, "date_agreed", None),
        ],
        total: 2,
        page: 2,
        pages: 3,
        counts: QueueCounts::default(),
    }
}

pub(super) fn register_view() -> Register {
    Register {
        rows: vec![PartyRow {
            id: "p1".to_owned(),
            name_ja: EVIL.to_owned(),
            name_en: "Example".to_owned(),
            kana: "カクウ".to_owned(),
            listed: true,
            standing: false,
            has_contact: true,
            cases: 1,
        }],
        found: 1,
        total: 2,
        page: 1,
        pages: 1,
        may_act: true,
    }
}

pub(super) fn party_view() -> Party {
    Party {
        id: "p1".to_owned(),
        name_ja: EVIL.to_owned(),
        name_en: "Example".to_owned(),
        kana: "カクウ".to_owned(),
        lang: Lang::En,
        listed: false,
        contact: None,
        standing: Some("2026-1".to_owned()),
        cases: vec![("NRS-12345678".to_owned(), "45678901".to_owned())],
        timeline: entries(3),
        seen: 1,
        may_act: true,
    }
}

pub(super) fn tasks_view() -> Tasks {
    let task = |kind: &str, reference: Option<&str>| Task {
        id: format!("{kind}-1"),
        kind: kind.to_owned(),
        who: EVIL.to_owned(),
        contact: Some(let_out(EVIL)),
        what: "NRS-12345678".to_owned(),
        path: Some("/desk/cases/NRS-12345678".to_owned()),
        since: instant(NOW),
        reference: reference.map(str::to_owned),
        code_hint: reference.map(|_| "12".to_owned()),
        alarm: None,
    };
    let alarm = |called: Option<bool>, is_taken: bool| Task {
        alarm: Some(crate::work::view::Alarm {
            cause: EVIL.to_owned(),
            calls: true,
            called: called.map(|taken| (EVIL.to_owned(), instant(NOW), taken)),
            taken: is_taken.then(|| (EVIL.to_owned(), instant(NOW))),
        }),
        ..task("held_plan", None)
    };
    Tasks {
        rows: vec![
            task("dead_address", Some("R-1")),
            task("expired_copy", Some("R-2")),
            task("no_plan", None),
            task("plan_taken_back", None),
            task("report_unread", None),
            task("report_undecided", None),
            task("vendor_silent", None),
            task("operator_silent", None),
            task("call_asked", None),
            task("dead_contact", None),
            alarm(None, false),
            alarm(Some(true), false),
            alarm(Some(false), false),
            alarm(Some(true), true),
        ],
        unreadable: 2,
    }
}

pub(super) fn persons_view() -> Persons {
    let person = |state: &str, is_self| PersonRow {
        id: state.to_owned(),
        handle: EVIL.to_owned(),
        role: "coordinator".to_owned(),
        is_admin: is_self,
        can_approve: true,
        state: state.to_owned(),
        since: NOW.to_owned(),
        is_self,
    };
    Persons {
        rows: vec![
            person("set", true),
            person("invited", false),
            person("new", false),
            person("ended", false),
        ],
        roles: ["reception", "coordinator", "edition_editor"]
            .map(str::to_owned)
            .into(),
        link: Some(SetUpLink {
            handle: "reception-2".to_owned(),
            address: "http://127.0.0.1:1/ja/set-up/abc".to_owned(),
            code: "012345".to_owned(),
            expires_at: NOW.to_owned(),
        }),
    }
}

pub(super) fn kept() -> Kept {
    Kept {
        action: "/ja/desk/reports/4821-7730-6".to_owned(),
        pairs: vec![
            ("do".to_owned(), "ask".to_owned()),
            ("ask_text".to_owned(), EVIL.to_owned()),
            ("part_text".to_owned(), "a".to_owned()),
            ("part_text".to_owned(), "b".to_owned()),
        ],
    }
}

/// Every page of the desk in a language, with a name for each.
pub(super) fn pages(lang: Lang) -> BTreeMap<&'static str, String> {
    let nothing = Typed::default();
    let at = |path: &str| inside(lang, path);
    let sign = SignIn {
        next: "/desk/".to_owned(),
        kept: Some(kept()),
    };
    let set_up = SetUp {
        has_code: true,
        handle: EVIL.to_owned(),
        role: "coordinator".to_owned(),
        is_first: true,
    };
    let again = Again {
        handle: EVIL.to_owned(),
        kept: kept(),
    };
    let conflict = Conflict {
        entries: entries(3),
        seen: 11,
        action: "/ja/desk/cases/NRS-12345678".to_owned(),
        back: "/ja/desk/cases/NRS-12345678".to_owned(),
    };
    let typed = Typed::filled(kept().pairs);
    let case_path = "/desk/cases/NRS-12345678";
    let mut closed = case_view(1, 1);
    closed.closed = Some("withdrawn".to_owned());
    let mut none = case_view(0, 0);
    none.embargo = Embargo {
        state: "none".to_owned(),
        ..Embargo::default()
    };
    let mut out = BTreeMap::from([
        ("sign in", sign::sign_in(&at("/sign-in"), &sign, &nothing)),
        ("set up", sign::set_up(&at("/set-up/x"), &set_up, &nothing)),
        ("again", sign::again(&at("/again"), &again, &nothing)),
        ("resume", sign::resume(&at("/resume"), &kept())),
        ("queue", queue::page(&at("/desk/"), &queue_view(), &typed)),
        (
            "no queue",
            queue::page(&at("/desk/"), &Queue::default(), &nothing),
        ),
        (
            "report",
            report::page(&at("/desk/reports/4821-7730-6"), &report_view(), &nothing),
        ),
        (
            "case",
            case::page(&at(case_path), &case_view(12, 80), &nothing, &nothing),
        ),
        (
            "closed case",
            case::page(&at(case_path), &closed, &nothing, &nothing),
        ),
        (
            "new case",
            case::page(&at(case_path), &none, &nothing, &nothing),
        ),
        (
            "participant",
            participant::page(
                &at(&format!("{case_path}/vendors/45678901")),
                &participant_view(),
                &nothing,
                &nothing,
            ),
        ),
        (
            "conflict",
            conflict::page(&at(case_path), &conflict, &typed),
        ),
        (
            "register",
            register::list(&at("/desk/register"), &register_view(), &nothing, &nothing),
        ),
        (
            "party",
            register::party(&at("/desk/register/p1"), &party_view(), &nothing),
        ),
        (
            "tasks",
            tasks::page(&at("/desk/tasks"), &tasks_view(), &nothing),
        ),
        ("record", tasks::record(&at("/desk/record"), &nothing)),
        (
            "approvers",
            approvers::page(&at("/desk/approvers"), &approvers_view(None), &nothing),
        ),
        (
            "approvers change",
            approvers::page(
                &at("/desk/approvers"),
                &approvers_view(Some("rotate")),
                &nothing,
            ),
        ),
        (
            "persons",
            persons::page(&at("/desk/persons"), &persons_view(), &nothing),
        ),
    ]);
    for (name, why) in [
        ("sorry not found", Sorry::NotFound),
        ("sorry role", Sorry::Role),
        ("sorry link", Sorry::Link),
        ("sorry form", Sorry::Form),
        ("sorry trouble", Sorry::Trouble),
    ] {
        out.insert(name, sign::sorry(&at("/nowhere"), why));
    }
    out.into_iter()
        .map(|(name, bytes)| (name, String::from_utf8(bytes).unwrap_or_default()))
        .collect()
}
