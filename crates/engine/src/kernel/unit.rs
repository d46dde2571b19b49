//! A unit of work: commands that are decided on loaded states and written in one transaction.
//!
//! This is the one gateway into the ledger: [`House::perform`] loads, decides, seals, writes. A command that
//! is refused leaves nothing behind, neither event nor body. When another change came first, the command is
//! decided anew on the newer state.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use domain::act::Act;
use domain::aggregate::Aggregate;
use domain::event::{Change, Recorded};
use domain::permit;
use domain::react::{self, Intent};
use domain::refusal::Refusal;
use domain::text::class::{Class, Compartment};
use domain::text::gate::Classed;
use domain::text::standing::Owner;
use domain::value::*;
use seal::body::Place;
use seal::keyring::{KeyId, Secret};
use seal::record::Realm;
use store::compartment_code;
use store::projection::StreamFacts;
use store::write::{NewRecord, TableRow, Write};

use crate::Awaited;
use crate::Fault;
use crate::kernel::clock;
use crate::kernel::house::{House, Loaded, classed, payload_place};

/// The bell that is rung at every commit to the ledger; an intent rings the bell of its kind, a copy that of its channel.
pub const LEDGER_BELL: &str = "ledger";

/// How often a command is decided anew when others come first.
const ATTEMPTS_MAX: u32 = 16;

/// Commands decided together.
pub struct Unit<'h> {
    pub house: &'h House,
    pub act: Act,
    /// Name of the command that is being decided.
    pub command: &'static str,
    /// Realm of what is made.
    pub realm: Realm,
    /// Name of the portal's letter that is performed.
    pub letter: Option<[u8; 16]>,
    /// Dossier of streams that are about to begin and are not their own dossier.
    dossiers: HashMap<StreamId, StreamId>,
    loaded: HashMap<StreamId, Option<Loaded>>,
    read: HashMap<StreamId, u32>,
    touched: Vec<StreamId>,
    records: Vec<NewRecord>,
    rows: Vec<TableRow>,
    /// Rows that stand there already, of which the last record speaks.
    counted: Vec<seal::coverage::Covered>,
    keys: HashMap<(StreamId, Compartment), (KeyId, Secret)>,
    /// How often the epoch had changed when the first of them was read.
    turn: Option<u64>,
    fresh: Vec<(StreamId, Compartment, KeyId, Secret)>,
    /// Digits drawn by this unit, which no row shows yet.
    pub(crate) drawn: std::collections::HashSet<String>,
    after: Vec<After>,
}

/// What follows once the events are durable: rows that echo them.
#[derive(Clone, Debug)]
pub enum After {
    /// A copy's row takes the state that an event has given it.
    Settle(store::distribution::Settled),
    /// Waiting copies of somebody who left are dropped.
    Drop(SubscriberId),
    /// An intent about a stream has nothing to wait for any more.
    End(Intent, StreamId),
}

/// What is written, the states to remember, the keys that are new.
type Finished = (
    Write,
    Vec<(StreamId, Loaded)>,
    Vec<(StreamId, Compartment, KeyId, Secret)>,
);

/// Place in a unit to which a refused command is rolled back.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    rows: usize,
}

impl<'h> Unit<'h> {
    /// Begins a unit for an act.
    #[must_use]
    pub fn new(house: &'h House, act: Act, command: &'static str, realm: Realm) -> Self {
        Unit {
            house,
            act,
            command,
            realm,
            letter: None,
            dossiers: HashMap::new(),
            loaded: HashMap::new(),
            read: HashMap::new(),
            touched: Vec::new(),
            records: Vec::new(),
            rows: Vec::new(),
            counted: Vec::new(),
            keys: HashMap::new(),
            turn: None,
            fresh: Vec::new(),
            drawn: std::collections::HashSet::new(),
            after: Vec::new(),
        }
    }

    /// Draws an internal id.
    #[must_use]
    pub fn draw(&self) -> uuid::Uuid {
        seal::random::uuid(u64::try_from(self.act.now.0 / 1000).unwrap_or(0))
    }

    /// Number of events decided so far.
    #[must_use]
    pub fn events(&self) -> usize {
        self.records.len()
    }

    /// Remembers where the unit stands.
    #[must_use]
    pub fn mark(&self) -> Mark {
        Mark {
            rows: self.rows.len(),
        }
    }

    /// Drops what a refused command left: bodies and rows; events are only recorded after the decision.
    pub fn roll_back(&mut self, mark: Mark) {
        let dropped = self.rows.split_off(mark.rows.min(self.rows.len()));
        // Keys drawn by the refused command stay: an unused key harms nobody, a lost one loses a later text.
        self.rows.extend(
            dropped
                .into_iter()
                .filter(|row| row.table().name == "sealed_key"),
        );
    }

