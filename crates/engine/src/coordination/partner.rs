//! The view of one participant, through the gate.
//!
//! The date's state is what this participant said: who else agreed, and whether anybody did, does not show. Another
//! participant is loaded for one purpose alone, being named to each other: it shows once both agreed to it, by name,
//! and by status as long as both do. Nothing else of it goes any further.

use domain::aggregate::Aggregate;
use domain::coordination::board;
use domain::coordination::case::Case;
use domain::coordination::date::{self, Date, Said};
use domain::coordination::participant::{Participant, SecondStepState};
use domain::party::Party;
use domain::refusal::Refusal;
use domain::role::Role;
use domain::text::class::Class;
use domain::text::gate::{Audience, Channel, Classed, Form, Released, Strength, release};
use domain::text::phase::Phase;
use domain::text::standing::{ClassSet, Grants, Owner, PartyKey};
use domain::value::*;
use formats::advisory::VendorStatus;
use pages::coordination::partner::view as page;
use pages::kit::shown::Shown;

use crate::Awaited;
use crate::Fault;
use crate::kernel::clock;
use crate::kernel::house::House;

/// What is loaded of one participant, and how its session reads.
struct Reader<'h> {
    house: &'h House,
    participant: Participant,
    party: Party,
    case: Case,
    /// Number and instant of the first revision, once everybody may read it.
    published: Option<(String, Instant)>,
    /// When it will be out, if that is before the date.
    early: Option<Instant>,
    audience: Audience,
    phase: Phase,
    grants: Grants,
    channel: Channel,
}

/// Returns what a session of this strength may see of its participant's matter.
///
/// # Errors
/// [`Refusal::NotFound`] if there is no such participant, or it is of a part that has no page.
pub fn view(
    house: &House,
    participant: ParticipantId,
    strength: Strength,
    lang: Lang,
) -> Awaited<'_, Result<page::View, Fault>> {
    Box::pin(async move {
        let reader = Reader::of(house, participant, strength).await?;
        let participant = &reader.participant;
        let step =
            step(participant.second_step(&reader.party, strength >= Strength::SecondChannel));
        let is_told = participant.details_at.is_some();
        let may_read = participant.may_have_details() && is_told && step != page::Step::Missing;
        let name = match lang {
            Lang::Ja => &reader.party.name_ja,
            Lang::En => &reader.party.name_en,
        };
        let at = |at: Instant| clock::rfc3339(at);
        Ok(page::View {
            name: name.clone(),
            tracking: participant.tracking.trim_start_matches("TN#").to_owned(),
            basis: match &participant.basis {
                ConfidentialityBasis::None => page::Basis::Missing,
                ConfidentialityBasis::Standing { version } => {
                    page::Basis::Standing(version.clone())
                }
                ConfidentialityBasis::AdHoc { version } => page::Basis::Accepted(version.clone()),
            },
            step,
            call_asked: participant.call_asked.map(|(asked, _)| at(asked)),
            date: reader.date(),
            published: reader
                .published
                .as_ref()
                .map(|(number, first)| page::Published {
                    number: number.clone(),
                    at: at(*first),
                    address: format!(
                        "{}{}",
                        house.config.reached(),
                        pages::advisory_path(lang, number)
                    ),
                }),
            received: participant.seen_at.map(at),
            is_open: !participant.left && reader.case.closed.is_none(),
            has_left: participant.left,
            is_site: participant.part == Part::Operator,
            is_told,
            details: if may_read {
                Some(reader.details(lang).await?)
            } else {
                None
            },
        })
    })
}

