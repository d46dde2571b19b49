//! What the gate lets out, and what it never does.

use domain::role::Role;
use domain::text::class::Class;
use domain::text::gate::{
    Audience, Channel, Classed, Form, KeyPrint, Strength, channel_ok, envelope, release,
    show_unsorted,
};
use domain::text::phase::Phase;
use domain::text::standing::{ClassSet, Grants, Owner, PartyKey, Sight};

const KEY: KeyPrint = KeyPrint([7; 32]);
const PARTY: PartyKey = PartyKey([1; 16]);

const CHANNELS: [Channel; 8] = [
    Channel::PublicTree,
    Channel::Session {
        strength: Strength::Link,
    },
    Channel::Session {
        strength: Strength::SecondChannel,
    },
    Channel::Session {
        strength: Strength::Strong,
    },
    Channel::Session {
        strength: Strength::Desk,
    },
    Channel::SealedTo { key: KEY },
    Channel::ClearMail,
    Channel::Print,
];

fn text(class: Class) -> Classed {
    Classed::new(class, Owner::Shared, Form::Body, "the text")
}

fn reader(role: Role) -> Audience {
    Audience {
        role,
        party: Some(PARTY),
        in_case: true,
        key: Some(KEY),
    }
}

/// Every combination of the grants that open something.
fn all_grants() -> impl Iterator<Item = Grants> {
    (0..24u8).map(|case| {
        let (bits, helped) = (case % 8, case / 8);
        let classes = if bits & 1 != 0 {
            ClassSet::of(&Class::ALL)
        } else {
            ClassSet::EMPTY
        };
        Grants {
            consent: classes,
            decision: classes,
            law: bits & 1 != 0,
            assigned: bits & 2 != 0,
            contact_in_clear: bits & 2 != 0,
            second_step_waived: bits & 2 != 0,
            two_persons: bits & 4 != 0,
            countermeasure: helped == 1,
            emergency_approvals: if helped == 2 { 2 } else { 0 },
            ..Grants::default()
        }
    })
}

/// Calls `look` with everything the gate can be asked, and whether it let the text out.
fn ask_everything(
    mut look: impl FnMut(&Classed, &Audience, Phase, &Grants, Channel, bool),
) -> usize {
    let mut released = 0;
    let owners = [Owner::Shared, Owner::Party(PartyKey([9; 16]))];
    for class in Class::ALL {
        for owner in owners {
            for form in [Form::Summary, Form::Body] {
                let classed = Classed::new(class, owner, form, "the text");
                for role in Role::ALL {
                    for phase in Phase::ALL {
                        for grants in all_grants() {
                            for channel in CHANNELS {
                                let reader = reader(role);
                                let out = release(&classed, &reader, phase, &grants, channel);
                                released += usize::from(out.is_ok());
                                look(&classed, &reader, phase, &grants, channel, out.is_ok());
                            }
                        }
                    }
                }
            }
        }
    }
    released
}

#[test]
fn what_is_released_is_allowed_by_the_matrix_and_by_the_channel_and_by_the_iron_rules() {
    let released = ask_everything(|text, reader, phase, grants, channel, out| {
        if !out {
            return;
        }
        let class = text.class();
        let case = || format!("{text:?} {reader:?} {phase:?} {grants:?} {channel:?}");
        let to_public = channel == Channel::PublicTree || reader.role == Role::Public;
        let reader = if channel == Channel::PublicTree {
            Audience::PUBLIC
        } else {
            *reader
        };
        let sight = reader.standing(phase, grants).may_see(class, text.owner());
        assert!(sight != Sight::No, "{}", case());
        assert!(
            sight.is_full() || text.form() == Form::Summary,
            "{}",
            case()
        );
        assert!(
            channel_ok(text, &reader, phase, grants, channel).is_ok(),
            "{}",
            case()
        );

        let open = matches!(
            channel,
            Channel::PublicTree | Channel::ClearMail | Channel::Print
        );
        assert!(class != Class::U, "{}", case());
        assert!(
            !(open && matches!(class, Class::A | Class::T)),
            "{}",
            case()
        );
        assert!(
            !(to_public && matches!(class, Class::A | Class::T | Class::O)),
            "{}",
            case()
        );
        let clear = channel == Channel::ClearMail;
        assert!(
            !(clear && class == Class::V && phase < Phase::P3),
            "{}",
            case()
        );
        if to_public {
            assert!(phase == Phase::P3, "{}", case());
            assert!(
                class != Class::H || grants.consent.has(Class::H),
                "{}",
                case()
            );
            let helped = grants.countermeasure;
            let emergency = grants.emergency_approvals >= 2 && text.form() == Form::Summary;
            assert!(class != Class::V || helped || emergency, "{}", case());
            assert!(
                !matches!(class, Class::K1 | Class::K2) || helped,
                "{}",
                case()
            );
        }
        let exploit = matches!(class, Class::A | Class::T);
        let wrote = matches!(reader.role, Role::Finder | Role::Notifier);
        let outside = !reader.role.is_house() && !wrote;
        assert!(!(exploit && outside) || grants.two_persons, "{}", case());
    });
    assert!(
        released > 10_000,
        "the gate lets something out at all: {released}"
    );
}

fn refusal(
    class: Class,
    role: Role,
    phase: Phase,
    grants: &Grants,
    channel: Channel,
) -> &'static str {
    match release(&text(class), &reader(role), phase, grants, channel) {
        Ok(_) => "released",
        Err(withheld) => withheld.rule,
    }
}

