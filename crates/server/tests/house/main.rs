//! The house's pages without a socket: a request goes through the door of a `testkit::World`, a response comes back.
//!
//! What could go wrong: somebody is let in who was not invited, a role is shown or may do what belongs to another, a
//! stranger learns that something exists, a form from elsewhere is carried out, a form that is refused loses what was
//! typed, or what one person does is overwritten by the next. How a page is laid out is tested in `pages`, what a
//! command does in `engine`.

#[cfg(test)]
mod visitor;

#[cfg(test)]
mod page;

#[cfg(test)]
mod door;

#[cfg(test)]
mod roles;

#[cfg(test)]
mod partner;

#[cfg(test)]
mod report;

#[cfg(test)]
mod case;

#[cfg(test)]
mod vendor;

#[cfg(test)]
mod vendor_call;

#[cfg(test)]
mod vendor_answer;

#[cfg(test)]
mod entry;

#[cfg(test)]
mod matter;

#[cfg(test)]
mod date;

#[cfg(test)]
mod plan;

#[cfg(test)]
mod alarm;

#[cfg(test)]
mod approvers;

#[cfg(test)]
mod held;

#[cfg(test)]
mod register;

#[cfg(test)]
mod erased;

#[cfg(test)]
mod list;

#[cfg(test)]
mod mails;

#[cfg(test)]
mod editor;

#[cfg(test)]
mod situations;
