//! A vendor's side: its page holds its own matter and nothing of another vendor's; its link opens only with its
//! code, and once; what it may see follows from how it came in.

use domain::text::gate::Strength;
use domain::value::{ParticipantId, StreamId};
use engine::House;
use engine::coordination as partner;
use engine::kernel::context::Contexts;
use formats::advisory::Lang;
use serde_json::json;

use crate::play::{Case, SECOND, at, now, said};
use crate::scan::Canary;
use crate::world::World;

/// Returns the participant with this tracking number.
fn participant(world: &World, house: &House, tracking: &str) -> ParticipantId {
    let digits: String = tracking.chars().filter(char::is_ascii_digit).collect();
    let found = world
        .runtime
        .block_on(house.store.by_number(store::Viewer::House, &digits));
    let (_, stream): (_, StreamId) = found.expect("the numbers").expect("a tracking number");
    stream.into()
}

/// Returns all that a session of this strength is shown, as text: the words, the rest, the names of others.
fn shown(world: &World, tracking: &str, strength: Strength) -> String {
    let house = world.open(Contexts::default());
    let id = participant(world, &house, tracking);
    let view = world
        .runtime
        .block_on(Box::pin(partner::view(&house, id, strength, Lang::Ja)));
    let view = view.expect("a view");
    format!("{} {view:?}", view.words().join(" "))
}

/// Returns the names of the case's canaries that stand in a text.
fn canaries_in(case: &Case<'_>, text: &str) -> Vec<String> {
    let there = case
        .kept
        .iter()
        .filter(|canary| text.contains(&canary.word));
    let mut names: Vec<String> = there.map(|canary| canary.name.clone()).collect();
    names.sort();
    names
}

/// Brings in a vendor that is written to in English, and writes to it; returns its tracking number.
fn written_to(case: &Case<'_>, name: &str) -> String {
    let fields = json!({
        "name_ja": name, "name_en": name, "contact": "psirt@birch.example", "lang": "en",
    });
    let party = said(&case.world.perform("register-party", &fields), "party");
    let joined = json!({ "case": case.number, "party": party, "part": "vendor" });
    let tracking = said(&case.world.perform("add-participant", &joined), "tracking");
    let contact = json!({ "participant": tracking, "channel": "mail", "result": "tried" });
    case.world.perform("contact", &contact);
    tracking
}

/// Sends what waits; returns the links with their codes, as the mails in the folder say them.
fn invitations(world: &World) -> Vec<(String, String)> {
    world.good(&["mail", "send"]);
    let mails = world.mails();
    let texts = mails
        .iter()
        .map(|(_, bytes)| String::from_utf8_lossy(bytes));
    texts
        .filter_map(|text| {
            let link = text
                .split("/en/partner/i/")
                .nth(1)?
                .lines()
                .next()?
                .to_owned();
            let code = text
                .split("Confirmation code: ")
                .nth(1)?
                .lines()
                .next()?
                .to_owned();
            Some((link, code))
        })
        .collect()
}

