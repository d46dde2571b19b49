//! Passwords of sign-in: a salted, stretched value that tells whether somebody knows the password.
//!
//! It opens nothing: approval keys are sealed under the same password in [`crate::approval`], with a salt of
//! their own. Comparing takes the same time whatever differs.

use zeroize::Zeroizing;

use crate::approval::{Cost, WrongPassword, meant, set, stretch};
use crate::canon::Canon;

/// What is kept of a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verifier {
    /// Cost of the stretching.
    pub cost: Cost,
    /// Salt.
    pub salt: [u8; 16],
    /// What the password is stretched to.
    pub value: [u8; 32],
}

/// Makes a verifier for a password.
///
/// # Errors
/// [`WrongPassword`] if the cost is outside what Argon2 takes.
pub fn verifier(person: &[u8; 16], password: &str, cost: Cost) -> Result<Verifier, WrongPassword> {
    let salt = crate::random::bytes::<16>();
    let value = value(person, &set(password), &salt, cost)?;
    Ok(Verifier { cost, salt, value })
}

/// Tells whether `password` is the one of `verifier`.
#[must_use]
pub fn matches(person: &[u8; 16], password: &str, verifier: &Verifier) -> bool {
    // Each form is looked at, whatever the one before said.
    let fits: Vec<bool> = meant(password)
        .iter()
        .map(|password| fits(person, password, verifier))
        .collect();
    fits.contains(&true)
}

fn fits(person: &[u8; 16], password: &str, verifier: &Verifier) -> bool {
    let Ok(found) = value(person, password, &verifier.salt, verifier.cost) else {
        return false;
    };
    let mut differs = 0_u8;
    for (a, b) in found.iter().zip(verifier.value) {
        differs |= a ^ b;
    }
    differs == 0
}

fn value(
    person: &[u8; 16],
    password: &str,
    salt: &[u8],
    cost: Cost,
) -> Result<[u8; 32], WrongPassword> {
    let stretched: Zeroizing<[u8; 32]> = stretch(password, salt, cost)?;
    // The label keeps this value apart from every key that the same password could open.
    Ok(Canon::of("noroshi/sign-in/1")
        .fixed(person)
        .fixed(&*stretched)
        .hash())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_password_of_that_person_matches() {
        let kept = verifier(&[1; 16], "correct horse", Cost::DANGER_QUICK)
            .unwrap_or_else(|e| unreachable!("{e}"));
        assert!(matches(&[1; 16], "correct horse", &kept));
        assert!(!matches(&[1; 16], "correct hors", &kept));
        assert!(!matches(&[2; 16], "correct horse", &kept));
        let kept_in_one = verifier(&[1; 16], "ガーデン", Cost::DANGER_QUICK).unwrap();
        assert!(matches(&[1; 16], "カ\u{3099}ーテ\u{3099}ン", &kept_in_one));
        assert!(!matches(
            &[1; 16],
            "correct horse",
            &Verifier {
                salt: [0; 16],
                ..kept
            }
        ));
    }
}
