//! How a vendor comes in, becomes known better, is shown to others, and goes.

use domain::coordination::board::{self, Cell};
use domain::text::gate::Strength;
use domain::value::Actor;
use engine::coordination::step::Guest;
use engine::coordination::{
    invite_again, is_call_open, issue_phone_code, pass_phone_code, view as view_of,
};
use engine::people::sessions::Of;
use formats::advisory::{Lang, VendorStatus};
use pages::coordination::partner::view::{Naming, Step};
use serde_json::{Value, json};
use testkit::given::{Invitation, is_let_in};
use testkit::world::{at, said, span, words};
use testkit::{Case, World, given};

use crate::seen::{self, all_refused, view};

const MINUTE: i64 = span(0, 1) / 60;

fn guest(case: &Case<'_>, vendor: &str) -> Guest {
    let guest = case.world.stage.guest(case.vendor(vendor));
    case.world.wait(Box::pin(guest)).unwrap()
}

/// Invitations that were sent to an address, in no order.
fn invitations(world: &World, address: &str) -> Vec<Invitation> {
    let mails = world.mails_to(address);
    let read = mails.iter().map(|mail| {
        let text = words(mail);
        let after = |before: &str| {
            let (_, rest) = text.split_once(before).unwrap();
            rest.split_whitespace().next().unwrap().to_owned()
        };
        Invitation {
            link: after("/en/partner/i/"),
            code: after("Confirmation code: "),
        }
    });
    read.collect()
}

/// Asks for a new link with an old one and lets some minutes pass; returns the invitation that came, if one did.
fn again(world: &World, old: &str, address: &str) -> Option<Invitation> {
    let before = invitations(world, address);
    world
        .wait(Box::pin(invite_again(world.house(), old)))
        .unwrap();
    world.passes_to(world.ahead(11 * MINUTE));
    let mut new = invitations(world, address);
    new.retain(|invitation| !before.contains(invitation));
    assert!(new.len() <= 1, "{new:?}");
    new.pop()
}

#[test]
fn whoever_holds_an_old_link_has_a_new_one_sent_three_times_a_day() {
    let world = World::founded();
    let case = Case::open(&world);
    case.contact("Aoba");
    world.runs_due();
    let address = "psirt@aoba.example";
    let mut held = given::invitation(&world, address);
    let first = held.link.clone();
    assert_eq!(again(&world, &first, address), None, "it was not used yet");
    assert_eq!(again(&world, "nothingofthekind", address), None);
    for round in 1..=3 {
        assert!(is_let_in(&world, &held), "{round}");
        let new = again(&world, &first, address);
        held = new.unwrap_or_else(|| panic!("round {round}"));
        assert_ne!(held.link, first);
    }
    assert!(is_let_in(&world, &held));
    assert_eq!(again(&world, &first, address), None, "a fourth");
    assert_eq!(
        world.times("contact_attempted"),
        1,
        "none of them is our word"
    );
    world.days_pass(2);
    assert!(again(&world, &first, address).is_some(), "another day");
    world.ends_well();
}

#[test]
fn after_a_restore_all_whose_links_have_ended_are_written_to_in_one_go() {
    let world = World::founded();
    let case = Case::open(&world);
    for vendor in ["Aoba", "Birch"] {
        case.contact(vendor);
    }
    world.runs_due();
    let house = world.house();
    let aoba = seen::participant(&world, case.vendor("Aoba")).id;
    let written = || {
        ["aoba", "birch", "cedar"]
            .map(|name| world.mails_to(&format!("psirt@{name}.example")).len())
    };
    let all = || world.does("invite-all", json!({}))["letters"].as_u64();
    assert_eq!(world.refuses_as("editor", "invite-all", json!({})), "role");
    let held = given::invitation(&world, "psirt@aoba.example");
    assert!(is_let_in(&world, &held));
    let begin = house.session_begin(Of::Participant(aoba), Strength::Link);
    world.wait(begin).unwrap();
    assert_eq!(
        all(),
        Some(0),
        "one is signed in, one has an unused link, one was never written to"
    );
    let before = written();

    // What ends the hold of a restored house.
    world.wait(house.store.end_people(world.now().0)).unwrap();
    assert_eq!(all(), Some(2));
    world.passes_to(world.ahead(MINUTE));
    assert_eq!(written(), [before[0] + 1, before[1] + 1, before[2]]);
    let mut new = invitations(&world, "psirt@aoba.example");
    new.retain(|invitation| invitation.link != held.link);
    assert!(new.len() == 1 && is_let_in(&world, &new[0]), "{new:?}");
    assert_eq!(all(), Some(1), "a link that was used and began no session");

    world.wait(house.store.end_people(world.now().0)).unwrap();
    case.does_with(case.vendor("Aoba"), "leave-case", json!({}));
    assert_eq!(all(), Some(1));
    case.does("close-case", json!({ "code": "withdrawn" }));
    assert_eq!(all(), Some(0));
    world.ends_well_but(&[]);
}

