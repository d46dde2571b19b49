//! Headings and labels of the bulletin, in both languages.
//!
//! They are not in the catalogues of the pages on purpose: bulletins are hashed, approved and signed, so a better
//! word on a page must not change a document that was approved yesterday. Headings follow
//! docs/design/japanese-practice.md §3.4.

use crate::advisory::{
    Audience, Damage, Lang, Marking, ProductStatus, Severity, Status, Threat, VendorStatus,
};

/// Fixed words of one language.
pub(super) struct Labels {
    pub(super) number: &'static str,
    pub(super) revision: &'static str,
    pub(super) audience: &'static str,
    pub(super) first_published: &'static str,
    pub(super) published: &'static str,
    pub(super) publisher: &'static str,
    pub(super) untranslated: &'static str,
    pub(super) withdrawn: &'static str,
    pub(super) actions_withdrawn: &'static str,
    pub(super) not_recorded: &'static str,
    pub(super) versions_not_recorded: &'static str,
    pub(super) fixed_in: &'static str,
    pub(super) by: &'static str,
    pub(super) damage: &'static str,
    pub(super) no_vendors: &'static str,
    pub(super) vendor_fix: &'static str,
    pub(super) vendor_workaround: &'static str,
    pub(super) no_history: &'static str,
    pub(super) contact: &'static str,
    pub(super) copies: &'static str,
    pub(super) csaf: &'static str,
    pub(super) colon: &'static str,
    pub(super) comma: &'static str,
    pub(super) heading: Headings,
}

/// Headings of one language.
pub(super) struct Headings {
    pub(super) actions: &'static str,
    pub(super) affected: &'static str,
    pub(super) severity: &'static str,
    pub(super) vendors: &'static str,
    pub(super) summary: &'static str,
    pub(super) check: &'static str,
    pub(super) impact: &'static str,
    pub(super) threat: &'static str,
    pub(super) fix: &'static str,
    pub(super) workaround: &'static str,
    pub(super) side_effects: &'static str,
    pub(super) detection: &'static str,
    pub(super) details: &'static str,
    pub(super) note: &'static str,
    pub(super) references: &'static str,
    pub(super) related: &'static str,
    pub(super) credits: &'static str,
    pub(super) history: &'static str,
    pub(super) contact: &'static str,
}

/// Returns the words of `lang`.
pub(super) fn labels(lang: Lang) -> &'static Labels {
    match lang {
        Lang::Ja => &JA,
        Lang::En => &EN,
    }
}

static JA: Labels = Labels {
    number: "番号",
    revision: "改訂番号",
    audience: "対象の読者",
    first_published: "公開日",
    published: "最終更新日",
    publisher: "公表者",
    untranslated: "日本語の訳はありません。本文は原文のまま掲載します。",
    withdrawn: "この文書は取り消されました。理由は更新履歴に示します。",
    actions_withdrawn: "この文書は取り消されました。行う前に、更新履歴の理由をご確認ください。",
    not_recorded: "記録されていません。",
    versions_not_recorded: "バージョンの記録なし",
    fixed_in: "修正済みバージョン",
    by: "時期",
    damage: "被害の種類",
    no_vendors: "記録されている製品開発者はありません。",
    vendor_fix: "ベンダによる修正方法",
    vendor_workaround: "ベンダによる回避方法",
    no_history: "理由は記録されていません。",
    contact: "連絡先",
    copies: "署名付きの文書",
    csaf: "CSAF",
    colon: ": ",
    comma: "、",
    heading: Headings {
        actions: "まず行うこと",
        affected: "影響を受けるシステム",
        severity: "深刻度の評価",
        vendors: "ベンダ情報",
        summary: "概要",
        check: "該当するかどうかの確認方法",
        impact: "想定される影響",
        threat: "悪用の状況",
        fix: "対策方法（修正方法）",
        workaround: "対策方法（回避方法）",
        side_effects: "対策を行う際の注意",
        detection: "侵害の検知方法",
        details: "詳細情報",
        note: "調整機関からの補足情報",
        references: "参考情報",
        related: "関連する番号",
        credits: "謝辞",
        history: "更新履歴",
        contact: "連絡先と署名付きの文書",
    },
};

static EN: Labels = Labels {
    number: "Number",
    revision: "Revision",
    audience: "Written for",
    first_published: "First published",
    published: "This revision",
    publisher: "Publisher",
    untranslated: "No English translation exists. The text below is in its original language.",
    withdrawn: "This advisory has been withdrawn. The revision history tells why.",
    actions_withdrawn: "This document has been withdrawn. Please read the reason in the revision history before you act.",
    not_recorded: "Not recorded.",
    versions_not_recorded: "versions not recorded",
    fixed_in: "fixed in",
    by: "when",
    damage: "Kinds of damage",
    no_vendors: "No vendor is recorded.",
    vendor_fix: "Fix from the vendor",
    vendor_workaround: "Workaround from the vendor",
    no_history: "No reason is recorded.",
    contact: "Contact",
    copies: "Signed copies",
    csaf: "CSAF",
    colon: ": ",
    comma: ", ",
    heading: Headings {
        actions: "What to do first",
        affected: "Affected systems",
        severity: "Severity",
        vendors: "Vendor status",
        summary: "Overview",
        check: "How to check whether you are affected",
        impact: "Impact",
        threat: "Threat",
        fix: "Solution: fix",
        workaround: "Solution: workaround",
        side_effects: "Side effects of the solution",
        detection: "Detecting a compromise",
        details: "Details",
        note: "Notes from the coordinator",
        references: "References",
        related: "Related numbers",
        credits: "Acknowledgements",
        history: "Revision history",
        contact: "Contact and signed copies",
    },
};

