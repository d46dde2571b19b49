//! Links of one use: an invitation, not a key (docs/design/security.md §2.7).
//!
//! A link is 128 random bits, kept as a hash with purpose, subject and end. Where a code stands beside it,
//! the link alone opens nothing, and five wrong codes end it. Unknown, used, ended and wrong are one answer.

use store::people::TokenRow;

use crate::Fault;
use crate::kernel::clock;
use crate::kernel::house::House;

/// Wrong codes before a link ends.
const TRIES_MAX: u32 = 5;
/// Purpose: a person of the house chooses a password.
pub const SET_UP: &str = "set-up";
/// Digits of the code that is told beside a set-up link. The link that the founding prints at the machine has none.
pub const SET_UP_CODE_DIGITS: u32 = 6;
/// How long a set-up link lasts, µs.
pub const SET_UP_US: i64 = 3_600_000_000;

/// A link that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub hash: [u8; 32],
    pub purpose: String,
    pub subject: [u8; 16],
    /// What it carries.
    pub load: Vec<u8>,
    /// Whether a code is needed beside it.
    pub has_code: bool,
    code: Vec<u8>,
}

impl House {
    fn code_of(&self, hash: &[u8; 32], code: &str) -> Vec<u8> {
        seal::hmac256(
            self.keys.codes.bytes(),
            &seal::canon::Canon::of("noroshi/link-code/1")
                .fixed(hash)
                .bytes(base::digits(code).as_bytes())
                .finish(),
        )
        .to_vec()
    }

    fn load_place(hash: &[u8; 32], purpose: &str) -> Vec<u8> {
        seal::canon::Canon::of("noroshi/link-load/1")
            .fixed(hash)
            .bytes(purpose.as_bytes())
            .finish()
    }

    /// Draws a link; an older one for the same purpose and subject ends.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn token_draw(
        &self,
        purpose: &str,
        subject: [u8; 16],
        load: &[u8],
        code: Option<&str>,
        lasts_us: i64,
    ) -> Result<String, Fault> {
        let (link, hash) = seal::token::draw();
        let now = clock::now().0;
        let token = TokenRow {
            hash,
            purpose: purpose.to_owned(),
            subject,
            code: code.map_or(vec![], |code| self.code_of(&hash, code)),
            tries: 0,
            expires_at: now + lasts_us,
            used_at: 0,
            sealed: seal::body::seal_raw(
                &self.working_key(),
                &Self::load_place(&hash, purpose),
                load,
            ),
        };
        self.store.put_token(&token, now).await?;
        Ok(link)
    }

    /// The link of a name: the same name has the same link and the same code, so that a letter that is written
    /// again is the same letter. An older link for the same purpose and subject ends. Returns link and code.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn token_named(
        &self,
        name: &str,
        purpose: &str,
        subject: [u8; 16],
        lasts_us: i64,
    ) -> Result<(String, String), Fault> {
        let place = seal::canon::Canon::of("noroshi/named-link/1")
            .bytes(purpose.as_bytes())
            .fixed(&subject)
            .bytes(name.as_bytes())
            .finish();
        let mac = seal::hmac256(self.keys.codes.bytes(), &place);
        let link = seal::token::base32(&mac[..16]);
        let code = seal::token::code(self.keys.codes.bytes(), &place);
        let hash = seal::sha256(&mac[..16]);
        if self.store.token(&hash, purpose).await?.is_none() {
            let now = clock::now().0;
            let token = TokenRow {
                hash,
                purpose: purpose.to_owned(),
                subject,
                code: self.code_of(&hash, &code),
                tries: 0,
                expires_at: now + lasts_us,
                used_at: 0,
                sealed: seal::body::seal_raw(
                    &self.working_key(),
                    &Self::load_place(&hash, purpose),
                    b"",
                ),
            };
            self.store.put_token(&token, now).await?;
        }
        Ok((link, code))
    }

    fn holding(&self, row: TokenRow) -> Option<Token> {
        let now = clock::now().0;
        if row.used_at != 0 || row.expires_at <= now || row.tries >= TRIES_MAX {
            return None;
        }
        let load = seal::body::open_raw(
            &self.working_key(),
            &Self::load_place(&row.hash, &row.purpose),
            &row.sealed,
        )
        .ok()?;
        Some(Token {
            hash: row.hash,
            purpose: row.purpose,
            subject: row.subject,
            load,
            has_code: !row.code.is_empty(),
            code: row.code,
        })
    }

    /// The link, if it still holds.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn token_find(&self, link: &str, purpose: &str) -> Result<Option<Token>, Fault> {
        let Some(hash) = seal::token::hash(link) else {
            return Ok(None);
        };
        let row = self.store.token(&hash, purpose).await?;
        Ok(row.and_then(|row| self.holding(row)))
    }

    /// The link whose hash is known, whatever its state: to send a new one to whoever had it.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn token_subject(
        &self,
        link: &str,
        purpose: &str,
    ) -> Result<Option<[u8; 16]>, Fault> {
        let Some(hash) = seal::token::hash(link) else {
            return Ok(None);
        };
        Ok(self.store.token(&hash, purpose).await?.map(|r| r.subject))
    }

    /// The newest link for a subject that still holds.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn token_for(
        &self,
        purpose: &str,
        subject: [u8; 16],
    ) -> Result<Option<Token>, Fault> {
        let row = self.store.token_for(purpose, subject).await?;
        Ok(row.and_then(|row| self.holding(row)))
    }

    /// Tells whether a code is that of a link, without using the link up; a wrong one is counted.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn token_fits(&self, token: &Token, code: &str) -> Result<bool, Fault> {
        if !token.has_code {
            return Ok(true);
        }
        // The try is counted before the code is looked at: many at once have no more tries than one after another.
        let now = clock::now().0;
        if !self.store.try_token(&token.hash, TRIES_MAX, now).await? {
            return Ok(false);
        }
        let given = self.code_of(&token.hash, code);
        let differs = given
            .iter()
            .zip(&token.code)
            .fold(given.len() ^ token.code.len(), |d, (a, b)| {
                d | usize::from(a ^ b)
            });
        Ok(differs == 0)
    }

    /// Uses a link up, with its code if it has one; `false` if the code is wrong or somebody was first.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn token_use(&self, token: &Token, code: &str) -> Result<bool, Fault> {
        if !self.token_fits(token, code).await? {
            return Ok(false);
        }
        self.token_spend(token).await
    }

    /// Uses a link up whose code has been looked at; `false` if somebody was first.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn token_spend(&self, token: &Token) -> Result<bool, Fault> {
        Ok(self.store.use_token(&token.hash, clock::now().0).await?)
    }

    /// Does for a link that does not hold what [`House::token_fits`] does for one that does: it counts a try, of no
    /// link, so that the database is asked the same (docs/design/security.md §3.7).
    ///
    /// # Errors
    /// If the store fails.
    pub async fn token_try_none(&self) -> Result<(), Fault> {
        let none = [0; 32];
        self.store
            .try_token(&none, TRIES_MAX, clock::now().0)
            .await?;
        Ok(())
    }

    /// Draws `digits` decimal digits, for codes that people read and say.
    #[must_use]
    pub fn draw_digits(digits: u32) -> String {
        let modulus = 10_u64.saturating_pow(digits.min(18));
        let width = digits as usize;
        format!("{:0width$}", seal::random::u64() % modulus)
    }
}
