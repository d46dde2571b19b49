//! The advisory at the desk: its form, the working draft on the server, findings, and what the reader sees of them.
//!
//! A working draft belongs to the case, not to a person: whoever comes second sees what the first saved, and nobody
//! overwrites anybody without having read it. Recording makes the event from which plans are made.

pub mod fields;

mod kept;

pub mod preview;

mod refused;

mod working;

use domain::coordination::board::{self, PublicLabel};
use domain::coordination::case::Case;
use domain::publication::Advisory;
use domain::refusal::Refusal;
use domain::text::phase::Phase;
use domain::value::{Lang, Part};
use engine::advisory::check;
use engine::advisory::command::{DraftAdvisory, Prepared, Wanted};
use engine::advisory::compose::Spot;
use engine::advisory::rehearsal;
use engine::advisory::rehearsal::Rehearsal;
use engine::advisory::sources;
use engine::advisory::sources::Origin;
use engine::command::Command;
use engine::kernel::turns::Turn;
use engine::kernel::unit::Unit;
use engine::people::drafts::Saved;
use engine::publication::facts as plan;
use engine::{Fault, Instant, Viewer};
use pages::advisory::view;
use pages::advisory::view::{Check, Editor};
use pages::advisory::{conflict, form as page, mend};
use pages::kit::form::Typed;
use pages::kit::moment;
use seal::record::Realm;

use self::fields::{Sayings, Surroundings};
pub(crate) use self::refused::{not_recorded, refused};
use self::working::{NOT_CONTENT, content, draft_name, form_of, keep, met, unseen};
use crate::coordination::desk::{find, members};
use crate::door::act::tn;
use crate::door::act::word;
use crate::door::answer::Answer;
use crate::door::room::Room;
use crate::door::sight::{Eyes, Seen};
use crate::door::visit::{Signed, Stop, Visit};

/// Tells whether a person composes advisories.
pub(crate) fn may_edit(signed: &Signed) -> bool {
    signed.may("draft-advisory")
}

fn editor(visit: &Visit) -> Result<&Signed, Stop> {
    let signed = visit.person()?;
    if may_edit(signed) {
        Ok(signed)
    } else {
        Err(Stop::Role)
    }
}

/// A case with its advisory, as the editor works on it.
pub(crate) struct Desk {
    pub(crate) case: Case,
    pub(crate) stream: Option<Advisory>,
}

impl Desk {
    pub(crate) async fn of(room: &Room, visit: &Visit, number: &str) -> Result<Desk, Stop> {
        let case = find(room, visit.viewer()?, number).await?;
        let stream = plan::stream(&room.house, &case).await?;
        // What was published before cases had tracks stays to be read.
        let track = engine::coordination::track_of(&room.house, &case).await?;
        if stream.is_none() && !track.is_for_the_public() {
            return Err(Stop::NotFound);
        }
        Ok(Desk { case, stream })
    }

    fn revision(&self) -> u32 {
        self.stream.as_ref().map_or(1, Advisory::next_revision)
    }

    fn recorded_at(&self) -> i64 {
        let draft = self.stream.as_ref().and_then(|s| s.draft.as_ref());
        draft.map_or(0, |draft| draft.at.0)
    }

    /// The form as it is recorded, or as a case without any draft begins, for the eyes of one person.
    async fn recorded(&self, room: &Room, signed: &Signed) -> Result<Typed, Stop> {
        let viewer = Viewer::Person(signed.id);
        let phase = engine::kernel::find::phase_of(&room.house, viewer, &self.case).await?;
        if let Some(draft) = self.stream.as_ref().and_then(|s| s.draft.as_ref()) {
            // Composing has begun: its editors read what it is made of as from the first contact on.
            let phase = phase.max(Phase::P1);
            return fields::fill(room, signed, phase, draft, self.revision()).await;
        }
        let eyes = Eyes::of_editor(room, signed, phase, false);
        let mut typed = Typed::default();
        for (field, text) in &self.case.texts {
            match eyes.look(text).await? {
                Some(Seen::Shown(words)) => fields::fill_own(&mut typed, *field, text, &words),
                Some(Seen::Closed | Seen::Nothing) => kept::put(&mut typed, *field, text),
                None => {}
            }
        }
        Ok(typed)
    }

