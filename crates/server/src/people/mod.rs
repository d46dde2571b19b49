//! Signing in, and the persons of the house.

pub mod sign;

pub mod desk;

pub mod approvers;
