//! The gate: the one way by which a classed text becomes a text that may leave.
//!
//! Source: docs/design/process.md §2.2 (R-V1 to R-V4, R-A1, R-A2, R-T1, R-D1, R-X1, K),
//! docs/design/security.md §2.7, §2.9 (steps of a session; gate, U). The gate knows what a text is marked as, not
//! what a person types anew; for that there is [`crate::text::overlap`].
//!
//! The phase is the one in which the bytes will be read: a document prepared for the instant is released for P3
//! and kept sealed until then.

use std::fmt;

use crate::role::Role;
use crate::text::class::Class;
use crate::text::phase::Phase;
use crate::text::standing::{Grants, Owner, PartyKey, Sight, Standing, sight_of};

/// Holds a text together with what it is; only the gate gives the text out.
///
/// It cannot be printed:
///
/// ```compile_fail
/// use domain::text::{class::Class, gate::{Classed, Form}, standing::Owner};
/// let text = Classed::new(Class::V, Owner::Shared, Form::Body, "…");
/// println!("{text}");
/// ```
///
/// Nor serialised:
///
/// ```compile_fail
/// use domain::text::gate::Classed;
/// fn needs<T: serde::Serialize>() {}
/// needs::<Classed>();
/// ```
///
/// Nor read past the gate:
///
/// ```compile_fail
/// use domain::text::{class::Class, gate::{Classed, Form}, standing::Owner};
/// let classed = Classed::new(Class::V, Owner::Shared, Form::Body, "…");
/// let text: &str = &classed.text;
/// ```
///
/// It is made thus:
///
/// ```
/// use domain::text::{class::Class, gate::{Classed, Form}, standing::Owner};
/// let classed = Classed::new(Class::V, Owner::Shared, Form::Body, "secret");
/// assert_eq!(format!("{classed:?}"), "Classed(V, 6 bytes)");
/// ```
///
/// What is no text can be printed and serialised:
///
/// ```
/// fn needs<T: serde::Serialize + std::fmt::Display>(_: T) {}
/// needs(String::from("…"));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Classed {
    class: Class,
    owner: Owner,
    form: Form,
    text: String,
}

/// Tells how deep a text goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// A summary.
    Summary,
    /// The text itself.
    Body,
    /// Root cause and hints at the difference between versions; may be held back for days.
    Detail,
}

/// Holds a text that has passed the gate for one audience and one channel.
///
/// Nobody else can make one:
///
/// ```compile_fail
/// use domain::text::{class::Class, gate::Released};
/// let released = Released { class: Class::V, text: String::from("…") };
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Released {
    class: Class,
    text: String,
}

/// Tells who will read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Audience {
    /// In what capacity.
    pub role: Role,
    /// As which party, where it is one.
    pub party: Option<PartyKey>,
    /// The case or report is the reader's own.
    pub in_case: bool,
    /// The registered key, where there is one.
    pub key: Option<KeyPrint>,
}

/// Holds the fingerprint of a key, padded with zeros.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KeyPrint(pub [u8; 32]);

/// Tells how surely the person behind a session is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Strength {
    /// A link from a mail, and the code beside it.
    Link,
    /// The link and a second channel: telephone, registered key, passkey.
    SecondChannel,
    /// A passkey, a code sealed to the registered key within ten minutes, or the finder's receipt.
    Strong,
    /// A person of the house, signed in at the desk.
    Desk,
}

/// Tells by what way the text leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Channel {
    /// The pressed tree, which everybody reads.
    PublicTree,
    /// A page shown to one signed-in person.
    Session {
        /// How surely the person is known.
        strength: Strength,
    },
    /// A message sealed to one key.
    SealedTo {
        /// The key's fingerprint.
        key: KeyPrint,
    },
    /// A mail that anybody on the way can read.
    ClearMail,
    /// Paper.
    Print,
}

/// Says which rule keeps a text in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("withheld by rule {rule}")]
pub struct Withheld {
    /// The rule, as the log and the desk name it.
    pub rule: &'static str,
}

/// Lets a text out to an audience by a channel, or names the rule that keeps it in.
///
/// What lies in the public tree is read by everybody, so there the audience counts as the public.
pub fn release(
    text: &Classed,
    audience: &Audience,
    phase: Phase,
    grants: &Grants,
    channel: Channel,
) -> Result<Released, Withheld> {
    let reader = match channel {
        Channel::PublicTree => Audience::PUBLIC,
        _ => *audience,
    };
    if text.class == Class::U {
        return withheld("R-U");
    }
    let sight = reader.sight(text, phase, grants);
    let enough = sight.is_full() || (sight == Sight::Summary && text.form == Form::Summary);
    if !enough {
        return withheld(rule_of_refusal(text.class));
    }
    countermeasure_ok(text, &reader, phase, grants)?;
    channel_ok(text, &reader, phase, grants, channel)?;
    Ok(text.released())
}

