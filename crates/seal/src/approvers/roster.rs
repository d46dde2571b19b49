//! Those who may approve, as the lines of the chain so far say, and whether the next line follows.

use super::{AHEAD_MAX_US, Signed, Statement, WAITS_MAX_US, key_of, read};
use super::{Action, Fault, Founding, KEYS_MAX, Kind, NOTICE_US, QUORUM_MAX, SIGNATURES_MAX};
use crate::signer::{Approver, KEY_REST_US, Pinned, SOLO};

/// A key that stands, or stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// Whose it is, hexadecimal; the key itself where persons are not known.
    pub person: String,
    /// Public key, hexadecimal.
    pub public: String,
    pub kind: Kind,
    /// Since when it is known, µs.
    pub since: i64,
    /// Counts at once: of the founding, or in the place of such a key before anything was published.
    pub founding: bool,
    /// Was printed with the founding kit, and replaced by nobody.
    pub is_kit: bool,
    /// From when it counts no more, µs.
    pub until: Option<i64>,
    /// A succession key brought it in alone.
    pub by_succession: bool,
    /// The key whose place it takes after a notice; the others can still end it, and the old one then stays.
    pub replaces: Option<String>,
}

impl Pin {
    fn stands(&self, now: i64) -> bool {
        self.until.is_none_or(|until| now < until)
    }

    /// From when it counts, µs.
    #[must_use]
    pub fn from(&self) -> i64 {
        if self.founding {
            self.since
        } else {
            self.since.saturating_add(KEY_REST_US)
        }
    }
}

/// Those who may approve, as the lines so far say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Roster {
    house: [u8; 16],
    pub quorum: u8,
    pub generation: u64,
    /// Hash of the last line.
    pub head: [u8; 32],
    pins: Vec<Pin>,
    /// When the last line was made, µs.
    at: i64,
}

/// How a line is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Looked {
    /// A signer that had lost the line takes it in once more: however old it is, and it brings no key back.
    pub is_again: bool,
    /// When the signer takes it in, or took it in, µs.
    pub now: i64,
    /// Whether nothing was published yet: a founding key that is replaced then leaves its standing to the next.
    pub is_fresh: bool,
}

impl Roster {
    /// Whom the house was founded with.
    ///
    /// # Errors
    /// [`Fault::Form`].
    pub fn found(pinned: &Pinned) -> Result<Roster, Fault> {
        let founding = Founding {
            house: pinned.house.clone(),
            quorum: pinned.quorum,
            keys: pinned.approvers.iter().map(|a| a.public.clone()).collect(),
        };
        let house: [u8; 16] = read(&pinned.house).ok_or(Fault::Form)?;
        let pin = |approver: &Approver| Pin {
            person: approver.person.clone(),
            public: approver.public.clone(),
            kind: Kind::Staff,
            since: approver.since,
            founding: approver.founding,
            is_kit: approver.founding,
            until: None,
            by_succession: false,
            replaces: None,
        };
        Ok(Roster {
            house,
            quorum: pinned.quorum,
            generation: 0,
            head: founding.hash()?,
            pins: pinned.approvers.iter().map(pin).collect(),
            at: i64::MIN,
        })
    }

    /// The same from the public line, where persons are not known.
    ///
    /// # Errors
    /// [`Fault::Form`].
    pub fn of_line(founding: &Founding) -> Result<Roster, Fault> {
        if founding.keys.len() > KEYS_MAX {
            return Err(Fault::Form);
        }
        let approver = |key: &String| Approver {
            person: key.clone(),
            public: key.clone(),
            since: i64::MIN,
            founding: true,
        };
        Roster::found(&Pinned {
            house: founding.house.clone(),
            quorum: founding.quorum,
            approvers: founding.keys.iter().map(approver).collect(),
        })
    }

    /// The keys that stand at an instant, those that rest among them.
    pub fn standing(&self, now: i64) -> impl Iterator<Item = &Pin> {
        self.pins.iter().filter(move |pin| pin.stands(now))
    }

