//! Roles: in what capacity somebody reads.
//!
//! Source: the columns of docs/design/process.md §1.15, in their order, then those of
//! docs/design/japanese-practice.md §2.3. An administrator has no role here: running the program shows no class.

use serde::{Deserialize, Serialize};

/// Tells in what capacity somebody reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The finder who reported.
    Finder,
    /// The office that takes reports in.
    Reception,
    /// The office that reproduces and scores.
    Analysis,
    /// The office that talks to vendors.
    Coordinator,
    /// The committee that judges publication.
    Judge,
    /// A vendor that takes part in the case.
    Vendor,
    /// A vendor that has no part in the case.
    OtherVendor,
    /// The operator of the web site concerned.
    SiteOperator,
    /// A coordinator in another country.
    ForeignCsirt,
    /// A government body that gets advance notice.
    Gov,
    /// An operator of critical infrastructure.
    Cni,
    /// A steering or sponsoring member.
    MemberSteering,
    /// A general member.
    MemberGeneral,
    /// A supporter who passes warnings on.
    Relay,
    /// The press.
    Press,
    /// Everybody.
    Public,
    /// The person who writes the editions of an advisory.
    EditionEditor,
    /// The operator of a service that runs the product.
    ServiceOperator,
    /// A government body of another country.
    ForeignGov,
    /// A person who reports for the finder.
    Notifier,
    /// The person who runs the machines of the house.
    Operator,
    /// An outside expert whom the house asks.
    ResearcherAdviser,
    /// A person who answers the public's calls.
    HelpdeskAgent,
    /// The ministry that oversees the scheme.
    SupervisingMinistry,
}

impl Role {
    /// The roles that people of the house have, who read at its desk.
    pub const HOUSE: [Role; 7] = [
        Role::Reception,
        Role::Analysis,
        Role::Coordinator,
        Role::EditionEditor,
        Role::Judge,
        Role::HelpdeskAgent,
        Role::Operator,
    ];

    /// Lists every role, in the order of the matrix.
    pub const ALL: [Role; 24] = [
        Role::Finder,
        Role::Reception,
        Role::Analysis,
        Role::Coordinator,
        Role::Judge,
        Role::Vendor,
        Role::OtherVendor,
        Role::SiteOperator,
        Role::ForeignCsirt,
        Role::Gov,
        Role::Cni,
        Role::MemberSteering,
        Role::MemberGeneral,
        Role::Relay,
        Role::Press,
        Role::Public,
        Role::EditionEditor,
        Role::ServiceOperator,
        Role::ForeignGov,
        Role::Notifier,
        Role::Operator,
        Role::ResearcherAdviser,
        Role::HelpdeskAgent,
        Role::SupervisingMinistry,
    ];

    /// Returns the stable code of the role.
    pub fn code(self) -> &'static str {
        match self {
            Role::Finder => "finder",
            Role::Reception => "reception",
            Role::Analysis => "analysis",
            Role::Coordinator => "coordinator",
            Role::Judge => "judge",
            Role::Vendor => "vendor",
            Role::OtherVendor => "other_vendor",
            Role::SiteOperator => "site_operator",
            Role::ForeignCsirt => "foreign_csirt",
            Role::Gov => "gov",
            Role::Cni => "cni",
            Role::MemberSteering => "member_steering",
            Role::MemberGeneral => "member_general",
            Role::Relay => "relay",
            Role::Press => "press",
            Role::Public => "public",
            Role::EditionEditor => "edition_editor",
            Role::ServiceOperator => "service_operator",
            Role::ForeignGov => "foreign_gov",
            Role::Notifier => "notifier",
            Role::Operator => "operator",
            Role::ResearcherAdviser => "researcher_adviser",
            Role::HelpdeskAgent => "helpdesk_agent",
            Role::SupervisingMinistry => "supervising_ministry",
        }
    }

    /// Returns the head of the role's column in the documents.
    pub fn column(self) -> &'static str {
        match self {
            Role::Vendor => "vendor in case",
            Role::OtherVendor => "other vendor",
            Role::SiteOperator => "site operator",
            Role::ForeignCsirt => "foreign CSIRT",
            Role::Cni => "CNI",
            Role::MemberSteering => "member steer/spons",
            Role::MemberGeneral => "member gen.",
            _ => self.code(),
        }
    }

    /// Tells whether the role is held by people of the house, who read at its desk.
    pub fn is_house(self) -> bool {
        Role::HOUSE.contains(&self)
    }

    /// Tells whether the role is that of whoever reported, or who reports for them.
    #[must_use]
    pub const fn is_finder(self) -> bool {
        matches!(self, Role::Finder | Role::Notifier)
    }

    /// Tells whether the role learns of a case as the public does, only somewhat earlier if at all.
    ///
    /// For these a flaw without a countermeasure is withheld, and a detection method comes with one.
    pub fn reads_as_public(self) -> bool {
        matches!(
            self,
            Role::OtherVendor
                | Role::MemberSteering
                | Role::MemberGeneral
                | Role::Relay
                | Role::Press
                | Role::Public
                | Role::HelpdeskAgent
        )
    }
}