#[test]
fn nobody_is_invited_again_who_has_left_or_whose_case_is_closed() {
    let world = World::founded();
    let case = Case::open(&world);
    for vendor in ["Aoba", "Birch"] {
        case.contact(vendor);
    }
    world.runs_due();
    let [aoba, birch] = ["psirt@aoba.example", "psirt@birch.example"];
    let [of_aoba, of_birch] = [aoba, birch].map(|address| given::invitation(&world, address));
    assert!(is_let_in(&world, &of_aoba) && is_let_in(&world, &of_birch));
    case.does_with(case.vendor("Aoba"), "leave-case", json!({}));
    assert_eq!(again(&world, &of_aoba.link, aoba), None);
    assert!(again(&world, &of_birch.link, birch).is_some());
    world.days_pass(2);
    case.does("close-case", json!({ "code": "withdrawn" }));
    assert_eq!(again(&world, &of_birch.link, birch), None);
    world.ends_well();
}

/// Whoever reads one letter can say that the party leaves. What that ends stays ended; the party comes back by a new one.
#[test]
fn whoever_left_comes_back_by_a_new_letter_and_by_nothing_that_was_held_before() {
    let world = World::founded();
    let case = Case::open(&world);
    let (aoba, address) = (case.vendor("Aoba"), "psirt@aoba.example");
    case.contact("Aoba");
    world.runs_due();
    let first = given::invitation(&world, address);
    case.does_with(
        aoba,
        "waive-second-step",
        json!({ "reason": "known for years" }),
    );
    case.does(
        "propose-date",
        json!({ "until": at(world.ahead(span(30, 0))) }),
    );
    world.vendor_does(aoba, "agree-date", json!({ "participant": aoba }));
    world.vendor_does(
        aoba,
        "leave-case",
        json!({ "participant": aoba, "honours_embargo": true }),
    );
    // At once, not with the next round.
    for (name, fields) in [
        ("agree-date", json!({})),
        ("leave-case", json!({ "honours_embargo": true })),
        ("record-ticket", json!({ "ticket": "7" })),
        ("waive-second-step", json!({ "reason": "x" })),
    ] {
        assert_eq!(
            case.refuses_with(aoba, name, fields),
            "participant.left",
            "{name}"
        );
    }
    case.does_with(aoba, "bring-back", json!({ "reason": "their lead called" }));
    assert!(!is_let_in(&world, &first), "the link of before");
    let back = crate::seen::participant(&world, aoba);
    let party = crate::seen::party(&world, &back.party.expect("a party").to_string());
    assert!(!back.left && !back.is_step_waived(&party) && back.may_have_details());
    assert_eq!(
        back.consent,
        domain::machine::consent::Consent::Invited,
        "asked anew"
    );
    let before = invitations(&world, address);
    case.contact("Aoba");
    world.passes_to(world.ahead(11 * MINUTE));
    let mut new = invitations(&world, address);
    new.retain(|invitation| !before.contains(invitation));
    assert!(
        matches!(new.as_slice(), [link] if is_let_in(&world, link)),
        "{new:?}"
    );
    world.ends_well();
}

