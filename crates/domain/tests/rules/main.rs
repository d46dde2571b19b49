//! The rules of the domain against the documents they come from.
//!
//! Fixtures lie in `fixtures/`: the published model, and the need-to-know table word for word.

#[cfg(test)]
mod machines;

#[cfg(test)]
mod approvers;

#[cfg(test)]
mod copies;

#[cfg(test)]
mod joint;

#[cfg(test)]
mod need_to_know;

#[cfg(test)]
mod gate;

#[cfg(test)]
mod overlap;

#[cfg(test)]
mod clocks;

#[cfg(test)]
mod numbers;

#[cfg(test)]
mod lints;

#[cfg(test)]
mod permits;

#[cfg(test)]
mod decisions;

#[cfg(test)]
mod deadlines;

#[cfg(test)]
mod kit;

#[cfg(test)]
mod erasures;

#[cfg(test)]
mod embargoes;

#[cfg(test)]
mod vendors;

#[cfg(test)]
mod participants;

#[cfg(test)]
mod cases;

#[cfg(test)]
mod ranges;

#[cfg(test)]
mod reports;
mod subscriptions_read;

#[cfg(test)]
mod releases;

#[cfg(test)]
mod permit_table;

#[cfg(test)]
mod walks;

#[cfg(test)]
mod consequences;

#[cfg(test)]
mod parties;

#[cfg(test)]
mod calendar;

#[cfg(test)]
mod grants;

#[cfg(test)]
mod advisories;