on_both! {
    fn what_one_vendor_is_shown_does_not_change_with_another(engine) {
        let world = World::founded(engine);
        let case = Case::open(&world, false);
        let [aoba, birch, cedar] = &case.tracking[..] else { panic!("three vendors") };
        let contact = |tracking: &str| {
            case.perform("contact", json!({ "participant": tracking, "channel": "phone", "result": "reached" }));
        };
        contact(aoba);
        case.perform("send-details", json!({ "participant": aoba, "classes": ["V", "W", "F", "K1", "K2", "E"] }));
        case.perform("propose-date", json!({ "case": case.number, "until": at(now() + 30 * 86_400 * SECOND) }));
        let named = |label: &str, words: &str| {
            let text = json!({ "lang": "en", "text": words });
            case.perform("name-vulnerability", json!({ "case": case.number, "label": label, "text": text }));
        };
        let (own, others) = (Canary::draw("what it answered"), Canary::draw("what another answers"));
        named("vuln-10001", &own.word);
        named("vuln-10002", &others.word);
        let answer = json!({ "product": "Aoba", "versions": "< 3", "answer": "affected", "vulnerability": "vuln-10001" });
        case.perform("record-answer", json!({ "participant": aoba, "answer": answer }));
        // That it agrees to be named shows it nobody who has not agreed, nor how many there are.
        case.perform("agree-naming", json!({ "participant": aoba, "agreed": true, "reason": "by telephone" }));
        let levels = [Strength::Link, Strength::SecondChannel];
        let before = levels.map(|strength| shown(&world, aoba, strength));

        // Another vendor does all that one can do, and is the first to agree; a third declines.
        let words = Canary::draw("another vendor");
        named("vuln-10003", &words.word);
        contact(birch);
        let basis = json!({ "basis": "ad_hoc", "version": "2026-1" });
        case.perform("record-basis", json!({ "participant": birch, "basis": basis }));
        case.perform("send-details", json!({ "participant": birch, "classes": ["V"] }));
        case.perform("agree-date", json!({ "participant": birch }));
        let fixed = json!({ "product": words.word, "versions": "< 9", "answer": "affected", "fixed_in": "9", "vulnerability": "vuln-10002" });
        case.perform("record-answer", json!({ "participant": birch, "answer": fixed }));
        for kind in ["statement", "workaround", "fix"] {
            let text = json!({ "lang": "ja", "text": format!("{} {kind}", words.word) });
            case.perform("record-statement", json!({ "participant": birch, "statement": kind, "text": text }));
        }
        contact(cedar);
        case.perform("record-basis", json!({ "participant": cedar, "basis": { "basis": "ad_hoc", "version": "2026-1" } }));
        case.perform("send-details", json!({ "participant": cedar, "classes": ["V"] }));
        case.perform("decline-date", json!({ "participant": cedar }));

        let after = levels.map(|strength| shown(&world, aoba, strength));
        assert_eq!(before, after);
        let after = after.concat();
        assert!(after.contains(&own.word) && after.contains("vuln-10001"));
        for foreign in [&words.word, &others.word, "vuln-10002", "vuln-10003"] {
            assert!(!after.contains(foreign), "{foreign}");
        }
        // Both agreed: each reads the other's name and status, and nothing that the other said.
        let others = |who: &str| {
            let seen = shown(&world, who, Strength::SecondChannel);
            seen.split_once("others: ").expect("others").1.to_owned()
        };
        assert!(others(aoba).starts_with("[]") && others(birch).starts_with("[]"), "{}", others(birch));
        case.perform("agree-naming", json!({ "participant": birch, "agreed": true, "reason": "by telephone" }));
        let (by_aoba, by_birch) = (others(aoba), others(birch));
        for (seen, status) in [(&by_aoba, "VulnerableFixed"), (&by_birch, "Vulnerable)")] {
            assert_eq!(seen.matches("Other {").count(), 1, "{seen}");
            assert!(seen.contains(status) && !seen.contains(&words.word) && !seen.contains(&own.word), "{seen}");
        }
        assert!(shown(&world, aoba, Strength::Link).contains("details: None"));
        case.perform("agree-naming", json!({ "participant": birch, "agreed": false }));
        // Who looks and goes is not forgotten: both keep the name, and neither reads the status any more.
        for who in [aoba, birch] {
            let seen = others(who);
            assert!(seen.contains("status: None, is_past: true"), "{seen}");
        }
        // Nor does leaving help, and who left is shown to nobody new.
        case.refuses("agree-naming", json!({ "participant": cedar, "agreed": true }), "no_reason");
        case.perform("agree-naming", json!({ "participant": cedar, "agreed": true, "reason": "by telephone" }));
        assert_eq!(others(aoba).matches("is_past: false").count(), 1);
        case.perform("leave-case", json!({ "participant": cedar, "honours_embargo": true }));
        case.perform("agree-naming", json!({ "participant": birch, "agreed": true, "reason": "by telephone" }));
        let shown_to = |who: &str, words: &str| others(who).matches(words).count();
        assert_eq!((shown_to(aoba, "is_past: true"), shown_to(aoba, "is_past: false"), shown_to(birch, "Other {")), (1, 1, 1));
        // A party of another part neither reads nor is read.
        let fields = json!({ "name_ja": "霞調整センター", "name_en": "Kasumi CERT", "contact": "desk@kasumi.example", "lang": "en", "listed": false });
        let party = said(&world.perform("register-party", &fields), "party");
        world.perform("agree-standing", &json!({ "party": party, "version": "3" }));
        let joined = world.perform("add-participant", &json!({ "case": case.number, "party": party, "part": "coordinator" }));
        let csirt = said(&joined, "tracking");
        contact(&csirt);
        case.perform("send-details", json!({ "participant": csirt, "classes": ["V"] }));
        case.refuses("agree-naming", json!({ "participant": csirt, "agreed": true, "reason": "by mail" }), "input");
        assert!(shown(&world, &csirt, Strength::SecondChannel).contains("naming: None"));
        world.ends_well();
    }

    fn what_is_shown_follows_from_basis_step_and_class(engine) {
        let world = World::founded(engine);
        let case = Case::open(&world, false);
        let [_, birch, _] = &case.tracking[..] else { panic!("three vendors") };
        case.perform("contact", json!({ "participant": birch, "channel": "phone", "result": "reached" }));
        let digits: String = case.number.chars().filter(char::is_ascii_digit).collect();
        let details = json!({ "participant": birch, "classes": ["V", "W", "F", "K1", "K2", "E"] });
        case.refuses("send-details", details.clone(), "participant.no_basis");
        let early = shown(&world, birch, Strength::SecondChannel);
        assert!(early.contains("details: None") && !early.contains(&digits), "{early}");

        case.perform("record-basis", json!({ "participant": birch, "basis": { "basis": "ad_hoc", "version": "2026-1" } }));
        case.refuses("send-details", json!({ "participant": birch, "classes": ["T"] }), "gate.withheld");
        case.perform("send-details", details);
        // By the link alone nothing of the matter is shown, not even its number.
        let by_link = shown(&world, birch, Strength::Link);
        assert!(by_link.contains("details: None") && !by_link.contains(&digits), "{by_link}");
        assert_eq!(canaries_in(&case, &by_link), Vec::<String>::new());

        let opened = ["E", "F", "K1", "K2", "V", "W"].map(|class| format!("{class} of the report"));
        let by_phone = shown(&world, birch, Strength::SecondChannel);
        assert!(by_phone.contains(&digits), "{by_phone}");
        assert_eq!(canaries_in(&case, &by_phone), opened);

        // A recorded decision lets the link suffice; without a reason it is none.
        case.refuses("waive-second-step", json!({ "participant": birch, "reason": " " }), "no_reason");
        case.perform("waive-second-step", json!({ "participant": birch, "reason": "known for years" }));
        assert_eq!(canaries_in(&case, &shown(&world, birch, Strength::Link)), opened);

        // Whoever has left is shown nothing any more.
        case.perform("leave-case", json!({ "participant": birch, "honours_embargo": true }));
        let gone = shown(&world, birch, Strength::SecondChannel);
        assert!(gone.contains("details: None"), "{gone}");
        world.ends_well();
    }

    fn an_invitation_opens_with_its_code_and_once(engine) {
        let world = World::founded(engine);
        let case = Case::open(&world, false);
        let tracking = written_to(&case, "Dogwood");
        let digits: String = case.number.chars().filter(char::is_ascii_digit).collect();
        let sent = invitations(&world);
        let [(link, code)] = &sent[..] else { panic!("one letter: {sent:?}") };
        assert_eq!((link.len(), code.len()), (26, 6));
        for (_, mail) in world.mails() {
            let text = String::from_utf8_lossy(&mail).into_owned();
            assert!(!text.contains(&digits), "a clear mail names no case: {text}");
            assert!(canaries_in(&case, &text).is_empty());
        }

        let house = world.open(Contexts::default());
        let id = participant(&world, &house, &tracking);
        let enter = |link: &str, code: &str| {
            let guest = world.runtime.block_on(Box::pin(partner::guest_of(&house, link, code)));
            guest.expect("an answer").map(|guest| guest.participant)
        };
        let wrong = if code == "000000" { "000001" } else { "000000" };
        assert_eq!(enter(link, wrong), None);
        assert_eq!(enter("aaaaaaaaaaaaaaaaaaaaaaaaaa", code), None);
        assert_eq!(enter(link, code), Some(id));
        assert_eq!(enter(link, code), None, "a link is used once");

        // Whoever holds the old link has a new one sent to the registered address, and no more than one at a time.
        let again = |link: &str| {
            let asked = world.runtime.block_on(Box::pin(partner::invite_again(&house, link)));
            asked.expect("an answer");
        };
        again("aaaaaaaaaaaaaaaaaaaaaaaaaa");
        let asked = now();
        again(link);
        again(link);
        // Two stretches of ten minutes may meet between two questions.
        let letters = if asked / (600 * SECOND) == now() / (600 * SECOND) { 1 } else { 2 };
        drop(house);
        let sent_again = invitations(&world);
        assert_eq!(sent_again.len(), 1 + letters, "{sent_again:?}");
        let house = world.open(Contexts::default());
        let enter = |link: &str, code: &str| {
            let guest = world.runtime.block_on(Box::pin(partner::guest_of(&house, link, code)));
            guest.expect("an answer").map(|guest| guest.participant)
        };
        let opened = sent_again.iter().filter(|(link, code)| enter(link, code) == Some(id)).count();
        assert_eq!(opened, 1, "only the newest link opens");
        drop(house);
        world.ends_well();
    }
}