impl<'h> Reader<'h> {
    async fn of(
        house: &'h House,
        id: ParticipantId,
        strength: Strength,
    ) -> Result<Reader<'h>, Fault> {
        let missing = || Refusal::NotFound("participant");
        let Some(Aggregate::Participant(participant)) = state(house, id.into()).await? else {
            return Err(missing().into());
        };
        let party = participant.party.ok_or_else(missing)?;
        let Some(Aggregate::Party(party)) = state(house, party.into()).await? else {
            return Err(missing().into());
        };
        let Some(Aggregate::Case(case)) = state(house, participant.case.into()).await? else {
            return Err(missing().into());
        };
        let advisory = crate::kernel::ids::advisory_id(case.id);
        let quorum = house.own().await?.quorum;
        let (published, early) = match state(house, advisory.into()).await? {
            Some(Aggregate::Advisory(advisory)) => {
                let first = advisory.published.first();
                let first = first.map(|first| (first.number.clone(), first.instant));
                (first, advisory.early(&case, quorum))
            }
            _ => (None, None),
        };
        let role = role_of(participant.part).ok_or_else(missing)?;
        Ok(Reader {
            house,
            audience: Audience {
                role,
                party: Some(PartyKey(party.id.bytes())),
                in_case: true,
                key: None,
            },
            // A fix that another vendor has ready opens nothing to this one.
            phase: case.phase(published.is_some(), &[]),
            grants: Grants {
                second_step_waived: participant.is_step_waived(&party),
                ..Grants::default()
            },
            channel: Channel::Session { strength },
            published,
            early,
            participant,
            party,
            case,
        })
    }

    /// The gate for this reader; what it withholds is not there.
    fn through(&self, text: &Classed) -> Option<Released> {
        self.by(&self.grants, text)
    }

    /// The same with grants for one text.
    fn by(&self, grants: &Grants, text: &Classed) -> Option<Released> {
        release(text, &self.audience, self.phase, grants, self.channel).ok()
    }

    /// A word that stands in no body, such as a number or a date, by the same gate.
    fn word(&self, class: Class, word: &str) -> Option<Released> {
        self.through(&Classed::new(class, Owner::Shared, Form::Body, word))
    }

    fn own(&self) -> Owner {
        Owner::Party(PartyKey(self.party.id.bytes()))
    }

    /// A sealed text, if it still can be opened and the gate lets it out.
    async fn text(&self, text: &TextRef, owner: Owner) -> Result<Option<Shown>, Fault> {
        match self.house.text(text, owner).await {
            Ok(classed) => Ok(self.through(&classed).map(Shown::from)),
            Err(Fault::Sealed) => Ok(None),
            Err(other) => Err(other),
        }
    }

    fn date(&self) -> page::Date {
        let date = date::of(&self.case, &self.participant);
        let state = date_state(date);
        // Whoever was never asked, or has left, is told no instant.
        let was_asked = matches!(date, Date::Running(_) | Date::Ended(Some(_)));
        let may_hear = was_asked && !self.participant.left;
        let until = self
            .case
            .until
            .filter(|_| state != page::DateState::Open)
            .and_then(|until| self.word(Class::D, &clock::rfc3339(until)))
            .map(|until| until.words_let_out().to_owned());
        page::Date {
            // Without its instant a date is nothing to talk about.
            state: if until.is_some() {
                state
            } else {
                page::DateState::Open
            },
            early: self
                .early
                .filter(|_| until.is_some() && may_hear)
                .and_then(|at| self.word(Class::D, &clock::rfc3339(at)))
                .map(|at| at.words_let_out().to_owned()),
            until,
            countered: self.participant.countered.map(clock::rfc3339),
            is_forward: self.participant.agreed_until > self.case.until,
            may_agree: date::may_agree(&self.participant),
        }
    }

    async fn details(&self, lang: Lang) -> Result<page::Details, Fault> {
        Ok(page::Details {
            case: self
                .word(Class::X, &self.case.number)
                .map(|number| number.words_let_out().to_owned())
                .unwrap_or_default(),
            texts: self.texts().await?,
            vulnerabilities: self.vulnerabilities().await?,
            answers: self.answers().await?,
            words: self.words(lang).await?,
            ticket: match &self.participant.ticket {
                Some(ticket) => self.text(ticket, self.own()).await?,
                None => None,
            },
            label: label(&self.participant, &self.party),
            naming: if self.participant.part == Part::Vendor {
                Some(page::Naming {
                    is_agreed: self.participant.is_named(),
                    others: self.others(lang).await?,
                })
            } else {
                None
            },
        })
    }

    /// The other vendors with whom this one agreed to be named: to each that consent is a grant of its own, so the
    /// gate decides for each anew.
    async fn others(&self, lang: Lang) -> Result<Vec<page::Other>, Fault> {
        let by_consent = Grants {
            consent: ClassSet::of(&[Class::N, Class::R]),
            ..self.grants
        };
        let mut out = Vec::new();
        if self.participant.naming.is_empty() {
            return Ok(out);
        }
        let viewer = store::Viewer::Participant {
            case: self.case.id,
            participant: self.participant.id,
        };
        for (id, party) in self.house.store.participants(viewer, self.case.id).await? {
            let Some(Aggregate::Participant(other)) = state(self.house, id.into()).await? else {
                continue;
            };
            let is_other = other.id != self.participant.id && other.part == Part::Vendor;
            if !is_other || !other.was_named_with(&self.participant) {
                continue;
            }
            let is_named = |one: &Participant| one.is_named() && one.may_have_details();
            let both = is_named(&other) && is_named(&self.participant);
            let Some(Aggregate::Party(party)) = state(self.house, party.into()).await? else {
                continue;
            };
            let owner = Owner::Party(PartyKey(party.id.bytes()));
            let name = match lang {
                Lang::Ja => party.name_ja,
                Lang::En => party.name_en,
            };
            let name = Classed::new(Class::N, owner, Form::Body, name);
            if let Some(name) = self.by(&by_consent, &name) {
                let status = board::public_label_of(&other, true).map(Into::into);
                let seen = self.by(&by_consent, &Classed::new(Class::R, owner, Form::Body, ""));
                out.push(page::Other {
                    name: name.into(),
                    status: status.filter(|_| both && seen.is_some()),
                    is_past: !both,
                });
            }
        }
        out.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(out)
    }

    /// The parts of the case's reports that were opened to this participant.
    async fn texts(&self) -> Result<Vec<page::Text>, Fault> {
        let mut parts = Vec::new();
        for report in self.case.reports() {
            if let Some(Aggregate::Report(report)) = state(self.house, report.into()).await? {
                parts.extend(report.parts);
            }
        }
        let mut out = Vec::new();
        for body in &self.participant.opened {
            let Some(part) = parts.iter().find(|part| part.body == *body) else {
                continue;
            };
            if let Some(text) = self.text(part, Owner::Shared).await? {
                out.push(page::Text {
                    kind: kind_of(part.class),
                    lang: part.lang,
                    text,
                });
            }
        }
        Ok(out)
    }

    /// The vulnerabilities that this participant's answers name. Where there are several, the others may be
    /// those of another vendor; a single one is everybody's.
    async fn vulnerabilities(&self) -> Result<Vec<page::Named>, Fault> {
        let all = &self.case.vulnerabilities;
        let answers = &self.participant.answers;
        let is_own = |label: &String| {
            let named = |answer: &ProductAnswer| answer.vulnerability.as_ref() == Some(label);
            all.len() == 1 || answers.iter().any(named)
        };
        let mut out = Vec::new();
        for (label, text) in all.iter().filter(|(label, _)| is_own(label)) {
            let label = self.word(Class::V, label);
            if let (Some(label), Some(words)) = (label, self.text(text, Owner::Shared).await?) {
                out.push(page::Named {
                    label: label.into(),
                    lang: text.lang,
                    text: words,
                });
            }
        }
        Ok(out)
    }

    async fn answers(&self) -> Result<Vec<page::Answer>, Fault> {
        let mut out = Vec::new();
        for answer in &self.participant.answers {
            let why = match &answer.because {
                Some(text) => {
                    let words = self.text(text, self.own()).await?;
                    words.map(|words| page::Said {
                        lang: text.lang,
                        text: words,
                    })
                }
                None => None,
            };
            out.push(page::Answer {
                product: answer.product.clone().unwrap_or_default(),
                versions: answer.versions.clone(),
                answer: match answer.answer {
                    VendorAnswer::Affected => page::AnswerKind::Affected,
                    VendorAnswer::NotAffected => page::AnswerKind::NotAffected,
                    VendorAnswer::Investigating => page::AnswerKind::Investigating,
                    VendorAnswer::Unknown => page::AnswerKind::Unknown,
                },
                fixed_in: answer.fixed_in.clone(),
                vulnerability: answer.vulnerability.clone(),
                why,
            });
        }
        Ok(out)
    }

    /// The party's own words; what others say of it and what the house adds are not the party's to read.
    async fn words(&self, lang: Lang) -> Result<Vec<page::Words>, Fault> {
        let mut out = Vec::new();
        for said in &self.participant.statements {
            let text = &said.text;
            let kind = match said.kind {
                StatementKind::Statement => page::WordsKind::Statement,
                StatementKind::Workaround => page::WordsKind::Workaround,
                StatementKind::Fix => page::WordsKind::Fix,
                StatementKind::References => page::WordsKind::References,
                StatementKind::Information | StatementKind::Addendum => continue,
            };
            if let Some(words) = self.text(text, self.own()).await? {
                out.push(page::Words {
                    kind,
                    about: said.about.as_ref().map(|about| {
                        formats::range::of_product(lang, &about.product, &about.versions)
                    }),
                    lang: text.lang,
                    text: words,
                });
            }
        }
        Ok(out)
    }
}