    /// Whose approvals the signer counts at an instant.
    #[must_use]
    pub fn pinned(&self, now: i64) -> Pinned {
        let approver = |pin: &Pin| Approver {
            person: pin.person.clone(),
            public: pin.public.clone(),
            since: pin.since,
            founding: pin.founding,
        };
        Pinned {
            house: crate::hex(&self.house),
            quorum: self.quorum,
            approvers: self
                .standing(now)
                .filter(|pin| pin.kind != Kind::Succession)
                .map(approver)
                .collect(),
        }
    }

    /// How many must sign a statement.
    #[must_use]
    pub fn needed(&self) -> u8 {
        if self.quorum == SOLO { 1 } else { self.quorum }
    }

    /// A statement that would follow now.
    #[must_use]
    pub fn draft(&self, action: Action, new: &str, old: &str, kind: Kind, at: i64) -> Statement {
        Statement {
            generation: self.generation.saturating_add(1),
            previous: crate::hex(&self.head),
            action,
            new: new.to_owned(),
            old: old.to_owned(),
            kind,
            office: 0,
            quorum: self.quorum,
            at: at.max(self.at),
        }
    }

    /// Whether a statement follows and changes what stands, whoever has signed it.
    ///
    /// # Errors
    /// Why not.
    pub fn fits(&self, statement: &Statement, now: i64) -> Result<(), Fault> {
        if statement.generation != self.generation.saturating_add(1)
            || key_of(&statement.previous)? != self.head
        {
            return Err(Fault::Order);
        }
        if statement.at < self.at
            || statement.at > now.saturating_add(AHEAD_MAX_US)
            || statement.at < now.saturating_sub(WAITS_MAX_US)
        {
            return Err(Fault::Time);
        }
        let old = self.standing(now).find(|pin| pin.public == statement.old);
        let is_known = self.pins.iter().any(|pin| pin.public == statement.new);
        let brings_in = !statement.new.is_empty() && !is_known;
        let keeps_quorum = statement.quorum == self.quorum;
        let changes = match statement.action {
            Action::Add => brings_in && statement.old.is_empty() && keeps_quorum,
            Action::Rotate => {
                brings_in && old.is_some_and(|old| old.kind == statement.kind) && keeps_quorum
            }
            Action::End => {
                statement.new.is_empty()
                    && old.is_some_and(|old| old.kind == statement.kind)
                    && keeps_quorum
            }
            Action::Quorum => {
                statement.new.is_empty()
                    && statement.old.is_empty()
                    && !keeps_quorum
                    && (1..=QUORUM_MAX).contains(&statement.quorum)
            }
        };
        if !changes {
            return Err(Fault::Change);
        }
        if statement.action == Action::Add && self.standing(now).count() >= KEYS_MAX {
            return Err(Fault::Change);
        }
        // Whatever ends a replacement that does not count yet takes nobody's approval away.
        let is_of_staff = statement.action == Action::Quorum || statement.kind == Kind::Staff;
        let takes_away = is_of_staff && self.comes_back(statement, now).is_none();
        if takes_away && self.left(statement, now) < usize::from(statement.quorum.max(1)) {
            return Err(Fault::Few);
        }
        Ok(())
    }

    /// How many persons of the house can approve once a statement holds. Where one brings a key in its place, a key that
    /// rests counts too: it is how a lost one is replaced.
    fn left(&self, statement: &Statement, now: i64) -> usize {
        let is_strict = matches!(statement.action, Action::End | Action::Quorum);
        let stays = |pin: &&Pin| {
            let is_it = statement.action == Action::End && pin.public == statement.old;
            pin.kind == Kind::Staff
                && pin.until.is_none()
                && !is_it
                && (!is_strict || pin.from() <= now)
        };
        let persons: std::collections::BTreeSet<&str> = self
            .standing(now)
            .filter(stays)
            .map(|pin| pin.person.as_str())
            .collect();
        persons.len()
    }