/// Shows unsorted text to the only two who may read it: the finder who wrote it, and reception at its desk.
///
/// This is not a release: nothing else opens text of class U, and this opens no other class.
pub fn show_unsorted(
    text: &Classed,
    audience: &Audience,
    grants: &Grants,
    strength: Strength,
) -> Result<Released, Withheld> {
    let seen = audience.sight(text, Phase::P0, grants).is_full();
    let at_own_place = match audience.role {
        Role::Reception => strength == Strength::Desk,
        role if role.is_finder() => strength == Strength::Strong,
        _ => false,
    };
    if text.class == Class::U && seen && at_own_place {
        Ok(text.released())
    } else {
        withheld("R-U")
    }
}

/// Gives the address of a party out as the one place where a mail to that party is brought.
///
/// This is not a release: an address on the envelope is no content, and this opens no other class, and to nobody else.
pub fn envelope(text: &Classed, of: PartyKey) -> Result<Released, Withheld> {
    if text.class == Class::C && text.owner == Owner::Party(of) {
        Ok(text.released())
    } else {
        withheld("R-MAIL")
    }
}

/// Tells whether a channel may carry a text to a reader who may see it.
pub fn channel_ok(
    text: &Classed,
    reader: &Audience,
    phase: Phase,
    grants: &Grants,
    channel: Channel,
) -> Result<(), Withheld> {
    match channel {
        Channel::PublicTree => public_ok(text),
        Channel::ClearMail => clear_mail_ok(text, phase, grants),
        Channel::Print => print_ok(text, reader),
        Channel::SealedTo { key } if reader.key == Some(key) => exploit_ok(text, reader, grants),
        Channel::SealedTo { .. } => withheld("R-KEY"),
        Channel::Session { strength } => session_ok(text, reader, phase, grants, strength),
    }
}

impl Classed {
    /// Marks a text with its class, its owner and its depth.
    pub fn new(class: Class, owner: Owner, form: Form, text: impl Into<String>) -> Classed {
        Classed {
            class,
            owner,
            form,
            text: text.into(),
        }
    }

    /// Returns the class.
    pub fn class(&self) -> Class {
        self.class
    }

    /// Returns whose it is.
    pub fn owner(&self) -> Owner {
        self.owner
    }

    /// Returns how deep it goes.
    pub fn form(&self) -> Form {
        self.form
    }

    /// Lends the words to the house itself: to compare them, or to read what they hold for a decision.
    ///
    /// They go no further than the handler that asked. What leaves the house, a page of its own desk among it, goes by
    /// [`release`]. Only `domain` and `engine` may call this; `cargo xtask tidy` looks for the name elsewhere.
    pub fn words_for_the_house(&self) -> &str {
        &self.text
    }

    fn released(&self) -> Released {
        Released {
            class: self.class,
            text: self.text.clone(),
        }
    }
}

impl fmt::Debug for Classed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (class, len) = (self.class.code(), self.text.len());
        write!(f, "Classed({class}, {len} bytes)")
    }
}

impl Released {
    /// Returns the words, for a document, a letter or a type that shows them: no page takes them as a string
    /// (xtask/src/tidy/bodies.rs).
    pub fn words_let_out(&self) -> &str {
        &self.text
    }

    /// Returns the class the text was released from.
    pub fn class(&self) -> Class {
        self.class
    }
}

impl fmt::Debug for Released {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (class, len) = (self.class.code(), self.text.len());
        write!(f, "Released({class}, {len} bytes)")
    }
}

impl Audience {
    /// Names everybody.
    pub const PUBLIC: Audience = Audience {
        role: Role::Public,
        party: None,
        in_case: false,
        key: None,
    };

    /// Works out what the audience may see.
    pub fn standing(&self, phase: Phase, grants: &Grants) -> Standing {
        Standing::new(self.role, self.party, self.in_case, phase, grants)
    }

    /// Tells whether a text belongs to the audience.
    pub fn owns(&self, owner: Owner) -> bool {
        match owner {
            Owner::Shared => self.in_case,
            Owner::Party(key) => self.party == Some(key),
        }
    }

    /// Tells the same as [`Standing::may_see`] for one text, without working out the rest.
    fn sight(&self, text: &Classed, phase: Phase, grants: &Grants) -> Sight {
        let is_own = self.owns(text.owner);
        sight_of(self.role, is_own, text.class, phase, grants)
    }

    /// Tells whether the text is the finder's own, who wrote it.
    fn wrote(&self, owner: Owner) -> bool {
        self.role.is_finder() && self.owns(owner)
    }
}

