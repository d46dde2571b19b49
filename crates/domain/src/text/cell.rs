//! Cells: what one square of the need-to-know matrix says, and how it is written.
//!
//! Source: docs/design/japanese-practice.md §2.3 (grammar); docs/design/process.md §1.15 (the table).
//! `cell := – | own | from(PHASE)[+summary][+consent][+sealed][+law][+decision]`, where `own` and `from` may be joined.
//! It does not know who reads; [`crate::text::standing`] does.

use std::fmt;

use crate::text::phase::Phase;

/// Tells from when, and on what condition, something may be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach {
    /// The earliest phase.
    pub from: Phase,
    /// Only a summary may be seen.
    pub summary: bool,
    /// A recorded consent is needed.
    pub consent: bool,
    /// Only assigned people, who give a reason each time.
    pub sealed: bool,
    /// A recorded basis in law serves in place of consent.
    pub law: bool,
    /// A recorded decision of the case's owner is needed.
    pub decision: bool,
}

/// Holds one square of the matrix: the reader's own part, and everybody's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// When the reader may see its own part.
    pub own: Option<Reach>,
    /// When the reader may see any part.
    pub all: Option<Reach>,
}

/// Says that a cell is not written in the grammar.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the matrix cell {0:?} is not in the grammar")]
pub struct UnknownCell(pub String);

impl Reach {
    /// Makes an unconditional reach from a phase.
    pub const fn from(from: Phase) -> Reach {
        Reach {
            from,
            summary: false,
            consent: false,
            sealed: false,
            law: false,
            decision: false,
        }
    }

    /// Limits it to a summary.
    pub const fn summary(mut self) -> Reach {
        self.summary = true;
        self
    }

    /// Makes it need consent.
    pub const fn consent(mut self) -> Reach {
        self.consent = true;
        self
    }

    /// Limits it to assigned people with a reason.
    pub const fn sealed(mut self) -> Reach {
        self.sealed = true;
        self
    }

    /// Lets a basis in law serve in place of consent.
    pub const fn law(mut self) -> Reach {
        self.law = true;
        self
    }

    /// Makes it need a decision.
    pub const fn decision(mut self) -> Reach {
        self.decision = true;
        self
    }

    fn write(self, f: &mut fmt::Formatter<'_>, show_p0: bool) -> fmt::Result {
        let mut words = Vec::new();
        let lone = self.consent || self.summary;
        if self.from != Phase::P0 || (show_p0 && !lone) {
            words.push(self.from.code());
        }
        for (set, word) in [
            (self.summary, "s"),
            (self.consent, "c"),
            (self.sealed, "sealed"),
            (self.law, "law"),
            (self.decision, "decision"),
        ] {
            if set {
                words.push(word);
            }
        }
        f.write_str(&words.join(" "))
    }
}

impl Cell {
    /// Names the cell that shows nothing.
    pub const NEVER: Cell = Cell {
        own: None,
        all: None,
    };

    /// Makes a cell that shows the reader's own part.
    pub const fn own(reach: Reach) -> Cell {
        Cell {
            own: Some(reach),
            all: None,
        }
    }

    /// Makes a cell that shows every part.
    pub const fn all(reach: Reach) -> Cell {
        Cell {
            own: None,
            all: Some(reach),
        }
    }

    /// Reads a cell as the documents write it; a word outside the grammar is an error.
    pub fn parse(text: &str) -> Result<Cell, UnknownCell> {
        let unknown = || UnknownCell(text.to_owned());
        // Four cells are written as sentences; their meaning is fixed here and nowhere else.
        match text.trim() {
            "–" | "– (never)" | "never" => return Ok(Cell::NEVER),
            "all" => return Ok(Cell::all(Reach::from(Phase::P0))),
            "P3*" => return Ok(Cell::all(Reach::from(Phase::P2).summary().decision())),
            // A credit stands in a publication, so the consent works from there.
            "c (謝辞)" => return Ok(Cell::all(Reach::from(Phase::P3).consent())),
            // The lists of unreachable developers are published by an act of their own.
            "P3 (U1/U2 list)" => return Ok(Cell::all(Reach::from(Phase::P3))),
            "POC public c" => return Ok(Cell::all(Reach::from(Phase::P3).summary().consent())),
            "s after decision" => {
                return Ok(Cell::all(Reach::from(Phase::P3).summary().decision()));
            }
            "own (+others c)" => {
                return Ok(Cell {
                    own: Some(Reach::from(Phase::P0)),
                    all: Some(Reach::from(Phase::P0).consent()),
                });
            }
            _ => {}
        }
        let (own, rest) = match text.trim().strip_prefix("own") {
            Some(rest) if rest.is_empty() || rest.starts_with(' ') => (true, rest),
            Some(_) => return Err(unknown()),
            None => (false, text.trim()),
        };
        let reach = parse_reach(rest).ok_or_else(unknown)?;
        if own {
            Ok(Cell::own(reach))
        } else if rest.is_empty() {
            Err(unknown())
        } else {
            Ok(Cell::all(reach))
        }
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let star = Reach::from(Phase::P2).summary().decision();
        match (self.own, self.all) {
            (None, None) => f.write_str("–"),
            (None, Some(reach)) if reach == star => f.write_str("P3*"),
            (None, Some(reach)) => reach.write(f, true),
            (Some(own), None) => {
                f.write_str("own")?;
                if own != Reach::from(Phase::P0) {
                    f.write_str(" ")?;
                    own.write(f, false)?;
                }
                Ok(())
            }
            (Some(_), Some(all)) => {
                f.write_str("own (+others ")?;
                all.write(f, true)?;
                f.write_str(")")
            }
        }
    }
}

/// Reads a phase and its conditions; a condition without a phase counts from P0.
fn parse_reach(text: &str) -> Option<Reach> {
    let mut words = text.split_whitespace().peekable();
    let from = words.peek().and_then(|word| Phase::from_code(word));
    if from.is_some() {
        words.next();
    }
    let mut reach = Reach::from(from.unwrap_or(Phase::P0));
    for word in words {
        let flag = match word {
            "s" => &mut reach.summary,
            "c" => &mut reach.consent,
            "sealed" => &mut reach.sealed,
            "law" | "(law)" => &mut reach.law,
            "decision" => &mut reach.decision,
            _ => return None,
        };
        if *flag {
            return None;
        }
        *flag = true;
    }
    Some(reach)
}