#[test]
fn the_link_of_a_first_letter_holds_for_14_days() {
    let world = World::founded();
    let case = Case::open(&world);
    for vendor in ["Aoba", "Birch"] {
        case.contact(vendor);
    }
    world.runs_due();
    let [of_aoba, of_birch] = ["psirt@aoba.example", "psirt@birch.example"]
        .map(|address| given::invitation(&world, address));
    world.days_pass(13);
    assert!(is_let_in(&world, &of_aoba));
    world.days_pass(2);
    assert!(!is_let_in(&world, &of_birch));
    assert!(again(&world, &of_birch.link, "psirt@birch.example").is_some());
    world.ends_well();
}

#[test]
fn a_link_with_wrong_codes_opens_nothing_any_more() {
    let world = World::founded();
    let case = Case::open(&world);
    case.contact("Aoba");
    world.runs_due();
    let right = given::invitation(&world, "psirt@aoba.example");
    let wrong = Invitation {
        code: "000000".to_owned(),
        ..right.clone()
    };
    for _ in 0..5 {
        assert!(!is_let_in(&world, &wrong));
    }
    assert!(!is_let_in(&world, &right));
    let new = again(&world, &right.link, "psirt@aoba.example").unwrap();
    assert!(is_let_in(&world, &new), "its holder is not locked out");
    world.ends_well();
}

#[test]
fn a_number_told_on_the_telephone_is_the_second_step_of_its_own_vendor_once() {
    let world = World::founded();
    let case = Case::open(&world);
    let house = world.house();
    let (aoba, birch) = (guest(&case, "Aoba"), guest(&case, "Birch"));
    let act = world.act("coordinator");
    let issues = |guest: &Guest| {
        let issued = issue_phone_code(house, &act, guest.participant, testkit::given::call());
        world
            .wait(Box::pin(issued))
            .map_err(|fault| fault.code().to_owned())
    };
    let passes = |guest: &Guest, code: &str| {
        let passed = pass_phone_code(house, guest, code);
        world.wait(Box::pin(passed)).unwrap()
    };
    let older = issues(&aoba).unwrap();
    let code = issues(&aoba).unwrap();
    assert!(code.len() == 8 && code.bytes().all(|digit| digit.is_ascii_digit()));
    assert!(!passes(&birch, &code), "of another vendor");
    assert!(older == code || !passes(&aoba, &older), "an older one");
    assert_eq!(world.times("second_step_passed"), 0);
    assert!(passes(&aoba, &code));
    assert!(!passes(&aoba, &code), "once");
    let recorded = seen::last(&world, case.vendor("Aoba"));
    assert!(recorded.by.is_some_and(|by| by.is_vendor()));
    assert_eq!(seen::said_by(&recorded)["way"], "telephone");
    assert!(seen::participant(&world, case.vendor("Aoba")).step_passed);
    // A session that did not pass it is known no better.
    assert_eq!(view(&case, "Aoba", Strength::Link).step, Step::Missing);
    assert_eq!(
        view(&case, "Aoba", Strength::SecondChannel).step,
        Step::Passed
    );
    let late = issues(&birch).unwrap();
    world.passes_to(world.ahead(span(0, 2)));
    assert!(!passes(&birch, &late), "an hour has passed");
    case.does_with(case.vendor("Birch"), "leave-case", json!({}));
    assert_eq!(issues(&birch), Err("participant.left".to_owned()));
    world.ends_well();
}