    /// The state of a stream, with what this unit has decided.
    ///
    /// # Errors
    /// [`Refusal::Wall`] if it belongs to the other realm; faults of the store.
    pub async fn state(&mut self, stream: StreamId) -> Result<Option<Arc<Aggregate>>, Fault> {
        if !self.loaded.contains_key(&stream) {
            let found = self.house.load(stream).await?;
            self.read
                .insert(stream, found.as_ref().map_or(0, |l| l.version));
            self.loaded.insert(stream, found);
        }
        match self.loaded.get(&stream) {
            Some(Some(loaded)) if loaded.realm != self.realm.code() => Err(Refusal::Wall.into()),
            Some(Some(loaded)) => Ok(Some(Arc::clone(&loaded.state))),
            _ => Ok(None),
        }
    }

    /// Seals a text into a dossier and returns its reference.
    ///
    /// # Errors
    /// [`Refusal::ReceiptInText`] if a receipt stands in it; faults of keys and store.
    pub async fn text(
        &mut self,
        dossier: StreamId,
        class: Class,
        lang: Lang,
        text: &str,
    ) -> Result<TextRef, Fault> {
        if text.len() > 256 << 10 {
            return Err(Refusal::Input {
                field: "text",
                why: "longer than 256 KiB; cut it, or attach it",
            }
            .into());
        }
        if class != Class::C && seal::receipt::contains_receipt(text) {
            return Err(Refusal::ReceiptInText.into());
        }
        let body = self
            .bytes(dossier, class.compartment(), text.as_bytes())
            .await?;
        Ok(TextRef {
            body,
            dossier,
            class,
            lang,
        })
    }

    /// Seals bytes into a compartment and returns the body's id.
    ///
    /// # Errors
    /// Faults of keys and store.
    pub async fn bytes(
        &mut self,
        dossier: StreamId,
        compartment: Compartment,
        bytes: &[u8],
    ) -> Result<BodyId, Fault> {
        let (key_id, key) = self.key(dossier, compartment).await?;
        let id = BodyId(self.draw());
        let place = Place {
            house: self.house.id(),
            dossier: dossier.bytes(),
            compartment: compartment_code(compartment),
            id: id.bytes(),
        };
        let sealed = seal::body::seal(key.bytes(), &place, bytes);
        let row = store::BodyRow {
            id,
            realm: self.realm.code(),
            body: store::StoredBody {
                dossier,
                compartment,
                key: key_id,
                sealed,
            },
        };
        self.rows.push(row.into());
        Ok(id)
    }

    /// Opens a text of a case, be it stored or sealed by this unit and not written yet.
    ///
    /// # Errors
    /// As [`House::text`].
    pub(crate) async fn opened(&self, text: &TextRef) -> Result<Classed, Fault> {
        let wanted = store::value::Value::from(text.body.bytes());
        let waiting = self.rows.iter().find_map(|row| {
            let is_body = row.table().name == store::schema::BODY.name;
            let is_it = is_body && row.cell("id") == Some(&wanted);
            is_it.then(|| row.cell("sealed")).flatten()
        });
        let Some(store::value::Value::Bytes(sealed)) = waiting else {
            return self.house.text(text, Owner::Shared).await;
        };
        let compartment = text.class.compartment();
        let (_, key) = self
            .keys
            .get(&(text.dossier, compartment))
            .ok_or(Fault::Sealed)?;
        let place = Place {
            house: self.house.id(),
            dossier: text.dossier.bytes(),
            compartment: compartment_code(compartment),
            id: text.body.bytes(),
        };
        let bytes = seal::body::open(key.bytes(), &place, sealed).map_err(|_| Fault::Sealed)?;
        classed(text, Owner::Shared, bytes)
    }

    async fn key(
        &mut self,
        dossier: StreamId,
        compartment: Compartment,
    ) -> Result<(KeyId, Secret), Fault> {
        if let Some(found) = self.keys.get(&(dossier, compartment)) {
            return Ok(found.clone());
        }
        if self.turn.is_none() {
            self.turn = Some(*self.house.keys.turn().await);
        }
        let found = match self
            .house
            .keys
            .get(&self.house.store, dossier, compartment)
            .await?
        {
            Some(found) => found,
            None => {
                let (id, key, row) = self.house.keys.draw(dossier, compartment)?;
                self.rows.push(row);
                self.fresh.push((dossier, compartment, id, key.clone()));
                (id, key)
            }
        };
        self.keys.insert((dossier, compartment), found.clone());
        Ok(found)
    }