    /// The instant that the form names, or that of the plan, or the embargo's end.
    fn issued(&self, typed: &Typed) -> Option<Instant> {
        moment::read(&mut typed.clone(), "at").or_else(|| {
            let plan = self.stream.as_ref().and_then(|stream| stream.plan.as_ref());
            let until = self.case.until.filter(|_| self.case.em.in_force());
            plan.map(|plan| plan.instant).or(until)
        })
    }
}

/// The page.
///
/// # Errors
/// [`Stop::NotFound`], [`Stop::Role`]; if the store fails.
pub async fn show(room: &Room, visit: Visit) -> Result<Answer, Stop> {
    let signed = editor(&visit)?;
    let desk = Desk::of(room, &visit, visit.param(0)).await?;
    let saved = room.house.draft(&draft_name(&desk.case)).await?;
    let typed = match &saved {
        Some(saved) => content(&form_of(saved)),
        None => desk.recorded(room, signed).await?,
    };
    let page = render(room, &visit, &desk, typed, saved.as_ref()).await?;
    Ok(Answer::page(page))
}

/// Shows the form with its findings, as somebody filled it.
async fn render(
    room: &Room,
    visit: &Visit,
    desk: &Desk,
    mut typed: Typed,
    saved: Option<&Saved>,
) -> Result<Vec<u8>, Stop> {
    let signed = visit.person()?;
    let own = room.house.own().await?;
    let tab = Some(typed.value("tab").to_owned()).filter(|tab| !tab.is_empty());
    let base = typed.trimmed("base").parse().ok();
    let recorded = typed.trimmed("recorded").parse().ok();
    let sources = offered(room, visit, desk).await?;
    let (products, seen) = products(room, visit, desk).await?;
    let checks = checks(room, visit, desk, &typed, seen).await?;
    for name in NOT_CONTENT {
        typed.set(name, "");
    }
    fields::forget_sources(&mut typed);
    let view = Editor {
        number: desk.case.number.clone(),
        revision: desk.revision(),
        base: base.unwrap_or_else(|| saved.map_or(0, |saved| saved.at)),
        tab: tab.unwrap_or_else(|| seal::hex(&seal::random::bytes::<8>())),
        recorded: recorded.unwrap_or_else(|| desk.recorded_at()),
        saved: saved.map(|saved| view::Saved {
            who: own
                .persons
                .get(&saved.person)
                .map_or_else(String::new, |person| person.handle.clone()),
            at: engine::kernel::clock::rfc3339(Instant(saved.at)),
            is_own: saved.person == signed.id,
        }),
        sources,
        products,
        checks,
        has_plan: desk.stream.as_ref().is_some_and(|s| s.plan.is_some()),
    };
    Ok(page::page(&visit.inside(room), &view, &typed))
}

async fn offered(room: &Room, visit: &Visit, desk: &Desk) -> Result<Vec<view::Source>, Stop> {
    let signed = visit.person()?;
    let mut unit = Unit::new(&room.house, visit.act(), "rehearsal", Realm::Live);
    let found = sources::offered(&mut unit, &desk.case, signed.role).await?;
    let is_japanese = visit.lang == Lang::Ja;
    Ok(found
        .into_iter()
        .map(|source| view::Source {
            body: source.text.body.0.to_string(),
            origin: match source.origin {
                Origin::Report { handling } => view::Origin::Report(handling),
                Origin::Vendor {
                    name_ja,
                    name_en,
                    kind,
                    about,
                } => {
                    let name = if is_japanese { name_ja } else { name_en };
                    let name = match about {
                        Some(about) => {
                            let (product, range) = (&about.product, &about.versions);
                            let range = formats::range::of_product(visit.lang, product, range);
                            format!("{name}, {range}")
                        }
                        None => name,
                    };
                    view::Origin::Vendor(name, word(kind))
                }
                Origin::Case(field) | Origin::Draft(field) => {
                    view::Origin::Case(check::name(field).to_owned())
                }
            },
            class: source.text.class.code().to_owned(),
            lang: source.text.lang,
            text: source.words.into(),
        })
        .collect())
}

