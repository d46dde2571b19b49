//! What a request meets first: limits, budgets, the form on its way, the letterbox.

pub(crate) mod limits;

pub(crate) mod body;

pub(crate) mod negotiation;

pub(crate) mod heads;

pub(crate) mod budget;

pub(crate) mod crowd;

pub(crate) mod exchange;

pub(crate) mod letterbox;

pub(crate) mod visit;