async fn state(house: &House, stream: StreamId) -> Result<Option<Aggregate>, Fault> {
    let loaded = house.load(stream).await?;
    Ok(loaded.map(|loaded| (*loaded.state).clone()))
}

/// The label under which a participant stands on the public board, as its own page says it.
#[must_use]
pub fn label(participant: &Participant, party: &Party) -> Option<VendorStatus> {
    board::public_label_of(participant, party.listed).map(VendorStatus::from)
}

/// The date's state as the page says it: of whoever was asked it does not tell a wish for another date from silence,
/// since that date stands beside it.
#[must_use]
pub const fn date_state(date: Date) -> page::DateState {
    match date {
        Date::Open => page::DateState::Open,
        Date::Running(Said::Agreed) => page::DateState::Agreed,
        Date::Running(Said::Declined) => page::DateState::Declined,
        Date::Running(Said::Asked | Said::Countered | Said::Lapsed) => page::DateState::Asked,
        Date::Ended(_) => page::DateState::Ended,
    }
}

/// The second step as the page says it.
#[must_use]
pub const fn step(state: SecondStepState) -> page::Step {
    match state {
        SecondStepState::Missing => page::Step::Missing,
        SecondStepState::Passed => page::Step::Passed,
        SecondStepState::Waived => page::Step::Waived,
    }
}

/// In what capacity a part reads; finders have their mailbox instead.
fn role_of(part: Part) -> Option<Role> {
    match part {
        Part::Vendor | Part::Other => Some(Role::Vendor),
        Part::Coordinator => Some(Role::ForeignCsirt),
        Part::Operator => Some(Role::SiteOperator),
        Part::Finder => None,
    }
}

const fn kind_of(class: Class) -> page::TextKind {
    match class {
        Class::V => page::TextKind::Vulnerability,
        Class::W => page::TextKind::Workaround,
        Class::F => page::TextKind::Fix,
        Class::E => page::TextKind::Evidence,
        Class::K1 => page::TextKind::Check,
        Class::K2 => page::TextKind::Detection,
        _ => page::TextKind::Other,
    }
}