/// Vendors on the board: whether there are any, and how many still look into it.
#[derive(Clone, Copy)]
struct Board {
    has_any: bool,
    investigating: usize,
}

/// Affected products from the vendors' answers, and what the lints want to know of the board.
async fn products(
    room: &Room,
    visit: &Visit,
    desk: &Desk,
) -> Result<(Vec<view::Product>, Board), Stop> {
    let mut rows = Vec::new();
    let mut board = Board {
        has_any: false,
        investigating: 0,
    };
    for (participant, party) in members(room, visit.viewer()?, &desk.case, visit.lang).await? {
        if participant.part != Part::Vendor {
            continue;
        }
        if let Some(label) = board::public_label_of(&participant, party.listed) {
            board.has_any = true;
            let is_open = label == PublicLabel::Investigating;
            board.investigating += usize::from(is_open);
        }
        let vendor = match visit.lang {
            Lang::Ja => &party.name_ja,
            Lang::En => &party.name_en,
        };
        rows.extend(participant.answers.iter().filter_map(|answer| {
            Some(view::Product {
                vendor: vendor.clone(),
                tracking: tn(&participant),
                product: answer.product.clone()?,
                versions: answer.versions.clone(),
                answer: word(answer.answer),
                fixed_in: answer.fixed_in.clone().unwrap_or_default(),
            })
        }));
    }
    Ok((rows, board))
}

/// Findings of a form: the lints, and what the gate and the overlap check say of it.
async fn checks(
    room: &Room,
    visit: &Visit,
    desk: &Desk,
    typed: &Typed,
    board: Board,
) -> Result<Vec<Check>, Stop> {
    // A form that comes back bears what was wrong already.
    let mut read = Typed::filled(typed.pairs());
    let said = fields::read(&mut read, desk.revision());
    let issued = desk.issued(typed);
    let written = issued.map(engine::kernel::clock::rfc3339);
    let mut out = fields::lints(
        &said,
        &Surroundings {
            issued: written.as_deref(),
            has_board: board.has_any,
            investigating: board.investigating,
            revision: desk.revision(),
            earlier_kept: desk
                .stream
                .as_ref()
                .is_none_or(|s| s.published.iter().all(|p| !p.files.is_empty())),
        },
    );
    out.extend(fields::unread(&read));
    // What a plan would say of the same draft, once each: the document knows the board, the case and the scores.
    for check in at_the_gate(room, visit, desk, &said, issued).await? {
        if !out.iter().any(|known| known.is_same(&check)) {
            out.push(check);
        }
    }
    // What must be mended stands first; rules stay together.
    out.sort_by_key(|check| !check.is_error);
    Ok(out)
}

async fn at_the_gate(
    room: &Room,
    visit: &Visit,
    desk: &Desk,
    said: &Sayings,
    issued: Option<Instant>,
) -> Result<Vec<Check>, Stop> {
    let Some(command) = said.command(&desk.case.number) else {
        return Ok(vec![]);
    };
    let error = |rule: &str, field: &str, code: &str, about: String| Check {
        rule: rule.to_owned(),
        field: field.to_owned(),
        code: code.to_owned(),
        is_error: true,
        about,
        ..Check::default()
    };
    let prepared = match composed(room, visit, desk, Some(&command), issued).await {
        Ok(prepared) => prepared,
        // Of a finder's name the gate asks for consent, which is a box of this form.
        Err(Fault::Refused(Refusal::Withheld { class: "H", .. })) => {
            return Ok(vec![error(
                "gate",
                "credit_consent",
                "no_consent",
                String::new(),
            )]);
        }
        Err(Fault::Refused(Refusal::Withheld { class, .. })) => {
            return Ok(vec![error("gate", "fix", "withheld", class.to_owned())]);
        }
        // Whatever else stands in the way is told when the form is sent.
        Err(Fault::Refused(_) | Fault::Sealed) => return Ok(vec![]),
        Err(other) => return Err(other.into()),
    };
    let composition = &prepared.composition;
    let found = fields::of_the_plan(&said.texts, prepared.findings);
    let repeats = composition.overlaps.iter().filter_map(|hit| {
        let one = composition.outgoing.get(hit.text)?;
        let piece = one.text.get(hit.at..hit.at + hit.len)?.to_owned();
        let (field, lang) = match &one.place {
            Spot::Field(field, lang) => (check::name(*field), Some(*lang)),
            Spot::Vendor(_) => ("vendors", None),
            Spot::Products => ("products", None),
            Spot::References => ("references", None),
        };
        Some(Check {
            lang,
            ..error("overlap", field, "repeats", piece)
        })
    });
    Ok(found.into_iter().chain(repeats).collect())
}

