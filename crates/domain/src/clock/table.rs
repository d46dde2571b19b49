//! The table of clocks: every shipped rule of time, a row each, and the milestones they hang on.
//!
//! Source: docs/design/process.md §1.14, §5.1, §5.4, §5.6; the evidence mark stands in each row ("PR" is that page).
//! How a row is counted is [`crate::clock::rule`]'s.

use crate::clock::rule::{Clock, Offset, OnExpiry};

/// Names what clocks count from and what stops them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Milestone {
    /// The report arrived.
    Received,
    /// A person answered the finder.
    HumanReplied,
    /// The report was accepted or not.
    Decided,
    /// A question went to the finder.
    QuestionSent,
    /// The finder answered.
    FinderAnswered,
    /// The coordinator first tried to reach a vendor (起算日).
    ContactBegan,
    /// The report was accepted (受理).
    Accepted,
    /// The case was published.
    Published,
    /// The finder asked to be freed of silence.
    ReleaseAsked,
    /// Details went to the vendor.
    DetailsSent,
    /// The vendor confirmed receipt.
    ReceiptConfirmed,
    /// The vendor last answered.
    LastReply,
    /// The vendor answered anew.
    VendorReplied,
    /// The first attempt to reach the developer.
    FirstAttempt,
    /// The developer was reached.
    DeveloperReached,
    /// The developer stands in the list of the unreachable.
    NamePublished,
    /// Its product stands in the list.
    ProductPublished,
    /// The judgement began.
    JudgementOpened,
    /// The parties were told of the hearing.
    PartiesHeardOf,
    /// The judgement was decided.
    JudgementDecided,
    /// Publication without the vendor is planned for this moment.
    ForcedPublication,
    /// The vendor got its copy.
    CourtesyCopySent,
    /// The operator of the site was told.
    SiteNotified,
    /// The site was fixed.
    SiteFixed,
    /// An advance notice went out.
    AdvanceSent,
    /// The advance notice was acknowledged.
    AdvanceAcknowledged,
    /// The length of the embargo was judged.
    EmbargoReviewed,
    /// We disclosed a CVE ID of ours.
    OwnIdDisclosed,
    /// We learnt that somebody else disclosed our CVE ID.
    OthersDisclosedId,
    /// The CVE record is published.
    CveRecordPublished,
    /// We were asked to assign an ID.
    AssignmentAsked,
    /// The ID was assigned or refused.
    IdAssigned,
    /// A dispute arrived.
    DisputeReceived,
    /// The dispute was acknowledged.
    DisputeAcknowledged,
    /// The dispute was decided.
    DisputeDecided,
    /// The manufacturer learnt of exploitation.
    ExploitationAware,
    /// The incident became known.
    IncidentAware,
    /// The early warning was handed in.
    EarlyWarningSubmitted,
    /// The 72-hour notification was handed in.
    NotificationSubmitted,
    /// A corrective or mitigating measure is available.
    MeasureAvailable,
    /// The final report was handed in.
    FinalReportSubmitted,
    /// A CSIRT received an early warning.
    EarlyWarningReceived,
    /// The CSIRT answered it.
    FeedbackGiven,
}

