//! What the house does, told through `testkit::World`: one file a noun, one sentence a test.
//!
//! What could go wrong: a command leaves something behind though it was refused, something leaves before its instant or
//! to somebody who may not have it, a clock does something twice or not at all, the projections drift from the ledger.
//! Not a failure: that the press and the mail follow a publication in the round that recorded it or in the next.
//! Rules as such are tested in `domain`, other engines in `store`, processes and crashes with the binary.

#[cfg(test)]
mod seen;

#[cfg(test)]
mod kernel;

#[cfg(test)]
mod config;

#[cfg(test)]
mod look;

#[cfg(test)]
mod commands;

#[cfg(test)]
mod actors;

#[cfg(test)]
mod exercise;

#[cfg(test)]
mod party;

#[cfg(test)]
mod people;

#[cfg(test)]
mod people_approvers;

#[cfg(test)]
mod intake;

#[cfg(test)]
mod intake_commands;

#[cfg(test)]
mod intake_reading;

#[cfg(test)]
mod intake_letters;

#[cfg(test)]
mod coordination;

#[cfg(test)]
mod coordination_talks;

#[cfg(test)]
mod coordination_date;

#[cfg(test)]
mod coordination_access;

#[cfg(test)]
mod advisory;

#[cfg(test)]
mod advisory_draft;

#[cfg(test)]
mod advisory_lint;

#[cfg(test)]
mod advisory_document;

#[cfg(test)]
mod publication;

#[cfg(test)]
mod publication_plan;

#[cfg(test)]
mod publication_release;

#[cfg(test)]
mod publication_press;

#[cfg(test)]
mod distribution;

#[cfg(test)]
mod distribution_copies;

#[cfg(test)]
mod distribution_member;

#[cfg(test)]
mod distribution_letters;

#[cfg(test)]
mod work;

#[cfg(test)]
mod work_rounds;

#[cfg(test)]
mod backup_trial;

#[cfg(test)]
mod kernel_bearers;

#[cfg(test)]
mod work_alarm;

#[cfg(test)]
mod work_erasure;

#[cfg(test)]
mod work_letterbox;

#[cfg(test)]
mod founding;

#[cfg(test)]
mod founding_kit;

#[cfg(test)]
mod perform;