    /// Says that a stream about to begin lives in another stream's dossier.
    pub fn in_dossier(&mut self, stream: impl Into<StreamId>, dossier: impl Into<StreamId>) {
        self.dossiers.insert(stream.into(), dossier.into());
    }

    /// Does something once the unit is durable.
    pub fn afterwards(&mut self, after: After) {
        self.after.push(after);
    }

    /// Adds a row that goes into the same transaction.
    pub fn row(&mut self, row: impl Into<TableRow>) {
        self.rows.push(row.into());
    }

    /// Lets the last record speak of rows that stand there already.
    pub(crate) fn counts(&mut self, rows: Vec<seal::coverage::Covered>) {
        self.counted = rows;
    }

    /// Records what was decided.
    ///
    /// # Errors
    /// Faults of keys and store.
    pub async fn record(&mut self, changes: Vec<Change>) -> Result<(), Fault> {
        for change in changes {
            self.record_one(change).await?;
        }
        Ok(())
    }

    async fn record_one(&mut self, change: Change) -> Result<(), Fault> {
        let stream = change.stream;
        self.state(stream).await?;
        let before = self.loaded.get(&stream).cloned().flatten();
        let dossier = before.as_ref().map_or_else(
            || self.dossiers.get(&stream).copied().unwrap_or(stream),
            |l| l.dossier,
        );
        let version = before.as_ref().map_or(0, |l| l.version) + 1;
        let leaves = change.event.leaves().to_vec();
        for intent in react::intents(stream, &change.event) {
            let (cause, now) = ((stream, version), self.act.now.0);
            self.rows
                .push(store::work::row(&intent, stream, cause, now));
        }
        let state = before.as_ref().map(|loaded| &*loaded.state);
        let ended = state.map_or_else(Vec::new, |state| react::ended(state, &change.event));
        let ended = ended.into_iter().map(|intent| After::End(intent, stream));
        self.after.extend(ended);
        let recorded = Recorded {
            letter: self.letter.map(|id| seal::hex(&id)),
            ..Recorded::of(&self.act, self.command, change.event)
        };
        let bytes = serde_json::to_vec(&recorded).map_err(|_| Fault::Form("event"))?;
        let (key_id, key) = self.key(dossier, Compartment::Frame).await?;
        let payload = seal::body::seal_payload(
            key.bytes(),
            &payload_place(self.house.id(), dossier, stream),
            version,
            &bytes,
        );
        self.records.push(NewRecord {
            stream: stream.bytes(),
            version,
            realm: self.realm,
            key: key_id,
            payload,
            leaves,
        });
        let state = match before {
            None => Aggregate::begin(stream, &recorded).ok_or(Fault::Form("first event"))?,
            Some(loaded) => {
                let mut state = Arc::unwrap_or_clone(loaded.state);
                state.apply(&recorded);
                state
            }
        };
        self.loaded.insert(
            stream,
            Some(Loaded {
                state: Arc::new(state),
                version,
                dossier,
                realm: self.realm.code(),
            }),
        );
        if !self.touched.contains(&stream) {
            self.touched.push(stream);
        }
        Ok(())
    }

    /// The house as this unit knows it.
    ///
    /// # Errors
    /// As [`Unit::state`].
    pub(crate) async fn own(&mut self) -> Result<domain::party::House, Fault> {
        match self.state(self.house.stream()).await?.as_deref() {
            Some(Aggregate::House(own)) => Ok(own.clone()),
            _ => Err(Fault::Form("house")),
        }
    }

    /// Turns the unit into what is written, with the states to remember afterwards.
    fn finish(mut self) -> Finished {
        let mut states = Vec::with_capacity(self.touched.len());
        for stream in &self.touched {
            let Some(Some(loaded)) = self.loaded.get(stream) else {
                continue;
            };
            let facts = StreamFacts {
                id: *stream,
                version: loaded.version,
                dossier: loaded.dossier,
                realm: loaded.realm,
            };
            // A number is drawn once, with its stream's first event; its row never changes.
            let begun = self.read.get(stream).copied().unwrap_or(0) == 0;
            let rows = store::projection::rows(facts, &loaded.state);
            self.rows.extend(
                rows.into_iter()
                    .filter(|row| begun || row.table().name != "number"),
            );
            states.push((*stream, loaded.clone()));
        }
        if self.records.is_empty() {
            // A text that no record refers to is read by nobody, and no record would speak of it.
            self.rows
                .retain(|row| row.table().name != store::schema::BODY.name);
        }
        let expects = self
            .read
            .iter()
            .filter(|(stream, _)| !self.touched.contains(stream))
            .map(|(stream, version)| (stream.bytes(), *version))
            .collect();
        let write = Write {
            recorded_at: clock::now().0,
            expects,
            records: self.records,
            rows: self.rows,
            counted: self.counted,
        };
        (write, states, self.fresh)
    }

