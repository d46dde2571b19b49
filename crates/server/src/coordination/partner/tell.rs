//! What a vendor tells the house: terms, receipt, date, answers, texts, its own number, that it leaves.
//!
//! What concerns the matter itself may be told by a session that may read it; the date and the terms by the
//! link alone (docs/design/security.md §2.7).

use domain::coordination::range::{Bound, Range, RangeError};
use domain::value::{About, ConfidentialityBasis, ProductAnswer, StatementKind, VendorAnswer};
use engine::command::{Command, perform};
use engine::coordination::command::{
    AgreeDate, AgreeNaming, ConfirmReceipt, CounterDate, DeclineDate, LeaveCase, RecordAnswer,
    RecordBasis, RecordStatement, RecordTicket, WithdrawAnswer,
};
use engine::kernel::find::TextInput;
use pages::coordination::partner::read;
use pages::coordination::partner::read::{Answered, End, Wrong};
use pages::coordination::partner::view::{AnswerKind, Basis, DateState, View, WordsKind};
use pages::kit::form::{self, Typed};
use pages::kit::inside::Side;
use seal::record::Realm;
use serde_json::Value;

use crate::coordination::partner::matter;
use crate::door::answer::Answer;
use crate::door::room::Room;
use crate::door::session;
use crate::door::visit::{Stop, Visit};

type Told = Result<Value, engine::Fault>;

async fn say(room: &Room, visit: &Visit, command: Command) -> Told {
    perform(&room.house, &visit.act(), Realm::Live, &command).await
}

fn own(visit: &Visit) -> Result<String, Stop> {
    Ok(visit.guest()?.participant.to_string())
}

/// Shows the page again if this session may not read the matter, and so not speak of it either.
async fn withheld(room: &Room, visit: &Visit, view: &View) -> Result<Option<Answer>, Stop> {
    if view.details.is_some() {
        return Ok(None);
    }
    let mut typed = visit.form.clone();
    read::refuse_code(&mut typed, "", "role");
    Ok(Some(matter::wrong(room, visit, &typed).await?))
}

/// Accepts the terms for this matter.
///
/// # Errors
/// If the house cannot be read or written.
pub async fn terms(room: &Room, visit: Visit) -> Result<Answer, Stop> {
    if visit.guest().is_err() {
        return Ok(matter::outside(room, &visit));
    }
    let _turn = matter::turn(room, &visit).await?;
    let mut typed = visit.form.clone();
    if read::terms(&mut typed).is_none() {
        return matter::wrong(room, &visit, &typed).await;
    }
    // A basis that is there already, a standing agreement above all, is not replaced by a lesser one.
    if matter::view(room, &visit).await?.basis != Basis::Missing {
        return Ok(matter::done(&visit, "partner-terms"));
    }
    let command = Command::RecordBasis(RecordBasis {
        participant: own(&visit)?,
        basis: ConfidentialityBasis::AdHoc {
            version: pages::coordination::partner::TERMS.to_owned(),
        },
    });
    let told = say(room, &visit, command).await;
    matter::answered(room, &visit, typed, "accept", told, "partner-terms").await
}

/// Confirms that the letter arrived.
///
/// # Errors
/// If the house cannot be read or written.
pub async fn receipt(room: &Room, visit: Visit) -> Result<Answer, Stop> {
    if visit.guest().is_err() {
        return Ok(matter::outside(room, &visit));
    }
    let _turn = matter::turn(room, &visit).await?;
    if matter::view(room, &visit).await?.received.is_some() {
        return Ok(matter::done(&visit, "partner-receipt"));
    }
    let command = Command::ConfirmReceipt(ConfirmReceipt {
        participant: own(&visit)?,
    });
    let told = say(room, &visit, command).await;
    let typed = visit.form.clone();
    matter::answered(room, &visit, typed, "", told, "partner-receipt").await
}

/// Agrees to the date, asks for another, or declines it.
///
/// # Errors
/// If the house cannot be read or written.
pub async fn date(room: &Room, visit: Visit) -> Result<Answer, Stop> {
    if visit.guest().is_err() {
        return Ok(matter::outside(room, &visit));
    }
    let _turn = matter::turn(room, &visit).await?;
    let participant = own(&visit)?;
    let mut typed = visit.form.clone();
    // Whoever agrees or declines speaks of the date that was on the page.
    let until = matter::view(room, &visit).await?.date.until;
    if typed.value("do") != "counter" && until.unwrap_or_default() != typed.value("until") {
        read::refuse(&mut typed, Wrong::Changed);
        return matter::wrong(room, &visit, &typed).await;
    }
    let (command, field, key) = match typed.value("do") {
        "agree" => (
            Command::AgreeDate(AgreeDate { participant }),
            "",
            "partner-agreed",
        ),
        "decline" => (
            Command::DeclineDate(DeclineDate { participant }),
            "",
            "partner-declined",
        ),
        "counter" => {
            let now = engine::kernel::clock::now();
            let Some(until) = read::instant(&mut typed, now) else {
                return matter::wrong(room, &visit, &typed).await;
            };
            let counter = CounterDate { participant, until };
            (
                Command::CounterDate(counter),
                "counter_date",
                "partner-countered",
            )
        }
        _ => return Err(Stop::NotFound),
    };
    let told = say(room, &visit, command).await;
    matter::answered(room, &visit, typed, field, told, key).await
}

