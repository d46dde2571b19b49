//! The page of those who may approve: a key of every state, a change of every kind.

use formats::advisory::Lang;

use super::world::{EVIL, NOW, inside};
use crate::kit::form::Typed;
use crate::people::approvers;
use crate::people::view::{ApproverRow, Approvers, PendingChange};

/// A key of every kind and state; a change that waits, where its action is given.
pub(super) fn approvers_view(change: Option<&str>) -> Approvers {
    let key = |kind: &str| ApproverRow {
        who: EVIL.to_owned(),
        kind: kind.to_owned(),
        key: "ab".repeat(32),
        since: NOW.to_owned(),
        ..ApproverRow::default()
    };
    let later = Some(NOW.to_owned());
    Approvers {
        rows: vec![
            key("staff"),
            ApproverRow {
                counts_from: later.clone(),
                ..key("second_reader")
            },
            ApproverRow {
                until: later,
                is_superseded: true,
                ..key("staff")
            },
            ApproverRow {
                is_kit: true,
                ..key("staff")
            },
            ApproverRow {
                who: String::new(),
                ..key("succession")
            },
        ],
        quorum: 2,
        lack: Some("few_keys".to_owned()),
        found: 2,
        needed: 3,
        pending: change.map(|action| PendingChange {
            sha256: "cd".repeat(32),
            action: action.to_owned(),
            who: EVIL.to_owned(),
            key: "ef".repeat(32),
            kind: "staff".to_owned(),
            quorum: 2,
            since: NOW.to_owned(),
            signed: vec![EVIL.to_owned()],
            needed: 2,
            can_sign: true,
            can_withdraw: true,
        }),
        not_taken: Some(EVIL.to_owned()),
        has_key: true,
        has_safe: true,
        may_ask: true,
        is_admin: true,
        secret: Some("01".repeat(32)),
    }
}

/// Each action, kind and lack that the code knows has its words, and each state its own.
#[test]
fn a_change_of_the_approvers_says_what_it_changes() {
    for lang in Lang::ALL {
        let mut said = std::collections::BTreeSet::new();
        for action in ["add", "end", "rotate", "quorum"] {
            let view = approvers_view(Some(action));
            let page = approvers::page(&inside(lang, "/desk/approvers"), &view, &Typed::default());
            let page = String::from_utf8(page).unwrap();
            assert!(!page.contains('⟦'), "{action}");
            let (_, what) = page.split_once("<dl class=\"facts\">").unwrap();
            said.insert(what.split_once("</div>").unwrap().0.to_owned());
            assert!(page.contains("name=\"approval_password\""));
            assert!(
                !page.contains("name=\"password_again\""),
                "one change at a time"
            );
        }
        assert_eq!(said.len(), 4);
        for (lack, is_said) in [
            (None, false),
            (Some("kit_keys"), true),
            (Some("few_keys"), true),
        ] {
            let view = crate::people::view::Approvers {
                lack: lack.map(str::to_owned),
                not_taken: None,
                ..approvers_view(None)
            };
            let page = approvers::page(&inside(lang, "/desk/approvers"), &view, &Typed::default());
            let page = String::from_utf8(page).unwrap();
            assert_eq!(page.contains("class=\"note wrong\""), is_said, "{lack:?}");
            assert!(
                page.contains("01010101 01010101"),
                "the secret is read in groups"
            );
        }
    }
}