#[test]
fn whoever_asks_to_be_called_waits_until_it_is() {
    let world = World::founded();
    let case = Case::open(&world);
    let aoba = case.vendor("Aoba");
    let ask = |words: &str| {
        let text = json!({ "lang": "en", "text": words });
        json!({ "participant": aoba, "text": text })
    };
    let is_open = || {
        let participant = seen::participant(&world, aoba);
        let open = is_call_open(world.house(), &participant);
        world.wait(Box::pin(open)).unwrap()
    };
    all_refused(&world, "coordinator", "input", &[("ask-call", ask(" "))]);
    assert!(!is_open());
    let foreign = world.vendor_tries(case.vendor("Birch"), "ask-call", ask("03-0000-0000"));
    assert_eq!(foreign, Err("not_found".to_owned()));
    world.vendor_does(aoba, "ask-call", ask("03-0000-0000, mornings"));
    assert!(is_open());
    assert!(view(&case, "Aoba", Strength::Link).call_asked.is_some());
    let written = serde_json::to_string(&seen::last(&world, aoba)).unwrap();
    assert!(!written.contains("0000-0000,"), "{written}");
    // While a number holds that was told, nobody has to call.
    let act = world.act("coordinator");
    let issued = issue_phone_code(
        world.house(),
        &act,
        guest(&case, "Aoba").participant,
        testkit::given::call(),
    );
    world.wait(Box::pin(issued)).unwrap();
    assert!(!is_open());
    world.passes_to(world.ahead(span(0, 2)));
    assert!(is_open(), "it was not used");
    let call = |result| json!({ "participant": aoba, "channel": "phone", "result": result });
    world.does("contact", call("tried"));
    assert!(is_open(), "nobody was there");
    world.does("contact", call("reached"));
    assert!(!is_open());
    assert_eq!(view(&case, "Aoba", Strength::Link).call_asked, None);
    world.vendor_does(aoba, "ask-call", ask("03-0000-0000, once more"));
    assert!(is_open(), "asked anew after the call");
    world.ends_well();
}

#[test]
fn the_second_step_is_waived_by_the_office_with_a_reason() {
    let world = World::founded();
    let case = Case::open(&world);
    let aoba = case.vendor("Aoba");
    let waive = |reason: &str| json!({ "participant": aoba, "reason": reason });
    let none = ["", " "].map(|reason| ("waive-second-step", waive(reason)));
    all_refused(&world, "coordinator", "no_reason", &none);
    let own = world.vendor_tries(aoba, "waive-second-step", waive("trust us"));
    assert_eq!(own, Err("role".to_owned()));
    let passes = |way: &str| json!({ "participant": aoba, "way": way });
    let odd = world.refuses("pass-second-step", passes("pigeon"));
    assert!(odd.starts_with("unread: "), "{odd}");
    let foreign = world.vendor_tries(case.vendor("Birch"), "pass-second-step", passes("key"));
    assert_eq!(foreign, Err("not_found".to_owned()));
    world.does("waive-second-step", waive(" met in person "));
    assert_eq!(seen::last(&world, aoba).reason, "met in person");
    assert_eq!(view(&case, "Aoba", Strength::Link).step, Step::Waived);
    assert_eq!(view(&case, "Birch", Strength::Link).step, Step::Missing);
    // Another address is another reader.
    let moved = json!({ "party": case.parties[0], "contact": "new@aoba.example" });
    world.does("change-contact", moved);
    assert_eq!(view(&case, "Aoba", Strength::Link).step, Step::Missing);
    world.does("waive-second-step", waive("met again"));
    assert_eq!(view(&case, "Aoba", Strength::Link).step, Step::Waived);
    world.runs_due();
    world.ends_well();
}

/// Two vendors with details, of whom the first was heard.
fn told(case: &Case<'_>) {
    for vendor in ["Aoba", "Birch"] {
        case.contact(vendor);
        let basis = json!({ "basis": { "basis": "ad_hoc", "version": "3" } });
        case.does_with(case.vendor(vendor), "record-basis", basis);
        case.does_with(
            case.vendor(vendor),
            "send-details",
            json!({ "classes": ["V"] }),
        );
    }
    case.has_a_fix("Aoba");
}

fn naming(case: &Case<'_>, vendor: &str) -> Naming {
    let details = view(case, vendor, Strength::SecondChannel).details;
    details.unwrap().naming.unwrap()
}

