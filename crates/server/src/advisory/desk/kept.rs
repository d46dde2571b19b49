//! Texts of the recorded draft that the person at its form may not see: the form carries their ids, and they stay.
//!
//! It opens nothing and decides nothing; whether a text may be seen is the gate's answer.

use domain::value::{Field, Lang, TextRef};
use engine::advisory::check;
use engine::advisory::command::DraftText;
use pages::advisory::form::{KEPT, kept_name};
use pages::kit::form::Typed;

use crate::advisory::desk::fields::LANGS;
use crate::door::act::code;

/// Notes on the form that a text stays.
pub(super) fn put(typed: &mut Typed, field: Field, text: &TextRef) {
    let name = kept_name(check::name(field), text.lang);
    typed.put(name, text.body.0.to_string());
}

/// The texts that stay: all but those in whose place something was typed. Acknowledgements stand beside each other.
pub(super) fn read(typed: &Typed, written: &[DraftText]) -> Vec<DraftText> {
    let of = |name: &str, body: &str| -> Option<DraftText> {
        let (field, tag) = name.strip_prefix(KEPT)?.rsplit_once('-')?;
        let field = code::<Field>(field)?;
        let lang = LANGS.into_iter().find(|l| l.tag() == tag)?;
        let is_replaced = field != Field::Credit && has(written, field, lang);
        Some(DraftText {
            field,
            lang,
            text: String::new(),
            class: None,
            from: uuid::Uuid::parse_str(body).ok(),
        })
        .filter(|text| text.from.is_some() && !is_replaced)
    };
    let pairs = typed.pairs();
    pairs.filter_map(|(name, body)| of(name, body)).collect()
}

/// Tells whether a finding is about a text that is out of sight: what it lacks cannot be seen here.
pub(super) fn hides(texts: &[DraftText], field: &str, lang: Option<Lang>) -> bool {
    texts.iter().any(|text| {
        text.text.is_empty()
            && check::name(text.field) == field
            && lang.is_none_or(|lang| lang == text.lang)
    })
}

fn has(texts: &[DraftText], field: Field, lang: Lang) -> bool {
    texts
        .iter()
        .any(|text| text.field == field && text.lang == lang)
}

#[cfg(test)]
mod tests {
    use domain::text::class::Class;
    use domain::value::{BodyId, StreamId};

    use super::*;

    fn text(lang: Lang) -> TextRef {
        TextRef {
            body: BodyId(seal::random::uuid(0)),
            dossier: StreamId(seal::random::uuid(0)),
            class: Class::H,
            lang,
        }
    }

    fn written(field: Field) -> DraftText {
        DraftText {
            field,
            lang: Lang::Ja,
            text: "typed".to_owned(),
            class: None,
            from: None,
        }
    }

    #[test]
    fn a_text_out_of_sight_stays_until_something_is_typed_in_its_place() {
        let mut typed = Typed::default();
        let texts = [Lang::Ja, Lang::En].map(text);
        for text in &texts {
            put(&mut typed, Field::SideEffects, text);
        }
        let stays = |written: &[DraftText]| -> Vec<Option<uuid::Uuid>> {
            let found = read(&typed, written);
            assert!(found.iter().all(|one| one.field == Field::SideEffects));
            [Lang::Ja, Lang::En]
                .into_iter()
                .filter_map(|lang| found.iter().find(|one| one.lang == lang))
                .map(|one| one.from)
                .collect()
        };
        let [ja, en] = texts.map(|text| Some(text.body.0));
        assert_eq!(stays(&[]), [ja, en]);
        assert_eq!(stays(&[written(Field::SideEffects)]), [en]);
        assert_eq!(stays(&[written(Field::Fix)]), [ja, en]);
    }

    #[test]
    fn names_out_of_sight_stand_beside_those_that_are_typed() {
        let mut typed = Typed::default();
        let texts = [text(Lang::Ja), text(Lang::Ja)];
        for text in &texts {
            put(&mut typed, Field::Credit, text);
        }
        let found = read(&typed, &[written(Field::Credit)]);
        assert_eq!(found.len(), 2);
        assert!(hides(&found, "credit", None) && hides(&found, "credit", Some(Lang::Ja)));
        assert!(!hides(&found, "credit", Some(Lang::En)));
    }

    #[test]
    fn what_is_no_id_or_no_field_is_nothing() {
        let typed = Typed::filled([
            ("kept-fix-ja", "x"),
            ("kept-nothing-ja", "0190d3f0-0000-7000-8000-000000000000"),
            ("kept-fix-fr", "0190d3f0-0000-7000-8000-000000000000"),
            ("t-fix-ja", "0190d3f0-0000-7000-8000-000000000000"),
        ]);
        assert!(read(&typed, &[]).is_empty());
    }
}