/// Lists the shipped clocks.
pub const CLOCKS: &[Clock] = {
    use Milestone as M;
    use Offset as O;
    use OnExpiry as E;
    &[
        row(
            "report.ack",
            M::Received,
            O::AtOnce,
            "PR 1.14 [D]",
            M::HumanReplied,
            E::Alert,
        ),
        row(
            "report.human_reply",
            M::Received,
            O::WorkingDays(5),
            "PR 1.14 [D]",
            M::HumanReplied,
            E::Alert,
        ),
        row(
            "report.decision",
            M::Received,
            O::WorkingDays(20),
            "PR 1.14 [D]",
            M::Decided,
            E::Alert,
        ),
        row(
            "finder.answer",
            M::QuestionSent,
            O::Days(30),
            "PR 1.14 [D]",
            M::FinderAnswered,
            E::CloseNoResponse,
        ),
        row(
            "case.target_publication",
            M::ContactBegan,
            O::Days(45),
            "PR 1.14 [V24b]",
            M::Published,
            E::ProposeReplan,
        ),
        row(
            "stat.within45",
            M::Accepted,
            O::Days(45),
            "PR 1.14 [V17]",
            M::Published,
            E::StatisticsOnly,
        ),
        row(
            "finder.nda_release_request",
            M::ContactBegan,
            O::Months(12),
            "PR 1.14 [M]",
            M::ReleaseAsked,
            E::FinderMayAsk,
        ),
        row(
            "vendor.receipt",
            M::DetailsSent,
            O::WorkingDays(5),
            "PR 1.14 [D]",
            M::ReceiptConfirmed,
            E::Telephone,
        ),
        row(
            "vendor.silence",
            M::LastReply,
            O::Days(14),
            "PR 1.14 [V24 x06]",
            M::VendorReplied,
            E::Telephone,
        ),
        row(
            "vendor.nonresponsive",
            M::LastReply,
            O::Days(42),
            "PR 1.14 [V24 x06]",
            M::VendorReplied,
            E::MarkUnresponsive,
        ),
        row(
            "unreachable.attempts",
            M::FirstAttempt,
            O::Days(42),
            "PR 1.14 [D]",
            M::DeveloperReached,
            E::PublishName,
        ),
        row(
            "unreachable.product_list",
            M::NamePublished,
            O::Months(3),
            "PR 1.14 [V10][V11]",
            M::ProductPublished,
            E::PublishProduct,
        ),
        row(
            "unreachable.judgement",
            M::ProductPublished,
            O::Months(3),
            "PR 1.14 [M]",
            M::JudgementOpened,
            E::OpenJudgement,
        ),
        row(
            "judgement.hearing",
            M::PartiesHeardOf,
            O::Days(30),
            "PR 1.14 [D]",
            M::JudgementDecided,
            E::Decide,
        ),
        row(
            "courtesy_copy",
            M::ForcedPublication,
            O::DaysBefore(3),
            "PR 1.14 [V24]",
            M::CourtesyCopySent,
            E::Alert,
        ),
        row(
            "site.fix",
            M::SiteNotified,
            O::Days(90),
            "PR 1.14 [V17]",
            M::SiteFixed,
            E::Remind,
        ),
        row(
            "advance.ack.flash",
            M::AdvanceSent,
            O::Hours(4),
            "PR 1.14 [D]",
            M::AdvanceAcknowledged,
            E::Telephone,
        ),
        row(
            "advance.ack",
            M::AdvanceSent,
            O::Hours(24),
            "PR 1.14 [D]",
            M::AdvanceAcknowledged,
            E::Telephone,
        ),
        row(
            "embargo.max",
            M::ContactBegan,
            O::Days(180),
            "PR 1.14 [D]",
            M::EmbargoReviewed,
            E::OpenJudgement,
        ),
        row(
            "cna.publish.should",
            M::OwnIdDisclosed,
            O::Hours(24),
            "CNA 4.5.1.3",
            M::CveRecordPublished,
            E::Alert,
        ),
        row(
            "cna.publish",
            M::OwnIdDisclosed,
            O::Hours(72),
            "CNA 4.5.1.4",
            M::CveRecordPublished,
            E::Escalate,
        ),
        row(
            "cna.publish_other",
            M::OthersDisclosedId,
            O::Hours(72),
            "CNA 4.5.1.6",
            M::CveRecordPublished,
            E::Alert,
        ),
        row(
            "cna.first_refusal",
            M::AssignmentAsked,
            O::Hours(72),
            "CNA 4.2.1.2",
            M::IdAssigned,
            E::Escalate,
        ),
        row(
            "cna.dispute_ack",
            M::DisputeReceived,
            O::WorkingDays(3),
            "CVE dispute policy",
            M::DisputeAcknowledged,
            E::Escalate,
        ),
        row(
            "cna.dispute_decide",
            M::DisputeAcknowledged,
            O::WorkingDays(5),
            "CVE dispute policy",
            M::DisputeDecided,
            E::Escalate,
        ),
        row(
            "cra.aev.early_warning",
            M::ExploitationAware,
            O::Hours(24),
            "CRA 14(2)(a)",
            M::EarlyWarningSubmitted,
            E::RedClock,
        ),
        row(
            "cra.aev.notification",
            M::ExploitationAware,
            O::Hours(72),
            "CRA 14(2)(b)",
            M::NotificationSubmitted,
            E::RedClock,
        ),
        row(
            "cra.aev.notification.platform",
            M::EarlyWarningSubmitted,
            O::Hours(48),
            "SRP reading",
            M::NotificationSubmitted,
            E::RedClock,
        ),
        row(
            "cra.aev.final",
            M::MeasureAvailable,
            O::Days(14),
            "CRA 14(2)(c)",
            M::FinalReportSubmitted,
            E::RedClock,
        ),
        row(
            "cra.incident.early_warning",
            M::IncidentAware,
            O::Hours(24),
            "CRA 14(4)(a)",
            M::EarlyWarningSubmitted,
            E::RedClock,
        ),
        row(
            "cra.incident.notification",
            M::IncidentAware,
            O::Hours(72),
            "CRA 14(4)(b)",
            M::NotificationSubmitted,
            E::RedClock,
        ),
        row(
            "cra.incident.final",
            M::NotificationSubmitted,
            O::Months(1),
            "CRA 14(4)(c)",
            M::FinalReportSubmitted,
            E::RedClock,
        ),
        row(
            "nis2.early_warning",
            M::IncidentAware,
            O::Hours(24),
            "NIS2 23(4)(a)",
            M::EarlyWarningSubmitted,
            E::RedClock,
        ),
        row(
            "nis2.notification",
            M::IncidentAware,
            O::Hours(72),
            "NIS2 23(4)(b)",
            M::NotificationSubmitted,
            E::RedClock,
        ),
        row(
            "nis2.final",
            M::NotificationSubmitted,
            O::Months(1),
            "NIS2 23(4)(d)",
            M::FinalReportSubmitted,
            E::RedClock,
        ),
        row(
            "nis2.csirt_feedback",
            M::EarlyWarningReceived,
            O::Hours(24),
            "NIS2 23(5)",
            M::FeedbackGiven,
            E::RedClock,
        ),
    ]
};

const fn row(
    key: &'static str,
    anchor: Milestone,
    offset: Offset,
    rule_ref: &'static str,
    satisfied_by: Milestone,
    on_expiry: OnExpiry,
) -> Clock {
    Clock {
        key,
        anchor,
        offset,
        rule_ref,
        satisfied_by,
        on_expiry,
    }
}
