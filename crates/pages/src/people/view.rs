//! What the pages of signing in and of persons are made of.
//!
//! Filled in by whoever asks; what stands here may be shown to the person who is signed in.

/// The persons of the house.
#[derive(Clone, Debug, Default)]
pub struct Persons {
    pub rows: Vec<PersonRow>,
    /// Codes of the roles that can be given.
    pub roles: Vec<String>,
    /// A one-time link that was just drawn; shown this once.
    pub link: Option<SetUpLink>,
}

/// One person.
#[derive(Clone, Debug)]
pub struct PersonRow {
    pub id: String,
    pub handle: String,
    /// Code of the role.
    pub role: String,
    pub is_admin: bool,
    pub can_approve: bool,
    /// `set` (has a password), `invited` (a link is out), `new`, `ended`.
    pub state: String,
    pub since: String,
    pub is_self: bool,
}

/// A link with which somebody chooses a password.
#[derive(Clone, Debug)]
pub struct SetUpLink {
    pub handle: String,
    /// Whole address.
    pub address: String,
    /// What is told beside it, by another way.
    pub code: String,
    pub expires_at: String,
}

/// Those who may approve.
#[derive(Clone, Debug, Default)]
pub struct Approvers {
    pub rows: Vec<ApproverRow>,
    /// How many approve a plan; 0 where one person publishes alone.
    pub quorum: u8,
    /// Why nothing can be planned yet: code, with keys found and needed.
    pub lack: Option<String>,
    pub found: u8,
    pub needed: u8,
    pub pending: Option<PendingChange>,
    /// The signer's code, if it did not take the change that enough have signed.
    pub not_taken: Option<String>,
    /// Whether the reader has a key that stands.
    pub has_key: bool,
    /// Whether a key in the safe stands.
    pub has_safe: bool,
    /// Whether the reader may ask for a key to end.
    pub may_ask: bool,
    pub is_admin: bool,
    /// A secret that was just drawn; shown this once.
    pub secret: Option<String>,
}

/// An approval key that stands.
#[derive(Clone, Debug, Default)]
pub struct ApproverRow {
    /// Handle; empty of a key in the safe.
    pub who: String,
    /// Code: `staff`, `second_reader`, `succession`.
    pub kind: String,
    /// Public half, hexadecimal.
    pub key: String,
    pub since: String,
    /// From when it counts, while it does not.
    pub counts_from: Option<String>,
    /// From when it counts no more.
    pub until: Option<String>,
    /// Printed with the founding kit and replaced by nobody.
    pub is_kit: bool,
    /// The person signs plans with another key than this one.
    pub is_superseded: bool,
}

/// A change of those who may approve that waits for its signatures.
#[derive(Clone, Debug, Default)]
pub struct PendingChange {
    pub sha256: String,
    /// Code: `add`, `end`, `rotate`, `quorum`.
    pub action: String,
    /// Whose key it is about; empty of none.
    pub who: String,
    /// The key that comes in or goes; empty of none.
    pub key: String,
    pub kind: String,
    pub quorum: u8,
    pub since: String,
    /// Handles of those who have signed and count.
    pub signed: Vec<String>,
    pub needed: u8,
    pub can_sign: bool,
    pub can_withdraw: bool,
}

/// The page to sign in.
#[derive(Clone, Debug, Default)]
pub struct SignIn {
    /// Path without the language to go to afterwards; a form field `next`.
    pub next: String,
    /// The session ended while a form was being sent; its values are carried as `keep_action` (address with
    /// the language) and `keep.<name>`.
    pub kept: Option<Kept>,
}

/// A form that waits until somebody has signed in.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    /// Address it was sent to, with the language.
    pub action: String,
    /// Names and values, without passwords.
    pub pairs: Vec<(String, String)>,
}

/// The page where a person chooses a password with a one-time link.
#[derive(Clone, Debug, Default)]
pub struct SetUp {
    /// Whether a code was told beside the link.
    pub has_code: bool,
    pub handle: String,
    /// Code of the role.
    pub role: String,
    /// The first person of the house.
    pub is_first: bool,
}

/// The page that asks for the password once more before something weighty.
#[derive(Clone, Debug, Default)]
pub struct Again {
    pub handle: String,
    /// The form that waits. It is sent to its own address with one more field, `again_password`.
    pub kept: Kept,
}

/// Why a form was not taken now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Later {
    /// Too many from one session.
    Often,
    /// The same sending is being carried out.
    Running,
}

/// Why a page is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sorry {
    /// There is nothing here, or nothing for this person: one page for both.
    NotFound,
    /// The role does not allow it.
    Role,
    /// A link is used up, expired or wrong: one page for all.
    Link,
    /// The form came from elsewhere or was too large.
    Form,
    /// The house could not do it now.
    Trouble,
    /// The house was restored or copied, and nobody has compared it yet.
    Held,
}
