//! What only looks: `doctor`, `ledger verify`, `mail copies`, `erase status`. A house that runs is asked over its socket, one that stands still is
//! opened; both answer the same.
//!
//! It knows neither what is looked for nor how it is told: that is [`crate::doctor`] and [`crate::tools`].

use engine::{Fault, House};
use serde_json::{Value, json};

use crate::args::Common;
use crate::run::open;
use crate::{doctor, erase, show, socket, tools};

/// What was found.
#[derive(Debug)]
pub struct Looked {
    /// Whether all is as it should be.
    pub good: bool,
    /// The finding as data.
    pub value: Value,
    /// The same for people.
    pub text: String,
}

/// What can be looked at, with what it takes.
#[derive(Clone, Debug)]
pub enum What {
    /// What is not as it should be.
    Doctor,
    /// The chain, the rows beside it, and these anchors.
    Ledger(Vec<String>),
    /// The copies of an advisory, or how many there are of each state.
    Copies(Option<String>),
    /// Where erasures stand.
    Erasures,
}

impl What {
    fn parts(&self) -> [Vec<u8>; 2] {
        let (word, argument) = match self {
            What::Doctor => ("doctor", Value::Null),
            What::Ledger(anchors) => ("ledger", json!(anchors)),
            What::Copies(number) => ("copies", json!(number)),
            What::Erasures => ("erasures", Value::Null),
        };
        [word.as_bytes().to_vec(), argument.to_string().into_bytes()]
    }

    /// Reads what another process of this program asks for.
    #[must_use]
    pub fn read(word: &[u8], argument: &[u8]) -> Option<What> {
        match word {
            b"doctor" => Some(What::Doctor),
            b"ledger" => serde_json::from_slice(argument).ok().map(What::Ledger),
            b"erasures" => Some(What::Erasures),
            b"copies" => serde_json::from_slice(argument).ok().map(What::Copies),
            _ => None,
        }
    }
}

/// Looks, and shows what was found; tells whether all is as it should be.
///
/// # Errors
/// If neither a running house answers nor the folder can be opened.
pub async fn look(common: &Common, what: &What) -> Result<bool, Fault> {
    let [word, argument] = what.parts();
    let found = match socket::ask(&common.dir, &[b"look", &word, &argument])? {
        Some(answer) => read(&answer)?,
        None => at(&open(common).await?, what).await?,
    };
    show::answer(common.json, &found.value, || found.text.clone());
    Ok(found.good)
}

/// Looks at an open house.
///
/// # Errors
/// What kept it from looking.
pub async fn at(house: &House, what: &What) -> Result<Looked, Fault> {
    match what {
        What::Doctor => doctor::looked(house).await,
        What::Ledger(anchors) => tools::ledger_looked(house, anchors).await,
        What::Erasures => erase::looked(house).await,
        What::Copies(number) => tools::copies_looked(house, number.as_deref()).await,
    }
}

/// Answers another process of this program.
pub async fn answer(house: &House, word: &[u8], argument: &[u8]) -> socket::Answer {
    let Some(what) = What::read(word, argument) else {
        return socket::unknown();
    };
    match at(house, &what).await {
        Ok(Looked { good, value, text }) => socket::Answer {
            code: 0,
            text: json!({ "good": good, "value": value, "text": text }).to_string(),
        },
        Err(fault) => socket::Answer::of(&fault),
    }
}

fn read(answer: &socket::Answer) -> Result<Looked, Fault> {
    if answer.code != 0 {
        return Err(answer.fault());
    }
    let form = || Fault::Form("answer of the running house");
    let mut found: Value = serde_json::from_str(&answer.text).map_err(|_| form())?;
    Ok(Looked {
        good: found["good"].as_bool().ok_or_else(form)?,
        text: found["text"].as_str().ok_or_else(form)?.to_owned(),
        value: found["value"].take(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_is_what_is_looked_at() {
        let anchors = vec!["ab".repeat(32)];
        for what in [
            What::Doctor,
            What::Ledger(vec![]),
            What::Ledger(anchors),
            What::Copies(None),
            What::Erasures,
            What::Copies(Some("NRS-1".to_owned())),
        ] {
            let [word, argument] = what.parts();
            let read = What::read(&word, &argument).unwrap();
            assert_eq!(read.parts(), what.parts());
        }
        assert!(What::read(b"rebuild", b"null").is_none());
        assert!(What::read(b"ledger", b"no JSON").is_none());
    }
}