#[test]
fn two_vendors_are_named_to_each_other_while_both_agree_and_the_names_stay() {
    let world = World::founded();
    let case = Case::open(&world);
    told(&case);
    let (aoba, birch) = (case.vendor("Aoba"), case.vendor("Birch"));
    let agrees = |of: &str, agreed: bool| json!({ "participant": of, "agreed": agreed });
    world.vendor_does(aoba, "agree-naming", agrees(aoba, true));
    let one = naming(&case, "Aoba");
    assert_eq!((one.is_agreed, one.others), (true, vec![]));
    assert!(!naming(&case, "Birch").is_agreed);
    world.vendor_does(birch, "agree-naming", agrees(birch, true));
    let others = naming(&case, "Birch").others;
    assert_eq!(others.len(), 1);
    assert_eq!(others[0].name.as_str(), "Aoba Works");
    assert_eq!(others[0].status, Some(VendorStatus::VulnerableFixed));
    assert!(!others[0].is_past);
    // Whoever takes it back is known by name, and shows no more of itself.
    world.vendor_does(aoba, "agree-naming", agrees(aoba, false));
    let others = naming(&case, "Birch").others;
    assert_eq!(others[0].name.as_str(), "Aoba Works");
    assert_eq!((others[0].status, others[0].is_past), (None, true));
    assert_eq!(naming(&case, "Aoba").others.len(), 1);
    world.ends_well();
}

#[test]
fn consent_to_be_named_is_a_vendors_own_or_comes_with_its_source() {
    let world = World::founded();
    let case = Case::open(&world);
    let aoba = case.vendor("Aoba");
    let agrees = |agreed: bool, reason: &str| {
        (
            "agree-naming",
            json!({ "participant": aoba, "agreed": agreed, "reason": reason }),
        )
    };
    let none = [agrees(true, ""), agrees(true, " ")];
    all_refused(&world, "coordinator", "no_reason", &none);
    let foreign = json!({ "participant": aoba, "agreed": true });
    let foreign = world.vendor_tries(case.vendor("Birch"), "agree-naming", foreign);
    assert_eq!(foreign, Err("not_found".to_owned()));
    // What holds already is not recorded again; to take it back needs no reason.
    for (agreed, reason, times, is_named) in [
        (false, "", 0, false),
        (true, " told by telephone ", 1, true),
        (true, "told again", 1, true),
        (false, "", 2, false),
        (false, "", 2, false),
    ] {
        let (name, mut fields) = agrees(agreed, reason);
        // It holds from now on, whenever it is said to have been given.
        fields["occurred_at"] = at(testkit::world::BEGINS).into();
        let before = world.now();
        world.does(name, fields);
        assert_eq!(world.times("naming_agreed"), times);
        assert_eq!(seen::participant(&world, aoba).is_named(), is_named);
        if times == 1 && reason.starts_with(' ') {
            let recorded = seen::last(&world, aoba);
            assert_eq!(recorded.reason, "told by telephone");
            assert!(recorded.occurred_at >= before);
        }
    }
    let oak = given::vendor(&world, "Oak", false);
    let fields = json!({ "party": oak, "part": "coordinator" });
    let other = said(&case.does("add-participant", fields), "tracking");
    let fields = json!({ "participant": other, "agreed": true, "reason": "x" });
    all_refused(&world, "coordinator", "input", &[("agree-naming", fields)]);
    world.ends_well();
}

#[test]
fn whoever_leaves_under_an_embargo_says_whether_it_keeps_it() {
    let world = World::founded();
    let case = Case::open(&world);
    told(&case);
    let (aoba, birch) = (case.vendor("Aoba"), case.vendor("Birch"));
    let naming = json!({ "participant": aoba, "agreed": true });
    world.vendor_does(aoba, "agree-naming", naming);
    case.coordinated(world.ahead(span(30, 0)));
    let leaves =
        |of: &str, honours: Value| json!({ "participant": of, "honours_embargo": honours });
    let silent = world.vendor_tries(aoba, "leave-case", leaves(aoba, Value::Null));
    assert_eq!(silent, Err("input".to_owned()));
    let foreign = world.vendor_tries(birch, "leave-case", leaves(aoba, false.into()));
    assert_eq!(foreign, Err("not_found".to_owned()));
    world.vendor_does(aoba, "leave-case", leaves(aoba, false.into()));
    let recorded = seen::last(&world, aoba);
    assert_eq!(seen::said_by(&recorded)["honours_embargo"], false);
    let gone = seen::participant(&world, aoba);
    assert!(gone.left && !gone.is_named() && !gone.may_have_details());
    assert_eq!(board::cell(&gone, None), Cell::Declined);
    let shown = view(&case, "Aoba", Strength::SecondChannel);
    assert!(shown.has_left && !shown.is_open);
    assert_eq!(shown.details, None);
    assert!(seen::case(&world, &case.id).em.in_force(), "of the others");
    world.ends_well();
}

