//! The ledger beside the bare peer: appends, whole commands, one lone writer.
//!
//! Thirty-two tasks each wait for the durable acknowledgement of one record before they bring the next. They
//! share a thread, as the writer has one of its own: on two cores more threads only get in its way.

use std::future::Future;
use std::rc::Rc;
use std::time::{Duration, Instant};

use domain::act::Act;
use domain::role::Role;
use domain::value::{ContactChannel, ContactResult, Lang, Part, PersonId, ReportKind};
use seal::record::Realm;
use tokio::task::LocalSet;

use crate::bare::{Bare, GROUP, PAYLOAD_BYTES};
use crate::median;
use crate::meter::{Meter, Spent};
use engine::command;
use engine::command::Command;
use engine::coordination::command as case;
use engine::intake::command as intake;
use engine::kernel::blank::Blanks;
use engine::kernel::clock;
use engine::kernel::find::TextInput;
use engine::party::command as party;
use engine::{Fault, House, Location};

/// How long one round of one side lasts.
const ROUND: Duration = Duration::from_millis(1500);
/// Both sides are warmed up for so long; what they do in it does not count.
const WARM_UP: Duration = Duration::from_millis(300);

/// Rounds of one side.
#[derive(Default)]
struct Side {
    per_s: Vec<f64>,
    cpu_us: Vec<f64>,
}

impl Side {
    fn take(&mut self, (rows, spent): (u32, Spent)) {
        let rows = f64::from(rows.max(1));
        self.per_s.push(rows / spent.wall.as_secs_f64());
        self.cpu_us.push(spent.cpu.as_secs_f64() * 1e6 / rows);
    }
}

fn print(engine: &str, ours: &Side, bare: &Side) {
    println!("engine={engine}");
    println!("rounds={}", ours.per_s.len());
    for (name, side) in [("ours", ours), ("bare", bare)] {
        println!("{name}_per_s={:.0}", median(&side.per_s));
        println!("{name}_cpu_us={:.2}", median(&side.cpu_us));
    }
    println!("ratio={:.3}", median(&ours.per_s) / median(&bare.per_s));
}

/// Runs all clients to their end, side by side; returns their rows and what they cost.
async fn together<F>(server: Option<u32>, clients: Vec<F>) -> Result<(u32, Spent), Fault>
where
    F: Future<Output = Result<u32, Fault>> + 'static,
{
    let meter = Meter::start(server);
    let local = LocalSet::new();
    let tasks: Vec<_> = clients
        .into_iter()
        .map(|client| local.spawn_local(client))
        .collect();
    let rows = local
        .run_until(async {
            let mut rows = 0;
            for task in tasks {
                rows += task.await.map_err(|_| Fault::Form("measuring task"))??;
            }
            Ok::<u32, Fault>(rows)
        })
        .await?;
    Ok((rows, meter.stop()))
}

/// Seals once what all records carry: nonce, text and tag are [`PAYLOAD_BYTES`] together.
fn sealed() -> Vec<u8> {
    let key = seal::random::bytes::<32>();
    seal::body::seal_raw(&key, b"measurement", &[b'x'; PAYLOAD_BYTES - 40])
}

async fn append_until(mut blanks: Blanks, until: Instant) -> Result<u32, Fault> {
    let mut rows = 0;
    while Instant::now() < until {
        blanks.write().await?;
        rows += 1;
    }
    Ok(rows)
}

/// Appends only: chain, group commit, acknowledgement.
pub async fn append(house: House, location: &Location, rounds: u64) -> Result<(), Fault> {
    let mut bare = Bare::open(location).await?;
    let sealed = sealed();
    let clients = |during: Duration| {
        let until = Instant::now() + during;
        (0..GROUP)
            .map(|_| Ok(append_until(house.blanks(&sealed)?, until)))
            .collect::<Result<Vec<_>, Fault>>()
    };
    bare.fill(WARM_UP).await?;
    together(None, clients(WARM_UP)?).await?;
    let (mut ours, mut peer) = (Side::default(), Side::default());
    for _ in 0..rounds {
        peer.take(bare.fill(ROUND).await?);
        ours.take(together(bare.server, clients(ROUND)?).await?);
    }
    print(house.engine_name(), &ours, &peer);
    Ok(())
}

async fn contact_until(
    house: Rc<House>,
    participant: String,
    until: Instant,
) -> Result<u32, Fault> {
    let command = contact(participant);
    let mut done = 0;
    let coordinator = coordinator(&house).await?;
    while Instant::now() < until {
        let act = coordinator_now(coordinator);
        command::perform(&house, &act, Realm::Live, &command).await?;
        done += 1;
    }
    Ok(done)
}