    /// The key that stays after all, where a statement ends the one that was to take its place.
    fn comes_back(&self, statement: &Statement, now: i64) -> Option<&str> {
        let ends = |pin: &&Pin| {
            statement.action == Action::End && pin.public == statement.old && pin.from() > now
        };
        let back = self.standing(now).find(ends)?.replaces.as_deref()?;
        // One that a quorum has ended meanwhile stays ended.
        let stands = self.standing(now).any(|pin| pin.public == back);
        stands.then_some(back)
    }

    /// Takes a statement with its signatures; `person` is whose the new key is, hexadecimal.
    ///
    /// # Errors
    /// Why it is none that follows; the roster stays as it is.
    pub fn take(
        &mut self,
        statement: &Statement,
        signatures: &[Signed],
        person: &str,
        looked: Looked,
    ) -> Result<(), Fault> {
        let Looked {
            now,
            is_fresh,
            is_again,
        } = looked;
        match self.fits(statement, now) {
            Err(Fault::Time) if is_again && statement.at >= self.at => {
                let within = Statement {
                    at: now,
                    ..statement.clone()
                };
                self.fits(&within, now)?;
            }
            other => other?,
        }
        if signatures.len() > SIGNATURES_MAX {
            return Err(Fault::Form);
        }
        let is_by = |key: &str| {
            let mut of_key = signatures.iter().filter(|signed| signed.key == key);
            of_key.any(|signed| statement.holds(&self.house, signed))
        };
        if !statement.new.is_empty() && !is_by(&statement.new) {
            return Err(Fault::Possession);
        }
        let by_succession = self.signed(statement, signatures, looked)?;
        // What a quorum ends counts no more whatever clock is looked at.
        let ends_at = if by_succession {
            now.saturating_add(NOTICE_US)
        } else {
            i64::MIN
        };
        let back = self.comes_back(statement, now).map(str::to_owned);
        let back = back.filter(|_| !is_again);
        if let Some(back) = self
            .pins
            .iter_mut()
            .find(|pin| Some(&pin.public) == back.as_ref())
        {
            back.until = None;
        }
        let old = self.pins.iter_mut().find(|pin| pin.public == statement.old);
        let (mut whose, mut founding, mut replaces) = (person.to_owned(), false, None);
        if let Some(old) = old {
            if statement.action == Action::Rotate {
                if old.person != old.public {
                    whose.clone_from(&old.person);
                }
                founding = old.founding && is_fresh && !by_succession;
                replaces = by_succession.then(|| old.public.clone());
            }
            old.until = Some(ends_at);
        }
        if !statement.new.is_empty() {
            self.pins.push(Pin {
                person: whose,
                public: statement.new.clone(),
                kind: statement.kind,
                since: now,
                founding,
                is_kit: false,
                until: None,
                by_succession,
                replaces,
            });
        }
        self.quorum = statement.quorum;
        self.generation = statement.generation;
        self.head = statement.hash(&self.house)?;
        self.at = statement.at;
        Ok(())
    }

    /// Whether enough of those who count have signed; true where a succession key stood for them.
    fn signed(
        &self,
        statement: &Statement,
        signatures: &[Signed],
        looked: Looked,
    ) -> Result<bool, Fault> {
        let mut persons = std::collections::BTreeSet::new();
        let mut by_succession = false;
        for pin in self.standing(looked.now) {
            let mut of_key = signatures.iter().filter(|signed| signed.key == pin.public);
            if pin.from() > looked.now || !of_key.any(|signed| statement.holds(&self.house, signed))
            {
                continue;
            }
            match pin.kind {
                Kind::Staff => {
                    persons.insert(pin.person.as_str());
                }
                // A reader from outside reads; who approves here is not theirs to say.
                Kind::SecondReader => {}
                Kind::Succession => by_succession = true,
            }
        }
        let found = u8::try_from(persons.len()).unwrap_or(u8::MAX);
        let needed = self.needed();
        if found >= needed {
            Ok(false)
        } else if by_succession && matches!(statement.action, Action::Add | Action::Rotate) {
            // It replaces what is lost; whom to end, and how many approve, is not its to say.
            Ok(true)
        } else {
            Err(Fault::Signatures { found, needed })
        }
    }
}
