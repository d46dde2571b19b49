//! What commands of every noun share: their fields, finding what people name, drawing numbers.
//!
//! A command read from JSON names things as people do (numbers, names); here they become streams and states. It
//! knows no command: the table of them stands on top, in [`crate::command`].

use domain::aggregate::{Aggregate, State};
use domain::coordination::case::Case;
use domain::coordination::participant::Participant;
use domain::refusal::Refusal;
use domain::text::phase::Phase;
use domain::value::*;
use seal::record::Realm;
use serde::Deserialize;
use store::Viewer;
use uuid::Uuid;

use crate::kernel::house::House;
use crate::kernel::unit::Unit;
use crate::kernel::{Fault, ids};

/// A field of a command, for `--list`.
#[derive(Clone, Copy, Debug)]
pub struct FieldSpec {
    pub name: &'static str,
    pub ty: &'static str,
    pub about: &'static str,
}

macro_rules! inputs {
    ($($input:ident $about:literal { $($(#[$meta:meta])* $field:ident : $ty:ty = $what:literal;)* })*) => {$(
        #[doc = $about]
        #[derive(Clone, Debug, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $input { $(#[doc = $what] $(#[$meta])* pub $field: $ty,)* }

        impl $input {
            /// What the command is for.
            pub const ABOUT: &'static str = $about;
            /// Its fields.
            pub const FIELDS: &'static [$crate::kernel::find::FieldSpec] =
                &[$($crate::kernel::find::FieldSpec { name: stringify!($field), ty: stringify!($ty), about: $what },)*];
        }
    )*};
}
pub(crate) use inputs;

/// Reads fields of commands that take an instant: RFC 3339 with an offset, and an [`Instant`] from there on. serde tells
/// a reader nothing of the field that it reads; so each such field has its own, which names it.
pub(crate) mod instant {
    use domain::refusal::Refusal;
    use domain::value::Instant;
    use serde::{Deserialize as _, Deserializer};

    use crate::kernel::clock;

    fn given<'de, D: Deserializer<'de>>(
        from: D,
        field: &'static str,
    ) -> Result<Option<Instant>, D::Error> {
        let text = Option::<String>::deserialize(from)?;
        let read = |text: String| clock::parse(&text).ok_or_else(|| unusable(field));
        text.map(read).transpose()
    }

    fn needed<'de, D: Deserializer<'de>>(
        from: D,
        field: &'static str,
    ) -> Result<Instant, D::Error> {
        given(from, field)?.ok_or_else(|| unusable(field))
    }

    fn unusable<E: serde::de::Error>(field: &'static str) -> E {
        let why = "RFC 3339 with an offset";
        E::custom(Refusal::Input { field, why })
    }

    pub(crate) fn until<'de, D: Deserializer<'de>>(from: D) -> Result<Instant, D::Error> {
        needed(from, "until")
    }

    pub(crate) fn public_since<'de, D: Deserializer<'de>>(from: D) -> Result<Instant, D::Error> {
        needed(from, "public_since")
    }

    /// Fields that may be left out; they need `#[serde(default)]` too.
    pub(crate) mod if_any {
        use super::{Deserializer, Instant, given};

        pub(crate) fn public_since<'de, D: Deserializer<'de>>(
            from: D,
        ) -> Result<Option<Instant>, D::Error> {
            given(from, "public_since")
        }

        pub(crate) fn instant<'de, D: Deserializer<'de>>(
            from: D,
        ) -> Result<Option<Instant>, D::Error> {
            given(from, "instant")
        }
    }
}

/// A text in a command.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextInput {
    pub lang: Lang,
    pub text: String,
}

pub(crate) fn uuid_of(text: &str) -> Option<Uuid> {
    (text.len() >= 32)
        .then(|| Uuid::parse_str(text).ok())
        .flatten()
}

/// On whose behalf what a command names is looked up: whoever gives it finds what concerns them.
async fn viewer_of(unit: &mut Unit<'_>) -> Result<Viewer, Fault> {
    Ok(match unit.act.by {
        Actor::Person { id, .. } => Viewer::Person(id),
        Actor::Vendor { participant, .. } => {
            match unit.state(participant.into()).await?.as_deref() {
                Some(Aggregate::Participant(found)) => Viewer::Participant {
                    case: found.case,
                    participant,
                },
                _ => Viewer::Bearer,
            }
        }
        Actor::Finder { report } => Viewer::Finder(report),
        Actor::Member { subscriber } => Viewer::Subscriber(subscriber),
        Actor::Stranger { .. } => Viewer::Bearer,
        Actor::Clock | Actor::Operator | Actor::House => Viewer::House,
    })
}

async fn numbered(unit: &mut Unit<'_>, text: &str, what: &'static str) -> Result<StreamId, Fault> {
    let viewer = viewer_of(unit).await?;
    if let Some(id) = uuid_of(text).map(StreamId) {
        let sees = viewer.sees_stream(id);
        return sees
            .then_some(id)
            .ok_or_else(|| Refusal::NotFound(what).into());
    }
    let digits = base::digits(text);
    match unit.house.store.by_number(viewer, &digits).await? {
        Some((_, stream)) => Ok(stream),
        None => Err(Refusal::NotFound(what).into()),
    }
}

/// Finds the state of a stream by number or id.
pub(crate) async fn by_number<T: State>(unit: &mut Unit<'_>, text: &str) -> Result<T, Fault> {
    let stream = numbered(unit, text, T::KIND).await?;
    let state = unit.state(stream).await?;
    let found = state.as_deref().and_then(T::of);
    found
        .cloned()
        .ok_or_else(|| Refusal::NotFound(T::KIND).into())
}

async fn named(unit: &mut Unit<'_>, text: &str) -> Result<Vec<PartyId>, Fault> {
    let viewer = viewer_of(unit).await?;
    Ok(unit.house.store.parties_named(viewer, text).await?)
}

/// Finds a party by name or id.
pub(crate) async fn find_party(
    unit: &mut Unit<'_>,
    text: &str,
) -> Result<domain::party::Party, Fault> {
    let stream = match uuid_of(text) {
        Some(id) => StreamId(id),
        None => match named(unit, text).await?.as_slice() {
            [one] => (*one).into(),
            [] => return Err(Refusal::NotFound("party").into()),
            _ => {
                return Err(Refusal::Input {
                    field: "party",
                    why: "several parties have this name; give the id",
                }
                .into());
            }
        },
    };
    match unit.state(stream).await?.as_deref() {
        Some(Aggregate::Party(found)) => Ok(found.clone()),
        _ => Err(Refusal::NotFound("party").into()),
    }
}

/// Participants of a case, with what this unit has decided about those that were there before it.
pub(crate) async fn participants_of(
    unit: &mut Unit<'_>,
    case: CaseId,
) -> Result<Vec<Participant>, Fault> {
    let mut out = Vec::new();
    for (id, _) in unit.house.store.participants(Viewer::House, case).await? {
        if let Some(Aggregate::Participant(found)) = unit.state(id.into()).await?.as_deref() {
            out.push(found.clone());
        }
    }
    Ok(out)
}

/// The participants of a case, as they stand in the ledger.
///
/// # Errors
/// Faults of keys and store.
pub async fn participants(
    house: &House,
    viewer: Viewer,
    case: CaseId,
) -> Result<Vec<Participant>, Fault> {
    let mut out = Vec::new();
    for (id, _) in house.store.participants(viewer, case).await? {
        let state = house.load(id.into()).await?.map(|loaded| loaded.state);
        if let Some(Aggregate::Participant(found)) = state.as_deref() {
            out.push(found.clone());
        }
    }
    Ok(out)
}

/// How far a case has come for those who work in the house: whoever reads there asks here, whatever the page.
///
/// # Errors
/// Faults of keys and store.
pub async fn phase_of(house: &House, viewer: Viewer, case: &Case) -> Result<Phase, Fault> {
    let participants = participants(house, viewer, case.id).await?;
    let advisory = house.load(ids::advisory_id(case.id).into()).await?;
    let advisory = advisory.map(|loaded| loaded.state);
    let is_published = matches!(
        advisory.as_deref(),
        Some(Aggregate::Advisory(advisory)) if advisory.is_published()
    );
    Ok(case.phase(is_published, &participants))
}

/// A number that no series has drawn yet.
pub(crate) async fn draw_number(
    unit: &mut Unit<'_>,
    kind: domain::series::Kind,
) -> Result<domain::series::Number, Fault> {
    let exercise = unit.realm == Realm::Exercise;
    for _ in 0..64 {
        let number = domain::series::Number::draw(kind, exercise, seal::random::u64())
            .map_err(|_| Fault::Form("number series"))?;
        if unit
            .house
            .store
            .by_number(Viewer::House, &number.digits())
            .await?
            .is_none()
            && unit.drawn.insert(number.digits())
        {
            return Ok(number);
        }
    }
    Err(Fault::Form("number series is exhausted"))
}