/// Whoever asks for the commands that are measured.
async fn coordinator(house: &House) -> Result<(PersonId, Role), Fault> {
    let known = house.person_called("coordinator").await?;
    let known = known.ok_or(Fault::Form("coordinator"))?;
    Ok((known.id, known.person.role))
}

fn coordinator_now((id, role): (PersonId, Role)) -> Act {
    Act::of_person(id, role, clock::now())
}

/// By mail, so that an intent for the outbox is written too; nothing sends it from here.
fn contact(participant: String) -> Command {
    Command::Contact(case::Contact {
        participant,
        channel: ContactChannel::Mail,
        result: ContactResult::Tried,
    })
}

/// A case with as many participants as there are clients; its clock has started.
async fn participants(house: &House) -> Result<Vec<String>, Fault> {
    let draw = || seal::random::uuid(0);
    let (report, case) = (draw(), draw());
    let mut commands = vec![
        Command::FileReport(intake::FileReport {
            id: Some(report),
            kind: ReportKind::Archive,
            channel: ContactChannel::NotRecorded,
            text: Some(TextInput {
                lang: Lang::En,
                text: "An invented report, made for a measurement.".to_owned(),
            }),
            fields: None,
            finder: None,
            contact: None,
            consent: String::new(),
        }),
        Command::AcceptReport(intake::AcceptReport {
            report: report.to_string(),
            case: Some(case),
            public_since: None,
        }),
    ];
    let mut out = Vec::with_capacity(GROUP);
    for n in 0..GROUP {
        let (party, participant) = (draw(), draw());
        commands.push(Command::RegisterParty(party::RegisterParty {
            id: Some(party),
            name_ja: format!("計測用の架空の会社 {n}"),
            name_en: format!("Invented Company for Measuring {n}"),
            kana: String::new(),
            contact: None,
            lang: Lang::En,
            listed: false,
        }));
        commands.push(Command::AddParticipant(case::AddParticipant {
            id: Some(participant),
            case: case.to_string(),
            party: party.to_string(),
            part: Part::Vendor,
        }));
        commands.push(contact(participant.to_string()));
        out.push(participant.to_string());
    }
    let act = coordinator_now(coordinator(house).await?);
    for command in &commands {
        command::perform(house, &act, Realm::Live, command).await?;
    }
    Ok(out)
}

/// Whole commands: load, decide, seal, chain, project, outbox.
pub async fn command(house: House, location: &Location, rounds: u64) -> Result<(), Fault> {
    let mut bare = Bare::open(location).await?;
    let participants = participants(&house).await?;
    let house = Rc::new(house);
    let clients = |during: Duration| {
        let until = Instant::now() + during;
        participants
            .iter()
            .map(|participant| contact_until(Rc::clone(&house), participant.clone(), until))
            .collect::<Vec<_>>()
    };
    bare.fill(WARM_UP).await?;
    together(None, clients(WARM_UP)).await?;
    let (mut ours, mut peer) = (Side::default(), Side::default());
    for _ in 0..rounds {
        peer.take(bare.fill(ROUND).await?);
        ours.take(together(bare.server, clients(ROUND)).await?);
    }
    print(house.engine_name(), &ours, &peer);
    Ok(())
}

/// One writer alone: what an append takes with the grouping that waits for others, beside a bare commit of one row.
pub async fn alone(house: House, location: &Location, rounds: u64) -> Result<(), Fault> {
    let mut bare = Bare::open(location).await?;
    let sealed = sealed();
    bare.singles(WARM_UP).await?;
    let (mut ours, mut peer) = (Vec::new(), Vec::new());
    for round in 0..=rounds {
        let singles = bare.singles(ROUND).await?;
        let mut blanks = house.blanks(&sealed)?;
        let until = Instant::now() + ROUND;
        let mut took = Vec::new();
        while Instant::now() < until {
            let begun = Instant::now();
            blanks.write().await?;
            took.push(begun.elapsed().as_secs_f64() * 1e6);
        }
        if round > 0 {
            peer.push(median(&singles));
            ours.push(median(&took));
        }
    }
    println!("engine={}", house.engine_name());
    println!("rounds={rounds}");
    println!("ours_p50_us={:.1}", median(&ours));
    println!("bare_p50_us={:.1}", median(&peer));
    println!("ratio={:.3}", median(&ours) / median(&peer));
    Ok(())
}