    /// Writes the unit. Nothing was decided: nothing is written.
    ///
    /// # Errors
    /// [`Fault::Store`] with `Conflict` if another change came first.
    fn commit(mut self, ticket: store::write::Ticket) -> Awaited<'h, Result<(), Fault>> {
        Box::pin(async move {
            let house = self.house;
            let after = std::mem::take(&mut self.after);
            let now = self.act.now.0;
            if self.records.is_empty() && self.rows.is_empty() {
                // Nothing new was decided; a row that a crash kept from following its event still follows it now.
                return follow(house, after, now).await;
            }
            // Until it is written, nothing is erased; what was erased since took the keys with it.
            let turn = house.keys.turn().await;
            if self.turn.is_some_and(|noted| noted != *turn) {
                return Err(store::StoreError::Conflict.into());
            }
            let (write, states, fresh) = self.finish();
            let bells = bells(&write);
            crate::kernel::crash::point("perform.before_write");
            let streams = states.iter().map(|(stream, _)| *stream).collect();
            let writing = house.states.writing(streams);
            match house.store.write(ticket, write).await {
                Ok(_) => {
                    crate::kernel::crash::point("perform.after_write");
                    house.keys.adopt(&fresh);
                    drop(turn);
                    writing.written(states);
                    for bell in bells {
                        house.bells.ring(&bell);
                    }
                    follow(house, after, now).await
                }
                Err(error) => {
                    drop(writing);
                    Err(error.into())
                }
            }
        })
    }
}

/// Bells to ring once this is durable.
fn bells(write: &Write) -> BTreeSet<String> {
    let mut bells = BTreeSet::new();
    if !write.records.is_empty() {
        bells.insert(LEDGER_BELL.to_owned());
    }
    for row in &write.rows {
        let table = row.table().name;
        if table == store::schema::OUTBOX.name
            && let Some(store::value::Value::Text(kind)) = row.cell("kind")
        {
            bells.insert(kind.clone());
        } else if table == store::schema::DELIVERY.name
            && let Some(store::value::Value::Text(channel)) = row.cell("channel")
            && !bells.contains(channel)
        {
            bells.insert(channel.clone());
        }
    }
    bells
}

/// Lets rows follow the events that are durable.
async fn follow(house: &House, after: Vec<After>, now: i64) -> Result<(), Fault> {
    for step in after {
        match step {
            After::Settle(settled) => house.store.settle_copies(&[settled], now).await?,
            After::Drop(subscriber) => house.store.drop_waiting(subscriber, now).await?,
            After::End(intent, stream) => house.store.end_intent(&intent, stream).await?,
        }
    }
    Ok(())
}

/// What a house records while it is held, or before it knows that it is not (docs/design/security.md §2.24).
const FREES: [&str; 2] = ["init", "resume"];

impl House {
    /// Performs one command: `decide` works on the unit and is called again if another change came first.
    ///
    /// # Errors
    /// [`Refusal::Role`] if the table of permits has no yes for who acts, [`Refusal::Step`] if it asks for the password;
    /// another refusal, or what failed.
    pub async fn perform<T, F>(
        &self,
        act: &Act,
        command: &'static str,
        realm: Realm,
        decide: F,
    ) -> Result<T, Fault>
    where
        F: AsyncFn(&mut Unit<'_>) -> Result<T, Fault>,
    {
        permit::ask(act, command, false)?;
        // A restored or copied house records nothing (docs/design/security.md §2.24) but what its operator does to free it.
        if !FREES.contains(&command) {
            self.not_held_lately().await?;
        }
        for _ in 0..ATTEMPTS_MAX {
            let ticket = self.store.ticket();
            let mut unit = Unit::new(self, act.clone(), command, realm);
            let answer = decide(&mut unit).await?;
            let read: Vec<StreamId> = unit.read.keys().copied().collect();
            match unit.commit(ticket).await {
                Ok(()) => return Ok(answer),
                Err(Fault::Store(store::StoreError::Conflict)) => {
                    self.states.forget(read.into_iter());
                }
                Err(other) => return Err(other),
            }
        }
        Err(Refusal::Conflict.into())
    }

    /// Writes an act of the house's own clock.
    #[must_use]
    pub fn clock_act(&self, reason: &str) -> Act {
        self.act_of(Actor::Clock, reason)
    }

    /// Writes an act of somebody, now.
    #[must_use]
    pub fn act_of(&self, by: Actor, reason: &str) -> Act {
        Act {
            reason: reason.to_owned(),
            ..Act::of(by, clock::now())
        }
    }
}