#[test]
fn a_finder_is_no_party_and_a_page_is_made_for_nobodys_id() {
    let world = World::founded();
    let case = Case::open(&world);
    let oak = given::vendor(&world, "Oak", false);
    let shows = |id: domain::value::ParticipantId| {
        let view = view_of(world.house(), id, Strength::Strong, Lang::En);
        let view = world.wait(Box::pin(view));
        view.map(|view| view.name)
            .map_err(|fault| fault.code().to_owned())
    };
    let fields = json!({ "party": oak, "part": "finder" });
    // Whoever has a mailbox is not written to as a party: its link would lead to no page.
    assert_eq!(case.refuses("add-participant", fields), "input");
    let of_case = seen::stream(&world, &case.id);
    for id in [
        of_case.into(),
        domain::value::ParticipantId::from_bytes([7; 16]),
    ] {
        assert_eq!(shows(id), Err("not_found".to_owned()));
    }
    let aoba = guest(&case, "Aoba").participant;
    assert_eq!(shows(aoba), Ok("Aoba Works".to_owned()));
    world.ends_well();
}

#[test]
fn a_link_alone_shows_that_there_is_a_matter_and_until_when() {
    let world = World::founded();
    let case = Case::open(&world);
    told(&case);
    case.coordinated(world.ahead(span(30, 0)));
    let shown = view(&case, "Aoba", Strength::Link);
    assert!(shown.date.until.is_some() && shown.is_told);
    assert_eq!(shown.details, None);
    assert!(shown.words().is_empty());
    let all = format!("{shown:?}");
    for hidden in [
        case.number.as_str(),
        case.report.number.as_str(),
        "Birch",
        "Cedar",
        "Gateway",
    ] {
        assert!(!all.contains(hidden), "{hidden} in {all}");
    }
    // What others do changes nothing that it sees.
    case.does_with(case.vendor("Cedar"), "decline-date", json!({}));
    case.has_a_fix("Birch");
    for strength in [Strength::Link, Strength::SecondChannel] {
        let before = view(&case, "Aoba", strength);
        let by = guest(&case, "Birch");
        let leaves = json!({ "participant": case.vendor("Birch"), "ticket": "B-1" });
        let vendor = Actor::Vendor {
            participant: by.participant,
            account: None,
        };
        seen::acts(&world, vendor, "record-ticket", leaves).unwrap();
        assert_eq!(view(&case, "Aoba", strength), before);
    }
    world.ends_well();
}

#[test]
fn parts_of_a_report_that_was_joined_are_opened_too() {
    let world = World::founded();
    let case = Case::open(&world);
    let other = given::report(&world);
    let part = json!({ "class": "V", "lang": "ja", "text": "設定の一行が欠けています" });
    let sorted = json!({ "report": other.number, "parts": [part] });
    world.does_as("reception", "sort-report", sorted);
    let joined = json!({ "report": other.number, "case": case.number });
    world.does("merge-report", joined);
    told(&case);
    let seen = view(&case, "Aoba", Strength::SecondChannel);
    let details = seen.details.expect("the details were opened");
    let words: Vec<&str> = details.texts.iter().map(|one| one.text.as_str()).collect();
    for part in ["経路の検査が一つ抜けて", "一行が欠けて"] {
        assert!(words.iter().any(|words| words.contains(part)), "{words:?}");
    }
    world.ends_well();
}

#[test]
fn once_everybody_may_read_it_the_vendors_page_says_where() {
    let world = World::founded();
    let case = Case::open(&world);
    assert_eq!(view(&case, "Aoba", Strength::Link).published, None);
    let at = case.published();
    let out = view(&case, "Aoba", Strength::Link).published.unwrap();
    assert_eq!(out.number, case.number);
    assert!(
        out.address
            .ends_with(&format!("/en/advisories/{}.html", case.number))
    );
    assert_eq!(out.at, testkit::world::at(at));
    let path = out.address.splitn(4, '/').nth(3).unwrap();
    assert!(world.public(path).is_some(), "{path}");
}