/// Rehearses the release of a draft at an instant; without one, at the next full hour.
pub(crate) async fn rehearse(
    room: &Room,
    visit: &Visit,
    desk: &Desk,
    draft: Option<&DraftAdvisory>,
    issued: Option<Instant>,
) -> Result<Rehearsal, Fault> {
    let input = at_instant(visit, desk, issued);
    rehearsal::rehearse(&room.house, &visit.act(), Realm::Live, draft, &input).await
}

/// The same without its documents, for the findings.
pub(crate) async fn composed(
    room: &Room,
    visit: &Visit,
    desk: &Desk,
    draft: Option<&DraftAdvisory>,
    issued: Option<Instant>,
) -> Result<Prepared, Fault> {
    let input = at_instant(visit, desk, issued);
    rehearsal::composed(&room.house, &visit.act(), Realm::Live, draft, &input).await
}

fn at_instant(visit: &Visit, desk: &Desk, issued: Option<Instant>) -> Wanted {
    const HOUR_US: i64 = 3_600_000_000;
    let act = visit.act();
    let hour = Instant((act.now.0 / HOUR_US + 1) * HOUR_US);
    Wanted {
        case: desk.case.number.clone(),
        instant: Some(issued.unwrap_or(hour)),
    }
}

/// What the form was sent for.
///
/// # Errors
/// [`Stop::NotFound`], [`Stop::Role`]; if the store fails.
pub async fn save(room: &Room, visit: Visit) -> Result<Answer, Stop> {
    editor(&visit)?;
    let (_turn, desk) = own_turn(room, &visit).await?;
    let mut typed = visit.form.clone();
    let verb = typed.value("do").to_owned();
    let here = format!("/desk/cases/{}/advisory", desk.case.number);
    match verb.as_str() {
        "discard" => {
            if let Some(answer) = unseen(room, &visit, &desk, &typed).await? {
                return Ok(answer);
            }
            room.house.draft_drop(&draft_name(&desk.case)).await?;
            Ok(Answer::see(
                visit.href(&format!("{here}?done=draft-restored")),
            ))
        }
        "check" => shown_again(room, &visit, &desk, typed).await,
        "record" => record(room, &visit, &desk, typed, &here).await,
        "preview" | "save" | "resolve" => {
            if verb == "resolve" {
                typed = conflict::resolve(&typed);
            }
            if let Err(answer) = keep(room, &visit, &desk, &typed).await? {
                return Ok(answer);
            }
            // A preview shows what would be published: what cannot be read is named first, and is not left out of it.
            let mut read = typed.clone();
            fields::read(&mut read, desk.revision());
            if verb == "preview" && !fields::unread(&read).is_empty() {
                return shown_again(room, &visit, &desk, read).await;
            }
            let next = match verb.as_str() {
                "preview" => format!("{here}/preview?as=page-{}", visit.lang.tag()),
                _ => format!("{here}?done=draft-saved"),
            };
            Ok(Answer::see(visit.href(&next)))
        }
        other => {
            change(room, &visit, &desk, &mut typed, other).await?;
            shown_again(room, &visit, &desk, typed).await
        }
    }
}

/// Waits for this form's turn on the case, and reads the case as it stands then.
async fn own_turn(room: &Room, visit: &Visit) -> Result<(Turn, Desk), Stop> {
    let case = Desk::of(room, visit, visit.param(0)).await?.case.id;
    let turn = room.house.turns.take(&[case.into()]).await;
    Ok((turn, Desk::of(room, visit, visit.param(0)).await?))
}

async fn shown_again(
    room: &Room,
    visit: &Visit,
    desk: &Desk,
    typed: Typed,
) -> Result<Answer, Stop> {
    let is_good = typed.is_good();
    let page = render(room, visit, desk, typed, None).await?;
    Ok(if is_good {
        Answer::page(page)
    } else {
        Answer::wrong(page)
    })
}