#[test]
fn each_rule_is_named_in_its_refusal() {
    let nothing = Grants::default();
    let helped = Grants {
        countermeasure: true,
        ..nothing
    };
    let tree = Channel::PublicTree;
    let public = |class, grants: &Grants| refusal(class, Role::Public, Phase::P3, grants, tree);
    assert_eq!(public(Class::T, &helped), "R-T1");
    assert_eq!(public(Class::A, &helped), "R-A1");
    assert_eq!(public(Class::V, &nothing), "R-V1");
    assert_eq!(public(Class::V, &helped), "released");
    assert_eq!(public(Class::K2, &nothing), "R-K1");
    assert_eq!(public(Class::K2, &helped), "released");
    assert_eq!(public(Class::O, &helped), "R-D1");
    assert_eq!(public(Class::H, &helped), "R-H1");
    assert_eq!(public(Class::U, &helped), "R-U");
    let one = Grants {
        emergency_approvals: 1,
        ..nothing
    };
    assert_eq!(public(Class::V, &one), "R-V2");
    let risk = Grants {
        accepted_risk: true,
        ..nothing
    };
    assert_eq!(public(Class::V, &risk), "released");
    let vendor = |class, phase, grants: &Grants, channel| {
        refusal(class, Role::Vendor, phase, grants, channel)
    };
    assert_eq!(
        vendor(Class::V, Phase::P1, &nothing, Channel::ClearMail),
        "R-MAIL"
    );
    assert_eq!(
        vendor(
            Class::V,
            Phase::P0,
            &nothing,
            Channel::SealedTo { key: KEY }
        ),
        "R-V1"
    );
    let other = Channel::SealedTo {
        key: KeyPrint([8; 32]),
    };
    assert_eq!(vendor(Class::V, Phase::P1, &nothing, other), "R-KEY");
    let link = Channel::Session {
        strength: Strength::Link,
    };
    assert_eq!(vendor(Class::V, Phase::P1, &nothing, link), "R-STEP");
    assert_eq!(vendor(Class::D, Phase::P1, &nothing, link), "released");
    let desk = Channel::Session {
        strength: Strength::Desk,
    };
    assert_eq!(vendor(Class::V, Phase::P1, &nothing, desk), "R-DESK");
    assert_eq!(vendor(Class::A, Phase::P1, &nothing, link), "R-A1");
    let consent = Grants {
        consent: ClassSet::of(&[Class::A]),
        ..nothing
    };
    let sealed = Channel::SealedTo { key: KEY };
    assert_eq!(vendor(Class::A, Phase::P1, &consent, sealed), "R-A2");
    assert_eq!(vendor(Class::T, Phase::P1, &nothing, sealed), "R-T1");
    let twice = Grants {
        two_persons: true,
        ..nothing
    };
    assert_eq!(vendor(Class::T, Phase::P1, &twice, sealed), "released");
}

#[test]
fn the_detail_of_a_flaw_is_held_back_as_long_as_the_advisory_says() {
    let detail = Classed::new(Class::V, Owner::Shared, Form::Detail, "root cause");
    let on_day = |published_days| {
        let grants = Grants {
            countermeasure: true,
            hold_back_days: 7,
            published_days,
            ..Grants::default()
        };
        let out = release(
            &detail,
            &Audience::PUBLIC,
            Phase::P3,
            &grants,
            Channel::PublicTree,
        );
        out.map(|_| ()).map_err(|withheld| withheld.rule)
    };
    assert_eq!(on_day(6), Err("R-V4"));
    assert_eq!(on_day(7), Ok(()));
}

#[test]
fn only_the_finder_and_reception_read_what_nobody_has_split() {
    let unsorted = text(Class::U);
    let grants = Grants {
        assigned: true,
        ..Grants::default()
    };
    for role in Role::ALL {
        for strength in [
            Strength::Link,
            Strength::SecondChannel,
            Strength::Strong,
            Strength::Desk,
        ] {
            let shown = show_unsorted(&unsorted, &reader(role), &grants, strength).is_ok();
            let allowed = matches!(
                (role, strength),
                (Role::Finder | Role::Notifier, Strength::Strong)
                    | (Role::Reception, Strength::Desk)
            );
            assert_eq!(shown, allowed, "{role:?} {strength:?}");
        }
    }
    let sorted = text(Class::A);
    assert!(show_unsorted(&sorted, &reader(Role::Finder), &grants, Strength::Strong).is_err());
}

#[test]
fn only_an_address_stands_on_an_envelope_and_only_for_the_party_whose_it_is() {
    for class in Class::ALL {
        let own = Classed::new(class, Owner::Party(PARTY), Form::Body, "a@b.example");
        assert_eq!(
            envelope(&own, PARTY).is_ok(),
            class == Class::C,
            "{class:?}"
        );
        assert!(envelope(&own, PartyKey([2; 16])).is_err(), "{class:?}");
        assert!(envelope(&text(class), PARTY).is_err(), "{class:?}");
    }
}

#[test]
fn neither_form_prints_its_text_by_accident() {
    let classed = Classed::new(Class::T, Owner::Shared, Form::Body, "CANARY");
    assert!(!format!("{classed:?}").contains("CANARY"));
    let status = Classed::new(Class::M, Owner::Shared, Form::Body, "CANARY");
    let out = release(
        &status,
        &Audience::PUBLIC,
        Phase::P3,
        &Grants::default(),
        Channel::PublicTree,
    );
    let released = out.expect("statistics are public");
    assert!(!format!("{released:?}").contains("CANARY"));
    assert_eq!(released.words_let_out(), "CANARY");
}
