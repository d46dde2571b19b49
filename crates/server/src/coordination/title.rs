//! What a case is called: the title of its advisory, or the first words of what is wrong.

use domain::aggregate::Aggregate;
use domain::coordination::case::Case;
use domain::text::phase::Phase;
use domain::value::{CaseId, StreamId};
use formats::advisory::Lang;
use pages::kit::desk::view::Words;

use crate::door::room::Room;
use crate::door::sight::Eyes;
use crate::door::visit::{Signed, Stop};

/// Characters of a report's first words that are shown.
const GIST_CHARS: usize = 60;

/// The advisory of a case.
///
/// # Errors
/// If the store fails.
pub async fn advisory_of(
    room: &Room,
    case: CaseId,
) -> Result<Option<domain::publication::Advisory>, Stop> {
    let id: StreamId = engine::kernel::ids::advisory_id(case).into();
    let state = room.house.load(id).await?.map(|l| l.state);
    Ok(match state.as_deref() {
        Some(Aggregate::Advisory(advisory)) => Some(advisory.clone()),
        _ => None,
    })
}

/// What a case is called: the title of its advisory, or the first words of what is wrong.
///
/// # Errors
/// If the store fails.
pub async fn title_of(
    room: &Room,
    signed: &Signed,
    case: &Case,
    advisory: Option<&domain::publication::Advisory>,
    page: Lang,
) -> Result<Option<Words>, Stop> {
    let eyes = Eyes::of(
        room,
        signed,
        if case.clock_start.is_some() {
            Phase::P1
        } else {
            Phase::P0
        },
    );
    let drafted = advisory.and_then(|advisory| advisory.draft.as_ref());
    let titles: Vec<_> = drafted
        .into_iter()
        .flat_map(|draft| &draft.texts)
        .filter(|(field, _)| *field == domain::value::Field::Title)
        .map(|(_, text)| *text)
        .collect();
    let own = titles
        .iter()
        .find(|text| crate::door::sight::lang(text.lang) == page)
        .or(titles.first());
    let named = case.vulnerabilities.first().map(|(_, text)| *text);
    for text in own.copied().into_iter().chain(named) {
        if let Some(words) = eyes.words(&text).await? {
            return Ok(Some(gist(words)));
        }
    }
    if let Some(report) = case.report
        && let Some(state) = room.house.load(report.into()).await?.map(|l| l.state)
        && let Aggregate::Report(report) = &*state
    {
        for part in &report.parts {
            if part.class == domain::text::class::Class::V
                && let Some(words) = eyes.words(part).await?
            {
                return Ok(Some(gist(words)));
            }
        }
    }
    Ok(None)
}

/// The first words of a text.
pub(crate) fn gist(words: Words) -> Words {
    // The headings of the portal's form say nothing of this report.
    let is_heading = |line: &str| line.trim_start().starts_with('■');
    Words {
        lang: words.lang,
        text: words.text.gist(GIST_CHARS, is_heading),
    }
}
