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
    pub expires_at: String,
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
    pub handle: String,
    /// Code of the role.
    pub role: String,
    /// The first person of the house.
    pub is_first: bool,
    /// Whether an approval key is made with the password.
    pub with_approval_key: bool,
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