/// R-V1 to R-V4 and K: those who read as the public get a flaw only together with what helps against it.
fn countermeasure_ok(
    text: &Classed,
    reader: &Audience,
    phase: Phase,
    grants: &Grants,
) -> Result<(), Withheld> {
    // Before publication the matrix alone decides; it shows those readers nothing without a recorded consent.
    if !reader.role.reads_as_public() || phase < Phase::P3 {
        return Ok(());
    }
    // R-V3: where nothing can be done, the advice to stop using the product counts as a workaround.
    let helped = grants.countermeasure || grants.accepted_risk;
    let emergency = grants.emergency_approvals >= EMERGENCY_APPROVALS_MIN;
    match text.class {
        Class::V if helped && text.form == Form::Detail && held_back(grants) => withheld("R-V4"),
        Class::V if helped => Ok(()),
        Class::V if emergency && text.form == Form::Summary => Ok(()),
        Class::V if grants.emergency_approvals > 0 => withheld("R-V2"),
        Class::V => withheld("R-V1"),
        Class::K1 | Class::K2 if !helped => withheld("R-K1"),
        _ => Ok(()),
    }
}

/// How many people approve publishing a flaw without a countermeasure.
const EMERGENCY_APPROVALS_MIN: u8 = 2;

fn held_back(grants: &Grants) -> bool {
    grants.published_days < grants.hold_back_days
}

/// Names what no channel to everybody carries, whatever the matrix comes to say one day.
fn public_ok(text: &Classed) -> Result<(), Withheld> {
    match text.class {
        Class::A => withheld("R-A1"),
        Class::T => withheld("R-T1"),
        Class::O => withheld("R-D1"),
        Class::I | Class::G => withheld("R-I1"),
        _ => Ok(()),
    }
}

/// A clear mail may say what everybody may know by then; before that, only what a recorded decision lets it name.
fn clear_mail_ok(text: &Classed, phase: Phase, grants: &Grants) -> Result<(), Withheld> {
    public_ok(text)?;
    let sight = Audience::PUBLIC.sight(text, phase, grants);
    let known = sight.is_full() || (sight == Sight::Summary && text.form == Form::Summary);
    if known {
        return countermeasure_ok(text, &Audience::PUBLIC, phase, grants);
    }
    let harmless = matches!(text.class, Class::X | Class::D);
    if harmless && grants.contact_in_clear {
        Ok(())
    } else {
        withheld("R-MAIL")
    }
}

fn print_ok(text: &Classed, reader: &Audience) -> Result<(), Withheld> {
    match text.class {
        Class::A => withheld("R-A1"),
        Class::T => withheld("R-T1"),
        Class::I | Class::G => withheld("R-I1"),
        Class::O if !reader.owns(text.owner) => withheld("R-D1"),
        _ => Ok(()),
    }
}

/// R-A2 (docs/design/process.md §2.2) and docs/design/security.md §2.7: what helps an attacker leaves the house only
/// when two people said so.
fn exploit_ok(text: &Classed, reader: &Audience, grants: &Grants) -> Result<(), Withheld> {
    let inside = reader.role.is_house() || reader.wrote(text.owner);
    match text.class {
        Class::A if !inside && !grants.two_persons => withheld("R-A2"),
        Class::T if !inside && !grants.two_persons => withheld("R-T1"),
        _ => Ok(()),
    }
}

fn session_ok(
    text: &Classed,
    reader: &Audience,
    phase: Phase,
    grants: &Grants,
    strength: Strength,
) -> Result<(), Withheld> {
    if (strength == Strength::Desk) != reader.role.is_house() {
        return withheld("R-DESK");
    }
    exploit_ok(text, reader, grants)?;
    let known = Audience::PUBLIC.sight(text, phase, grants).is_full();
    let needed = match text.class {
        _ if reader.wrote(text.owner) => Strength::Link,
        Class::A | Class::T => Strength::Strong,
        // That we want to talk, and until when: the terms of the embargo.
        Class::X | Class::D | Class::M => Strength::Link,
        _ if known || grants.second_step_waived => Strength::Link,
        _ => Strength::SecondChannel,
    };
    if strength >= needed {
        Ok(())
    } else {
        withheld("R-STEP")
    }
}

/// Names the rule behind a refusal of the matrix.
fn rule_of_refusal(class: Class) -> &'static str {
    match class {
        Class::A => "R-A1",
        Class::T => "R-T1",
        Class::V => "R-V1",
        Class::H => "R-H1",
        Class::O => "R-D1",
        Class::X | Class::N => "R-X1",
        Class::I | Class::G => "R-I1",
        Class::K1 | Class::K2 => "R-K1",
        Class::U => "R-U",
        _ => "R-MATRIX",
    }
}

fn withheld<T>(rule: &'static str) -> Result<T, Withheld> {
    Err(Withheld { rule })
}
