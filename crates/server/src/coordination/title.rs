//! What a case is called, the title of its advisory or the first words of what is wrong; and how it is read.

use domain::aggregate::Aggregate;
use domain::coordination::case::Case;
use domain::intake::Report;
use domain::publication::Advisory;
use domain::value::{CaseId, StreamId};
use engine::Viewer;
use engine::kernel::find;
use formats::advisory::Lang;
use pages::kit::desk::view::Words;

use crate::door::room::Room;
use crate::door::sight::Eyes;
use crate::door::visit::{Signed, Stop};

/// Characters of a report's first words that are shown.
pub(crate) const GIST_CHARS: usize = 60;

/// The advisory of a case.
///
/// # Errors
/// If the store fails.
pub async fn advisory_of(room: &Room, case: CaseId) -> Result<Option<Advisory>, Stop> {
    let id: StreamId = engine::kernel::ids::advisory_id(case).into();
    let state = room.house.load(id).await?.map(|l| l.state);
    Ok(match state.as_deref() {
        Some(Aggregate::Advisory(advisory)) => Some(advisory.clone()),
        _ => None,
    })
}

/// The eyes of a person of the house on a case, as far as it has come.
///
/// # Errors
/// If the store fails.
pub async fn eyes_on<'r>(room: &'r Room, signed: &Signed, case: &Case) -> Result<Eyes<'r>, Stop> {
    let phase = find::phase_of(&room.house, Viewer::Person(signed.id), case).await?;
    Ok(Eyes::of(room, signed, phase))
}

/// What a case is called: the title of its advisory, or the first words of what is wrong.
///
/// # Errors
/// If the store fails.
pub async fn title_of(
    room: &Room,
    eyes: &Eyes<'_>,
    case: &Case,
    advisory: Option<&Advisory>,
    page: Lang,
) -> Result<Option<Words>, Stop> {
    let drafted = advisory.and_then(|advisory| advisory.draft.as_ref());
    let titles: Vec<_> = drafted
        .into_iter()
        .flat_map(|draft| &draft.texts)
        .filter(|(field, _)| *field == domain::value::Field::Title)
        .map(|(_, text)| *text)
        .collect();
    let own = titles
        .iter()
        .find(|text| text.lang == page)
        .or(titles.first());
    let named = case.vulnerabilities.first().map(|(_, text)| *text);
    for text in own.copied().into_iter().chain(named) {
        if let Some(words) = eyes.words(&text).await? {
            return Ok(Some(gist(words)));
        }
    }
    for report in case.reports() {
        let state = room.house.load(report.into()).await?.map(|l| l.state);
        let Some(Aggregate::Report(report)) = state.as_deref() else {
            continue;
        };
        for part in &report.parts {
            if part.class == domain::text::class::Class::V
                && let Some(words) = eyes.words(part).await?
            {
                return Ok(Some(gist_of(report, words)));
            }
        }
    }
    Ok(None)
}

/// What a case may be called, in every language and uncut: the titles of its draft and what is wrong, as far as this
/// person may read it. The list shows one of them and is asked by all.
///
/// # Errors
/// If the store fails.
pub(crate) async fn called(
    room: &Room,
    eyes: &Eyes<'_>,
    case: &Case,
    advisory: Option<&Advisory>,
) -> Result<Vec<String>, Stop> {
    let draft = advisory.and_then(|advisory| advisory.draft.as_ref());
    let titles = draft
        .into_iter()
        .flat_map(|draft| &draft.texts)
        .filter(|(field, _)| *field == domain::value::Field::Title)
        .map(|(_, text)| *text);
    let mut texts: Vec<_> = titles
        .chain(case.vulnerabilities.iter().map(|(_, text)| *text))
        .collect();
    for report in case.reports() {
        let state = room.house.load(report.into()).await?.map(|l| l.state);
        if let Some(Aggregate::Report(report)) = state.as_deref() {
            let parts = report.parts.iter();
            texts.extend(parts.filter(|part| part.class == domain::text::class::Class::V));
        }
    }
    let mut out = Vec::with_capacity(texts.len());
    for text in &texts {
        if let Some(words) = eyes.words(text).await? {
            out.push(words.text.as_str().to_owned());
        }
    }
    Ok(out)
}

/// The first words of a text.
pub(crate) fn gist(words: Words) -> Words {
    cut(words, |_| false)
}

/// The first words of a report's text. The headings that the portal's form once put into a report of one text say
/// nothing of this report.
pub(crate) fn gist_of(report: &Report, words: Words) -> Words {
    let is_one_text = report.form.is_none();
    cut(words, |line| {
        is_one_text && line.trim_start().starts_with('■')
    })
}

fn cut(words: Words, is_empty: impl Fn(&str) -> bool) -> Words {
    Words {
        lang: words.lang,
        text: words.text.gist(GIST_CHARS, is_empty),
    }
}