/// Returns the line that marks every copy, empty for an ordinary advisory.
pub(super) fn marking(marking: Marking, lang: Lang) -> &'static str {
    let (ja, en) = match marking {
        Marking::None => ("", ""),
        Marking::Archive => (
            "【過去の記録】過去の公開情報から再現した文書です。この公表者が調整した案件ではありません。",
            "[ARCHIVE] Replayed from a public archive. This publisher did not coordinate the case.",
        ),
        Marking::Fictional => (
            "【架空】架空の内容です。実在の製品や組織とは関係ありません。",
            "[FICTIONAL] Invented for a demonstration. It is about no existing product or organisation.",
        ),
        Marking::Exercise => (
            "【訓練】訓練用の文書です。実際の対応は必要ありません。",
            "[EXERCISE] Part of an exercise. No real action is required.",
        ),
    };
    pick(lang, ja, en)
}

/// Returns the name of a stage.
pub(super) fn status(status: Status, lang: Lang) -> &'static str {
    let (ja, en) = match status {
        Status::Interim => ("暫定版", "interim"),
        Status::Final => ("最終版", "final"),
        Status::Updated => ("更新版", "updated"),
        Status::Withdrawn => ("取消し", "withdrawn"),
    };
    pick(lang, ja, en)
}

/// Returns the name of an audience.
pub(super) fn audience(audience: Audience, lang: Lang) -> &'static str {
    let (ja, en) = match audience {
        Audience::Administrator => ("管理者", "administrators"),
        Audience::GeneralUser => ("一般利用者", "general users"),
        Audience::Developer => ("開発者", "developers"),
    };
    pick(lang, ja, en)
}

/// Returns the name of a kind of damage.
pub(super) fn damage(damage: Damage, lang: Lang) -> &'static str {
    let (ja, en) = match damage {
        Damage::DenialOfService => ("サービスの停止", "denial of service"),
        Damage::Intrusion => ("侵入", "intrusion"),
        Damage::CodeExecution => ("任意のコードの実行", "code execution"),
        Damage::Leak => ("情報の漏えい", "information leak"),
        Damage::Tampering => ("改ざん", "tampering"),
        Damage::PrivilegeEscalation => ("権限の昇格", "privilege escalation"),
    };
    pick(lang, ja, en)
}

/// Returns what is known of attacks, in words.
pub(super) fn threat(threat: Threat, lang: Lang) -> &'static str {
    let (ja, en) = match threat {
        Threat::Occurring => ("悪用を確認（現実に発生）", "Exploitation is occurring."),
        Threat::Expected => ("悪用の可能性（想定）", "Exploitation is possible."),
        Threat::NoneKnown => ("悪用は確認されていません", "No exploitation is known."),
        Threat::NotRecorded => (JA.not_recorded, EN.not_recorded),
    };
    pick(lang, ja, en)
}

/// Returns the severity in one word.
pub(super) fn severity(severity: Severity, lang: Lang) -> &'static str {
    let (ja, en) = match severity {
        Severity::NotRecorded => (JA.not_recorded, EN.not_recorded),
        Severity::None => ("なし", "None"),
        Severity::Caution => ("注意", "Caution"),
        Severity::Warning => ("警告", "Warning"),
        Severity::Important => ("重要", "Important"),
        Severity::Critical => ("緊急", "Critical"),
    };
    pick(lang, ja, en)
}

/// Returns the public label of a vendor (docs/design/japanese-practice.md §3.3).
pub(super) fn vendor_status(status: VendorStatus, lang: Lang) -> &'static str {
    let (ja, en) = match status {
        VendorStatus::Notified => ("脆弱性情報提供済み", "Notified"),
        VendorStatus::Investigating => ("調査中", "Under investigation"),
        VendorStatus::Vulnerable => ("該当製品あり", "Vulnerable"),
        VendorStatus::VulnerableFixed => ("該当製品あり（対策情報あり）", "Vulnerable, fixed"),
        VendorStatus::NotVulnerable => ("該当製品なし", "Not vulnerable"),
        VendorStatus::Unknown => ("不明", "Unknown"),
        VendorStatus::Unreachable => ("連絡不能", "Unreachable"),
    };
    pick(lang, ja, en)
}

/// Returns the status of a product in words.
pub(super) fn product_status(status: ProductStatus, lang: Lang) -> &'static str {
    let (ja, en) = match status {
        ProductStatus::KnownAffected => ("影響を受ける", "affected"),
        ProductStatus::KnownNotAffected => ("影響を受けない", "not affected"),
        ProductStatus::UnderInvestigation => ("調査中", "under investigation"),
        ProductStatus::Fixed => ("影響を受ける（対策情報あり）", "affected, fix available"),
    };
    pick(lang, ja, en)
}

fn pick(lang: Lang, ja: &'static str, en: &'static str) -> &'static str {
    match lang {
        Lang::Ja => ja,
        Lang::En => en,
    }
}
