//! Small advisories for tests; organisations lie under example domains.

use std::collections::BTreeMap;

use crate::advisory::{
    Action, Advisory, Audience, Cvss, Damage, Lang, Marking, OtherId, Product, ProductStatus,
    Publisher, Reference, Revision, SCHEMA, Severity, Status, Texts, Threat, Vendor, VendorProduct,
    VendorStatus, Words,
};

/// Both languages with one text each.
pub(crate) fn both(ja: &str, en: &str) -> BTreeMap<Lang, String> {
    BTreeMap::from([(Lang::Ja, ja.to_owned()), (Lang::En, en.to_owned())])
}

/// An advisory with texts, without vendors, products, scores and numbers of others.
pub(crate) fn bare() -> Advisory {
    Advisory {
        schema: SCHEMA.to_owned(),
        id: "NRS-48217734".to_owned(),
        revision: 1,
        status: Status::Final,
        marking: Marking::None,
        first_published: FIRST.to_owned(),
        published: FIRST.to_owned(),
        publisher: Publisher {
            name: both("例示調整センター", "Example Coordination Centre"),
            portal: "https://portal.example".to_owned(),
            contact: "desk@portal.example".to_owned(),
        },
        audience: Audience::Administrator,
        texts: BTreeMap::from([(Lang::Ja, japanese()), (Lang::En, english())]),
        damage: Vec::new(),
        threat: Threat::NotRecorded,
        severity: Severity::NotRecorded,
        cvss: Vec::new(),
        cve: Vec::new(),
        other_ids: Vec::new(),
        products: Vec::new(),
        vendors: Vec::new(),
        references: Vec::new(),
        credits: Vec::new(),
        history: vec![revision(1, FIRST)],
        documents: Vec::new(),
    }
}

/// One vendor, one product with a fix, one CVE, one score.
pub(crate) fn small() -> Advisory {
    let mut doc = bare();
    doc.damage = vec![Damage::CodeExecution, Damage::Leak];
    doc.threat = Threat::Occurring;
    doc.severity = Severity::Critical;
    doc.cvss = vec![cvss(
        "3.1",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        9.8,
    )];
    doc.cve = vec!["CVE-2026-10001".to_owned()];
    doc.other_ids = vec![OtherId {
        system: "CERT/CC".to_owned(),
        text: "VU#800113".to_owned(),
    }];
    doc.products = vec![product("p1", "v1", "< 3.2.1")];
    let mut vendor = vendor("v1", VendorStatus::VulnerableFixed);
    vendor.products = vec![VendorProduct {
        product: "p1".to_owned(),
        status: ProductStatus::Fixed,
        fixed_in: Some("3.2.1".to_owned()),
    }];
    vendor.statement = Some(Words {
        lang: Lang::Ja,
        text: "修正版を公開しました。".to_owned(),
    });
    vendor.references = vec!["https://v1.example/advisory/1".to_owned()];
    doc.vendors = vec![vendor];
    doc.references = vec![
        Reference {
            url: "https://example.org/a?b=c#d".to_owned(),
            summary: String::new(),
        },
        Reference {
            url: "https://example.org/a b".to_owned(),
            summary: "not an address".to_owned(),
        },
    ];
    doc.credits = vec!["A finder who asked to be named by role".to_owned()];
    doc
}

/// 91 vendors of four labels, none with products, as large archived notes have them.
pub(crate) fn ninety_one_vendors() -> Advisory {
    let mut doc = bare();
    doc.cve = vec!["CVE-2026-10002".to_owned()];
    let labels = [
        VendorStatus::Vulnerable,
        VendorStatus::NotVulnerable,
        VendorStatus::Unknown,
        VendorStatus::Notified,
    ];
    doc.vendors = (0..91)
        .map(|n| vendor(&format!("v{n}"), labels[n % labels.len()]))
        .collect();
    doc
}

/// One vendor of each label, with named and unnamed products.
pub(crate) fn every_label() -> Advisory {
    let mut doc = small();
    let labels = [
        VendorStatus::Notified,
        VendorStatus::Investigating,
        VendorStatus::Vulnerable,
        VendorStatus::VulnerableFixed,
        VendorStatus::NotVulnerable,
        VendorStatus::Unknown,
        VendorStatus::Unreachable,
    ];
    for (n, label) in labels.into_iter().enumerate() {
        let id = format!("w{n}");
        doc.products.push(product(
            &format!("q{n}"),
            &id,
            if n % 2 == 0 { "1.0" } else { "" },
        ));
        doc.vendors.push(vendor(&id, label));
        doc.vendors.push(vendor(&format!("x{n}"), label));
    }
    doc.products
        .push(product("orphan", "nobody", "all versions"));
    doc
}

/// A second revision half a year later.
pub(crate) fn two_revisions() -> Advisory {
    let mut doc = small();
    doc.revision = 2;
    doc.status = Status::Updated;
    doc.published = SECOND.to_owned();
    doc.history.push(revision(2, SECOND));
    doc
}

/// A withdrawn advisory.
pub(crate) fn withdrawn() -> Advisory {
    let mut doc = two_revisions();
    doc.status = Status::Withdrawn;
    doc
}

/// An invented advisory.
pub(crate) fn fictional() -> Advisory {
    let mut doc = small();
    doc.marking = Marking::Fictional;
    doc
}

/// A replayed advisory: English only, nothing recorded but title and summary.
pub(crate) fn archived() -> Advisory {
    let mut doc = ninety_one_vendors();
    doc.marking = Marking::Archive;
    let english = Texts {
        title: "Gate accepts forged requests".to_owned(),
        summary: "From here on mail quoting matters.\nFrom the archive.".to_owned(),
        ..Texts::default()
    };
    let copied = Texts {
        untranslated: true,
        ..english.clone()
    };
    doc.texts = BTreeMap::from([(Lang::Ja, copied), (Lang::En, english)]);
    doc
}