/// Takes an answer about a product.
///
/// # Errors
/// If the house cannot be read or written.
pub async fn answer(room: &Room, visit: Visit) -> Result<Answer, Stop> {
    if visit.guest().is_err() {
        return Ok(matter::outside(room, &visit));
    }
    let _turn = matter::turn(room, &visit).await?;
    let view = matter::view(room, &visit).await?;
    if let Some(answer) = withheld(room, &visit, &view).await? {
        return Ok(answer);
    }
    if visit.form.value("do") == "withdraw" {
        return withdraw(room, &visit, &view).await;
    }
    let named = view.details.iter().flat_map(|d| &d.vulnerabilities);
    let labels: Vec<&str> = named.map(|named| named.label.as_str()).collect();
    let mut typed = visit.form.clone();
    let Some((versions, read)) = read::answer(&mut typed, &labels)
        .and_then(|read| Some((versions(&mut typed, &read)?, read)))
    else {
        return matter::wrong(room, &visit, &typed).await;
    };
    let command = Command::RecordAnswer(RecordAnswer {
        participant: own(&visit)?,
        answer: ProductAnswer {
            product: read.product,
            versions,
            answer: match read.answer {
                AnswerKind::Affected => VendorAnswer::Affected,
                AnswerKind::NotAffected => VendorAnswer::NotAffected,
                AnswerKind::Investigating => VendorAnswer::Investigating,
                AnswerKind::Unknown => VendorAnswer::Unknown,
            },
            fixed_in: read.fixed_in,
            vulnerability: read.vulnerability,
            because: None,
        },
        because: (!read.why.is_empty()).then(|| matter::text(&visit, read.why)),
    });
    let told = say(room, &visit, command).await;
    matter::answered(room, &visit, typed, "why", told, "partner-answer").await
}

/// Takes an answer back that stands on the page.
async fn withdraw(room: &Room, visit: &Visit, view: &View) -> Result<Answer, Stop> {
    let wanted = visit.form.value("known");
    let known = view.details.iter().flat_map(|details| &details.answers);
    let found = known.into_iter().find(|known| {
        let value = form::answer_value(
            Some(&known.product),
            &known.versions,
            known.vulnerability.as_deref(),
            known.answer.code(),
        );
        value == wanted
    });
    // It is gone already, or says something else by now: the page shows what stands.
    let Some(known) = found else {
        let mut typed = Typed::default();
        typed.refuse("", "partner-answer-changed");
        return matter::wrong(room, visit, &typed).await;
    };
    let command = Command::WithdrawAnswer(WithdrawAnswer {
        participant: own(visit)?,
        product: (!known.product.is_empty()).then(|| known.product.clone()),
        versions: known.versions.clone(),
        vulnerability: known.vulnerability.clone(),
    });
    let told = say(room, visit, command).await;
    matter::answered(
        room,
        visit,
        visit.form.clone(),
        "",
        told,
        "partner-withdrawn",
    )
    .await
}

/// The words of the range that was typed, and a version with the fix that is one.
fn versions(typed: &mut Typed, read: &Answered) -> Option<String> {
    let bound = |end: &Option<End>| {
        end.as_ref()
            .map(|end| {
                if end.is_in {
                    Bound::including(&end.version)
                } else {
                    Bound::excluding(&end.version)
                }
            })
            .transpose()
    };
    let (from, to) = (bound(&read.from), bound(&read.to));
    if from.is_err() {
        read::refuse(typed, Wrong::Version("from"));
    }
    if to.is_err() {
        read::refuse(typed, Wrong::Version("to"));
    }
    if let Some(fixed) = &read.fixed_in
        && Bound::including(fixed).is_err()
    {
        read::refuse(typed, Wrong::Version("fixed_in"));
    }
    let range = Range::between(from.ok()?, to.ok()?);
    if range == Err(RangeError::Backwards) {
        read::refuse(typed, Wrong::Range);
    }
    let range = range.ok().filter(|_| typed.is_good())?;
    // Whoever leaves both ends empty speaks of all versions, as the page says.
    Some(if range.is_all() {
        formats::range::ALL.to_owned()
    } else {
        range.to_string()
    })
}

