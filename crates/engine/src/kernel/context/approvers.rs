//! What the house asks the signer about those who may approve. What the answers mean stands in [`seal::approvers`].

use seal::approvers::Asked;
use seal::signer::Request;

use super::{Contexts, packed};
use crate::Fault;

/// A change of those who may approve as the signer took it in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenLine {
    /// As it is published.
    pub line: String,
    /// Whose key it is about, hexadecimal; empty of none.
    pub person: String,
}

/// Where the signer stands with those who may approve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignersRoster {
    /// Names its decisions: where it changes, every verdict is asked anew.
    pub name: Vec<u8>,
    /// How many changes it has taken in.
    pub generation: u64,
    /// Hash of the last.
    pub head: [u8; 32],
    pub last: Option<TakenLine>,
}

fn taken(parts: &[Vec<u8>]) -> Option<TakenLine> {
    let [line, person] = parts else { return None };
    Some(TakenLine {
        line: String::from_utf8(line.clone()).ok()?,
        person: String::from_utf8(person.clone()).ok()?,
    })
}

impl Contexts {
    /// Whom the signer has pinned, and the last change of them that it has taken in.
    ///
    /// # Errors
    /// [`Fault::Context`]; [`Fault::Signer`] if it cannot tell.
    pub fn signer_pinned(&self) -> Result<SignersRoster, Fault> {
        let link = self.sign.as_ref().ok_or(Fault::Context("sign"))?;
        let answer = link.ask(&[b"pinned"])?;
        let (name, generation, head, last) = match answer.as_slice() {
            [word, name, generation, head, last @ ..] if word == b"pinned" => {
                (name, generation, head, last)
            }
            [_, code] => return Err(Fault::Signer(String::from_utf8_lossy(code).into_owned())),
            _ => return Err(Fault::Context("sign")),
        };
        let generation = <[u8; 8]>::try_from(generation.as_slice());
        let head = <[u8; 32]>::try_from(head.as_slice());
        let (Ok(generation), Ok(head)) = (generation, head) else {
            return Err(Fault::Context("sign"));
        };
        Ok(SignersRoster {
            name: name.clone(),
            generation: u64::from_be_bytes(generation),
            head,
            last: taken(last),
        })
    }

    /// Hands a change of those who may approve to the signer; returns the line as the signer took it in.
    ///
    /// # Errors
    /// [`Fault::Context`]; [`Fault::Signer`] with the code of what does not fit.
    pub fn take_approvers(&self, asked: &Asked, person: &str) -> Result<TakenLine, Fault> {
        let link = self.sign.as_ref().ok_or(Fault::Context("sign"))?;
        let asked = serde_json::to_vec(asked).map_err(|_| Fault::Form("approvers"))?;
        match link
            .ask(&[b"approvers", &asked, person.as_bytes()])?
            .as_slice()
        {
            [word, last @ ..] if word == b"taken" => taken(last).ok_or(Fault::Context("sign")),
            [_, code] => Err(Fault::Signer(String::from_utf8_lossy(code).into_owned())),
            _ => Err(Fault::Context("sign")),
        }
    }

    /// Shows the signer the first signature of a house of one person, so that it measures the pause itself.
    ///
    /// # Errors
    /// As [`Contexts::take_approvers`].
    pub fn note_first(&self, request: &Request) -> Result<(), Fault> {
        let link = self.sign.as_ref().ok_or(Fault::Context("sign"))?;
        let (approvals, _) = packed(request);
        match link.ask(&[b"first", &request.plan, &approvals])?.as_slice() {
            [word] if word == b"noted" => Ok(()),
            [_, code] => Err(Fault::Signer(String::from_utf8_lossy(code).into_owned())),
            _ => Err(Fault::Context("sign")),
        }
    }
}