/// An advisory whose texts exist in Japanese only.
pub(crate) fn japanese_only() -> Advisory {
    let mut doc = small();
    doc.texts = BTreeMap::from([(Lang::Ja, japanese())]);
    doc
}

/// Scores of every generation and two CVE numbers.
pub(crate) fn two_cves() -> Advisory {
    let mut doc = small();
    doc.cve.push("CVE-2026-100020".to_owned());
    doc.cvss = vec![
        cvss("2.0", "AV:N/AC:L/Au:N/C:P/I:P/A:P", 7.5),
        cvss("3.0", "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8),
        cvss("3.1", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10.0),
        cvss(
            "4.0",
            "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
            9.3,
        ),
    ];
    doc
}

/// Every sample, each with the sentence that it stands for.
pub(crate) fn all() -> Vec<(&'static str, Advisory)> {
    let mut without_cve = small();
    without_cve.cve.clear();
    let mut same_instant = two_revisions();
    for line in &mut same_instant.history {
        line.at = FIRST.to_owned();
    }
    same_instant.published = FIRST.to_owned();
    let mut exercise = small();
    exercise.marking = Marking::Exercise;
    vec![
        ("bare", bare()),
        ("small", small()),
        ("ninety-one vendors", ninety_one_vendors()),
        ("every label", every_label()),
        ("two revisions", two_revisions()),
        ("two revisions in one instant", same_instant),
        ("withdrawn", withdrawn()),
        ("fictional", fictional()),
        ("exercise", exercise),
        ("archived", archived()),
        ("Japanese only", japanese_only()),
        ("two CVE numbers", two_cves()),
        ("without CVE", without_cve),
    ]
}

/// A vendor that was written to on one of three days and, if its label says so, answered a week later.
pub(crate) fn vendor(id: &str, status: VendorStatus) -> Vendor {
    let day = 1 + id.len() % 3;
    let answered = !matches!(status, VendorStatus::Notified | VendorStatus::Unreachable);
    Vendor {
        id: id.to_owned(),
        name: both(&format!("製品開発者{id}"), &format!("Vendor {id}")),
        kana: String::new(),
        status,
        notified: Some(format!("2026-01-{day:02}")),
        answered: answered.then(|| format!("2026-01-{:02}", day + 7)),
        in_japan: None,
        statement: None,
        workaround: vec![],
        fix: vec![],
        information: None,
        statement_other: None,
        remedies: vec![],
        addendum: None,
        references: Vec::new(),
        products: Vec::new(),
    }
}

fn product(id: &str, vendor: &str, versions: &str) -> Product {
    Product {
        id: id.to_owned(),
        vendor: vendor.to_owned(),
        name: both(&format!("ゲート{id}"), &format!("Gate {id}")),
        versions: versions.to_owned(),
    }
}

fn cvss(version: &str, vector: &str, base_score: f64) -> Cvss {
    Cvss {
        version: version.to_owned(),
        vector: vector.to_owned(),
        base_score,
    }
}

fn revision(number: u32, at: &str) -> Revision {
    Revision {
        revision: number,
        at: at.to_owned(),
        reason: both("公表しました。", "Published."),
    }
}

fn japanese() -> Texts {
    Texts {
        untranslated: false,
        title: "「ゲート」における認証回避の脆弱性".to_owned(),
        summary: "例示製品「ゲート」には、認証を回避される脆弱性が存在します。遠隔の第三者によって、管理画面を操作される可能性があります（詳細は後述します）。".to_owned(),
        details: "第一段落です。\n\n第二段落です。".to_owned(),
        affected: "次の製品が影響を受けます。".to_owned(),
        check: "管理画面で版を確認してください。".to_owned(),
        impact: "任意のコードを実行される可能性があります。".to_owned(),
        fix: "製品開発者が提供する情報をもとに、最新版へアップデートしてください。".to_owned(),
        workaround: "管理画面への接続元を制限してください。".to_owned(),
        side_effects: String::new(),
        detection: "記録に見覚えのない接続がないか確認してください。".to_owned(),
        threat_note: "国内で攻撃を確認しています。".to_owned(),
        note: String::new(),
        actions: vec![Action {
            who: "管理者".to_owned(),
            what: "最新版へアップデートする".to_owned(),
            by: "2026年1月20日".to_owned(),
        }],
    }
}

fn english() -> Texts {
    Texts {
        untranslated: false,
        title: "Gate accepts forged requests".to_owned(),
        summary: "Gate contains an authentication bypass. A remote attacker may operate the management page.".to_owned(),
        details: "First paragraph.\n\nSecond paragraph with & and <tags> and \"quotes\".".to_owned(),
        affected: "The following products are affected.".to_owned(),
        check: "Look up the version on the management page.".to_owned(),
        impact: "Arbitrary code may be executed.".to_owned(),
        fix: "Update to the latest version.".to_owned(),
        workaround: "Restrict the addresses that may reach the management page.".to_owned(),
        side_effects: String::new(),
        detection: "Look for connections that you do not know.".to_owned(),
        threat_note: "Attacks have been seen.".to_owned(),
        note: String::new(),
        actions: vec![Action {
            who: "Administrators".to_owned(),
            what: "update to the latest version".to_owned(),
            by: "20 January 2026".to_owned(),
        }],
    }
}

const FIRST: &str = "2026-01-15T03:00:00Z";
const SECOND: &str = "2026-07-15T03:00:00Z";