/// Takes a text: a statement, a workaround, a fix, addresses.
///
/// # Errors
/// If the house cannot be read or written.
pub async fn text(room: &Room, visit: Visit) -> Result<Answer, Stop> {
    if visit.guest().is_err() {
        return Ok(matter::outside(room, &visit));
    }
    let _turn = matter::turn(room, &visit).await?;
    let view = matter::view(room, &visit).await?;
    if let Some(answer) = withheld(room, &visit, &view).await? {
        return Ok(answer);
    }
    let mut typed = visit.form.clone();
    let answers = view.details.as_ref().map_or(&[][..], |d| &d.answers);
    let Some(told) = read::told(&mut typed, answers) else {
        return matter::wrong(room, &visit, &typed).await;
    };
    let command = Command::RecordStatement(RecordStatement {
        participant: own(&visit)?,
        statement: match told.kind {
            WordsKind::Statement => StatementKind::Statement,
            WordsKind::Workaround => StatementKind::Workaround,
            WordsKind::Fix => StatementKind::Fix,
            WordsKind::References => StatementKind::References,
        },
        text: TextInput {
            lang: told.lang,
            text: told.text,
        },
        unasked: false,
        about: told
            .about
            .map(|(product, versions)| About { product, versions }),
    });
    let told = say(room, &visit, command).await;
    matter::answered(room, &visit, typed, "text", told, "partner-text").await
}

/// Takes the vendor's own number.
///
/// # Errors
/// If the house cannot be read or written.
pub async fn ticket(room: &Room, visit: Visit) -> Result<Answer, Stop> {
    if visit.guest().is_err() {
        return Ok(matter::outside(room, &visit));
    }
    let _turn = matter::turn(room, &visit).await?;
    let view = matter::view(room, &visit).await?;
    if let Some(answer) = withheld(room, &visit, &view).await? {
        return Ok(answer);
    }
    let mut typed = visit.form.clone();
    let Some(ticket) = read::ticket(&mut typed) else {
        return matter::wrong(room, &visit, &typed).await;
    };
    let command = Command::RecordTicket(RecordTicket {
        participant: own(&visit)?,
        ticket,
    });
    let told = say(room, &visit, command).await;
    matter::answered(room, &visit, typed, "ticket", told, "partner-ticket").await
}

/// Agrees that other vendors who agree too learn of this one, or takes it back.
///
/// # Errors
/// If the house cannot be read or written.
pub async fn naming(room: &Room, visit: Visit) -> Result<Answer, Stop> {
    if visit.guest().is_err() {
        return Ok(matter::outside(room, &visit));
    }
    let _turn = matter::turn(room, &visit).await?;
    let view = matter::view(room, &visit).await?;
    if let Some(answer) = withheld(room, &visit, &view).await? {
        return Ok(answer);
    }
    let (agreed, key) = match visit.form.value("do") {
        "agree" => (true, "partner-naming"),
        "end" => (false, "partner-naming-end"),
        _ => return Err(Stop::NotFound),
    };
    let command = Command::AgreeNaming(AgreeNaming {
        participant: own(&visit)?,
        agreed,
        reason: String::new(),
    });
    let told = say(room, &visit, command).await;
    let typed = visit.form.clone();
    matter::answered(room, &visit, typed, "", told, key).await
}

/// Leaves; the session ends with it.
///
/// # Errors
/// If the house cannot be read or written.
pub async fn leave(room: &Room, visit: Visit) -> Result<Answer, Stop> {
    if visit.guest().is_err() {
        return Ok(matter::outside(room, &visit));
    }
    let _turn = matter::turn(room, &visit).await?;
    let view = matter::view(room, &visit).await?;
    let has_date = matches!(
        view.date.state,
        DateState::Asked | DateState::Agreed | DateState::Declined
    );
    let mut typed = visit.form.clone();
    let Some(honours_embargo) = read::leave(&mut typed, has_date) else {
        return matter::wrong(room, &visit, &typed).await;
    };
    let command = Command::LeaveCase(LeaveCase {
        participant: own(&visit)?,
        honours_embargo,
    });
    let told = say(room, &visit, command).await;
    if told.is_ok() {
        let path = visit.href("/partner/left");
        return session::end(room, Side::Partner, &visit.who, path).await;
    }
    matter::answered(room, &visit, typed, "keeps", told, "partner-left").await
}
