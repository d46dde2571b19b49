//! Catalogue keys and style classes for the enumerations of the document.
//!
//! Knows no words: those stand in `i18n/*/labels.ftl`.

use formats::advisory::{
    Audience, Damage, Marking, ProductStatus, Severity, Status, Threat, VendorStatus,
};

/// All public labels of a vendor, in the order in which the board counts them.
pub(crate) const VENDOR_STATUSES: [VendorStatus; 7] = [
    VendorStatus::Vulnerable,
    VendorStatus::VulnerableFixed,
    VendorStatus::Investigating,
    VendorStatus::NotVulnerable,
    VendorStatus::Unknown,
    VendorStatus::Notified,
    VendorStatus::Unreachable,
];

/// Returns the key of a vendor's label; `<key>-note` explains it.
pub(crate) const fn vendor(status: VendorStatus) -> &'static str {
    match status {
        VendorStatus::Notified => "vendor-notified",
        VendorStatus::Investigating => "vendor-investigating",
        VendorStatus::Vulnerable => "vendor-vulnerable",
        VendorStatus::VulnerableFixed => "vendor-vulnerable-fixed",
        VendorStatus::NotVulnerable => "vendor-not-vulnerable",
        VendorStatus::Unknown => "vendor-unknown",
        VendorStatus::Unreachable => "vendor-unreachable",
    }
}

/// Returns the key of the sentence that explains a vendor's label.
pub(crate) const fn vendor_note(status: VendorStatus) -> &'static str {
    match status {
        VendorStatus::Notified => "vendor-notified-note",
        VendorStatus::Investigating => "vendor-investigating-note",
        VendorStatus::Vulnerable => "vendor-vulnerable-note",
        VendorStatus::VulnerableFixed => "vendor-vulnerable-fixed-note",
        VendorStatus::NotVulnerable => "vendor-not-vulnerable-note",
        VendorStatus::Unknown => "vendor-unknown-note",
        VendorStatus::Unreachable => "vendor-unreachable-note",
    }
}

/// Returns the short style class of a vendor's label; short, since boards have hundreds of them.
pub(crate) const fn vendor_class(status: VendorStatus) -> &'static str {
    match status {
        VendorStatus::Notified => "vn",
        VendorStatus::Investigating => "vi",
        VendorStatus::Vulnerable => "vv",
        VendorStatus::VulnerableFixed => "vf",
        VendorStatus::NotVulnerable => "vo",
        VendorStatus::Unknown => "vu",
        VendorStatus::Unreachable => "vr",
    }
}

/// Returns the key of a product's status.
pub(crate) const fn product(status: ProductStatus) -> &'static str {
    match status {
        ProductStatus::KnownAffected => "product-known-affected",
        ProductStatus::KnownNotAffected => "product-known-not-affected",
        ProductStatus::UnderInvestigation => "product-under-investigation",
        ProductStatus::Fixed => "product-fixed",
    }
}

/// Returns the key of a revision's stage, which is also its style class.
pub(crate) const fn status(status: Status) -> &'static str {
    match status {
        Status::Interim => "status-interim",
        Status::Final => "status-final",
        Status::Updated => "status-updated",
        Status::Withdrawn => "status-withdrawn",
    }
}

/// Returns the key of the sentence that a stage needs, if it needs one.
pub(crate) const fn status_note(status: Status) -> Option<&'static str> {
    match status {
        Status::Interim => Some("status-interim-note"),
        Status::Withdrawn => Some("status-withdrawn-note"),
        Status::Final | Status::Updated => None,
    }
}

/// Returns the key of a severity, which is also its style class.
pub(crate) const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::NotRecorded => "severity-not-recorded",
        Severity::None => "severity-none",
        Severity::Caution => "severity-caution",
        Severity::Warning => "severity-warning",
        Severity::Important => "severity-important",
        Severity::Critical => "severity-critical",
    }
}

/// Returns the key of what is known of attacks.
pub(crate) const fn threat(threat: Threat) -> &'static str {
    match threat {
        Threat::Occurring => "threat-occurring",
        Threat::Expected => "threat-expected",
        Threat::NoneKnown => "threat-none-known",
        Threat::NotRecorded => "threat-not-recorded",
    }
}

/// Returns the key of a kind of damage.
pub(crate) const fn damage(damage: Damage) -> &'static str {
    match damage {
        Damage::DenialOfService => "damage-denial-of-service",
        Damage::Intrusion => "damage-intrusion",
        Damage::CodeExecution => "damage-code-execution",
        Damage::Leak => "damage-leak",
        Damage::Tampering => "damage-tampering",
        Damage::PrivilegeEscalation => "damage-privilege-escalation",
    }
}

/// Returns the key of an audience.
pub(crate) const fn audience(audience: Audience) -> &'static str {
    match audience {
        Audience::Administrator => "audience-administrator",
        Audience::GeneralUser => "audience-general",
        Audience::Developer => "audience-developer",
    }
}

/// Returns the keys of badge, explanation and mail mark of a marking; none for an ordinary document.
pub(crate) const fn marking(marking: Marking) -> Option<[&'static str; 3]> {
    match marking {
        Marking::None => None,
        Marking::Archive => Some([
            "marking-archive-badge",
            "marking-archive-note",
            "mail-mark-archive",
        ]),
        Marking::Fictional => Some([
            "marking-fictional-badge",
            "marking-fictional-note",
            "mail-mark-fictional",
        ]),
        Marking::Exercise => Some([
            "marking-exercise-badge",
            "marking-exercise-note",
            "mail-mark-exercise",
        ]),
    }
}