/// Takes a source over, or mends a finding: the form changes and nothing is saved yet.
async fn change(
    room: &Room,
    visit: &Visit,
    desk: &Desk,
    typed: &mut Typed,
    verb: &str,
) -> Result<(), Stop> {
    if let Some(key) = verb.strip_prefix("take-") {
        let wanted = typed.value(&format!("take-{key}")).to_owned();
        let found = offered(room, visit, desk).await?;
        match found.into_iter().find(|source| source.body == wanted) {
            Some(source) => {
                typed.set(format!("t-{key}"), source.text.as_str());
                typed.set(format!("from-{key}"), source.body);
            }
            None => typed.refuse(&format!("take-{key}"), "editor-wrong-take"),
        }
        return Ok(());
    }
    if let Some(key) = verb.strip_prefix("mend-H2-") {
        let name = format!("t-{key}");
        let lang = if key.ends_with("-en") {
            Lang::En
        } else {
            Lang::Ja
        };
        let mut words = typed.value(&name).to_owned();
        for term in domain::advisory::jargon::without_gloss(lang, &words.clone()) {
            words = domain::advisory::jargon::with_gloss(&words, &term);
        }
        typed.set(name, words);
        return Ok(());
    }
    let now = engine::kernel::clock::now();
    if mend::apply(typed, verb, visit.lang, now) {
        Ok(())
    } else {
        Err(Stop::NotFound)
    }
}

async fn record(
    room: &Room,
    visit: &Visit,
    desk: &Desk,
    mut typed: Typed,
    here: &str,
) -> Result<Answer, Stop> {
    let said = fields::read(&mut typed, desk.revision());
    let Some(command) = said.command(&desk.case.number).filter(|_| typed.is_good()) else {
        return shown_again(room, visit, desk, typed).await;
    };
    if let Some(answer) = met(room, visit, desk, &typed).await? {
        return Ok(answer);
    }
    let act = visit.act();
    let command = Command::DraftAdvisory(command);
    match engine::command::perform(&room.house, &act, Realm::Live, &command).await {
        Ok(_) => {
            room.house.draft_drop(&draft_name(&desk.case)).await?;
            Ok(Answer::see(
                visit.href(&format!("{here}?done=advisory-recorded")),
            ))
        }
        Err(fault) => {
            not_recorded(&mut typed, fault)?;
            shown_again(room, visit, desk, typed).await
        }
    }
}

/// Saves the working draft while somebody types.
///
/// # Errors
/// [`Stop::NotFound`], [`Stop::Role`]; if the store fails.
pub async fn autosave(room: &Room, visit: Visit) -> Result<Answer, Stop> {
    editor(&visit)?;
    let (_turn, desk) = own_turn(room, &visit).await?;
    Ok(match keep(room, &visit, &desk, &visit.form).await? {
        Ok(_) => Answer::fragment(vec![]),
        Err(conflict) => conflict,
    })
}

/// The findings while somebody types.
///
/// # Errors
/// [`Stop::NotFound`], [`Stop::Role`]; if the store fails.
pub async fn lint(room: &Room, visit: Visit) -> Result<Answer, Stop> {
    editor(&visit)?;
    let desk = Desk::of(room, &visit, visit.param(0)).await?;
    let (_, board) = products(room, &visit, &desk).await?;
    let checks = checks(room, &visit, &desk, &visit.form, board).await?;
    Ok(Answer::fragment(pages::advisory::fragment(
        visit.lang, &checks,
    )))
}

/// The newest form of the advisory as a command: the working draft if it is one already, else what is recorded.
pub(crate) async fn newest(
    room: &Room,
    desk: &Desk,
) -> Result<(Option<DraftAdvisory>, Option<Instant>), Stop> {
    let saved = room.house.draft(&draft_name(&desk.case)).await?;
    let Some(saved) = saved else {
        return Ok((None, None));
    };
    let mut typed = content(&form_of(&saved));
    let issued = desk.issued(&typed);
    let said = fields::read(&mut typed, desk.revision());
    Ok((said.command(&desk.case.number), issued))
}
