//! Products and what is said of them: the product tree and `product_status` of a CSAF document.
//!
//! Every pair of vendor and product is a product of its own here, since two vendors may judge the same component
//! differently and one product id in two status groups is a contradiction (test 6.1.6). No product is invented: a
//! vendor that answered without naming one gets `<vendor>: products not recorded`, and a product without a status
//! is not in the tree but in [`Catalogue::unstated`], which becomes a note.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{name, plain, say};
use crate::advisory::{Advisory, Lang, Product, ProductStatus, Vendor, VendorStatus};

/// The product tree and its statuses.
#[derive(Default)]
pub(super) struct Catalogue {
    /// One branch per vendor.
    pub(super) branches: Vec<Value>,
    /// Affected products, in the order of the tree.
    pub(super) affected: Vec<Affected>,
    /// Full names of products that are named without a status.
    pub(super) unstated: Vec<String>,
    fixed: Vec<String>,
    not_affected: Vec<String>,
    under_investigation: Vec<String>,
    ids: BTreeSet<String>,
}

/// An affected product and its way out.
pub(super) struct Affected {
    /// Product id in the CSAF document.
    pub(super) id: String,
    /// [`Product::id`], if somebody named it.
    pub(super) product: Option<String>,
    /// Whose it is.
    pub(super) vendor: String,
    /// Version that carries the fix.
    pub(super) fixed_in: Option<String>,
    /// The vendor says that the fix is out.
    pub(super) fix_is_out: bool,
}

/// One vendor's word on one product.
struct Claim<'a> {
    product: &'a Product,
    status: Option<ProductStatus>,
    fixed_in: Option<&'a str>,
}

/// Returns the products of `doc` with names in `lang`.
pub(super) fn catalogue(doc: &Advisory, lang: Lang) -> Catalogue {
    let mut catalogue = Catalogue::default();
    for vendor in &doc.vendors {
        let vendor_name = name(&vendor.name, lang, &vendor.id);
        let claims = claims(doc, vendor);
        let mut branches = Vec::new();
        if claims.is_empty()
            && let Some(status) = status_of_label(vendor.status)
        {
            branches.push(catalogue.placeholder(vendor, vendor_name, status, lang));
        }
        for claim in &claims {
            branches.extend(catalogue.place(vendor, vendor_name, claim, lang));
        }
        if !branches.is_empty() {
            let branch = json!({ "category": "vendor", "name": vendor_name, "branches": branches });
            catalogue.branches.push(branch);
        }
    }
    let of_nobody = doc
        .products
        .iter()
        .filter(|p| doc.vendors.iter().all(|v| !speaks_of(v, p)));
    catalogue
        .unstated
        .extend(of_nobody.map(|p| full_name("", p, lang)));
    catalogue
}

impl Affected {
    /// Whether a fix is known for it.
    pub(super) const fn has_fix(&self) -> bool {
        self.fixed_in.is_some() || self.fix_is_out
    }
}

impl Catalogue {
    /// The products that the fix of the advisory's own text is for: those that have one; or all, where they are of one
    /// vendor and no version was told. A fix of one vendor is none of another's product.
    pub(super) fn fixed_by_text(&self) -> Vec<&str> {
        let ids = |is_one: &dyn Fn(&Affected) -> bool| {
            let found = self.affected.iter().filter(|product| is_one(product));
            found.map(|product| product.id.as_str()).collect::<Vec<_>>()
        };
        let fixed = ids(&Affected::has_fix);
        let mut vendors = self.affected.iter().map(|product| product.vendor.as_str());
        let first = vendors.next();
        if fixed.is_empty() && vendors.all(|vendor| Some(vendor) == first) {
            return ids(&|_| true);
        }
        fixed
    }

    /// Returns whether at least one product has a status.
    pub(super) fn says_something(&self) -> bool {
        !self.branches.is_empty()
    }

    /// Returns `product_status`, or nothing when no product has one.
    pub(super) fn product_status(&self) -> Option<Value> {
        let affected: Vec<&String> = self.affected.iter().map(|product| &product.id).collect();
        let groups: [(&str, Vec<&String>); 4] = [
            ("fixed", self.fixed.iter().collect()),
            ("known_affected", affected),
            ("known_not_affected", self.not_affected.iter().collect()),
            (
                "under_investigation",
                self.under_investigation.iter().collect(),
            ),
        ];
        let groups: Map<String, Value> = groups
            .into_iter()
            .filter(|(_, ids)| !ids.is_empty())
            .map(|(group, ids)| (group.to_owned(), json!(ids)))
            .collect();
        (!groups.is_empty()).then_some(Value::Object(groups))
    }

    fn placeholder(
        &mut self,
        vendor: &Vendor,
        vendor_name: &str,
        status: ProductStatus,
        lang: Lang,
    ) -> Value {
        let id = self.unique(vendor.id.clone());
        self.record((vendor, None), status, id.clone(), None);
        let missing = say(lang, "製品の記録なし", "products not recorded");
        let full = format!("{vendor_name}: {missing}");
        json!({
            "category": "product_name",
            "name": missing,
            "product": { "name": full, "product_id": id },
        })
    }

    fn place(
        &mut self,
        vendor: &Vendor,
        vendor_name: &str,
        claim: &Claim<'_>,
        lang: Lang,
    ) -> Vec<Value> {
        let full = full_name(vendor_name, claim.product, lang);
        let Some(status) = claim.status else {
            self.unstated.push(full);
            return Vec::new();
        };
        let short = name(&claim.product.name, lang, &claim.product.id);
        let versions = plain(&claim.product.versions);
        let id = self.unique(format!("{}-{}", vendor.id, claim.product.id));
        let has_fix = matches!(status, ProductStatus::KnownAffected | ProductStatus::Fixed);
        let fixed_in = claim.fixed_in.filter(|_| has_fix);
        let of = (vendor, Some(claim.product.id.as_str()));
        self.record(of, status, id.clone(), fixed_in);
        let mut whole = Vec::new();
        let mut by_version = Vec::new();
        if versions.is_empty() {
            let missing = say(lang, "バージョンの記録なし", "versions not recorded");
            let product = json!({ "name": format!("{full} ({missing})"), "product_id": id });
            whole.push(json!({ "category": "product_name", "name": short, "product": product }));
        } else {
            by_version.push(version_branch(versions, &full, &id));
        }
        if let Some(version) = fixed_in {
            let fixed_id = self.unique(format!("{id}-fixed"));
            let fixed_name = format!("{vendor_name} {short} {version}");
            by_version.push(version_branch(version, &fixed_name, &fixed_id));
            self.fixed.push(fixed_id);
        }
        if !by_version.is_empty() {
            whole
                .push(json!({ "category": "product_name", "name": short, "branches": by_version }));
        }
        whole
    }

    fn record(
        &mut self,
        (vendor, product): (&Vendor, Option<&str>),
        status: ProductStatus,
        id: String,
        fixed_in: Option<&str>,
    ) {
        match status {
            ProductStatus::KnownAffected | ProductStatus::Fixed => self.affected.push(Affected {
                id,
                product: product.map(str::to_owned),
                vendor: vendor.id.clone(),
                fixed_in: fixed_in.map(str::to_owned),
                fix_is_out: status == ProductStatus::Fixed,
            }),
            ProductStatus::KnownNotAffected => self.not_affected.push(id),
            ProductStatus::UnderInvestigation => self.under_investigation.push(id),
        }
    }

    /// Ids of one advisory are unique by contract; should they not be, the document must still not mix two products.
    fn unique(&mut self, wanted: String) -> String {
        let mut id = wanted.clone();
        let mut count = 1_u32;
        while !self.ids.insert(id.clone()) {
            count += 1;
            id = format!("{wanted}-{count}");
        }
        id
    }
}

fn claims<'a>(doc: &'a Advisory, vendor: &'a Vendor) -> Vec<Claim<'a>> {
    let said = vendor.products.iter().filter_map(|word| {
        let product = doc
            .products
            .iter()
            .find(|product| product.id == word.product)?;
        let fixed_in = word
            .fixed_in
            .as_deref()
            .map(plain)
            .filter(|version| !version.is_empty());
        Some(Claim {
            product,
            status: Some(word.status),
            fixed_in,
        })
    });
    let unsaid = doc
        .products
        .iter()
        .filter(|product| product.vendor == vendor.id)
        .filter(|product| {
            vendor
                .products
                .iter()
                .all(|word| word.product != product.id)
        })
        .map(|product| Claim {
            product,
            status: status_of_label(vendor.status),
            fixed_in: None,
        });
    said.chain(unsaid).collect()
}

fn speaks_of(vendor: &Vendor, product: &Product) -> bool {
    vendor.id == product.vendor
        || vendor
            .products
            .iter()
            .any(|word| word.product == product.id)
}

/// Labels that say nothing about products have no status (docs/design/japanese-practice.md §3.3).
fn status_of_label(label: VendorStatus) -> Option<ProductStatus> {
    match label {
        VendorStatus::Investigating => Some(ProductStatus::UnderInvestigation),
        VendorStatus::Vulnerable => Some(ProductStatus::KnownAffected),
        VendorStatus::VulnerableFixed => Some(ProductStatus::Fixed),
        VendorStatus::NotVulnerable => Some(ProductStatus::KnownNotAffected),
        VendorStatus::Notified | VendorStatus::Unknown | VendorStatus::Unreachable => None,
    }
}

fn full_name(vendor_name: &str, product: &Product, lang: Lang) -> String {
    let parts = [
        vendor_name,
        name(&product.name, lang, &product.id),
        plain(&product.versions),
    ];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(" ")
}

/// Whether a text is positively one version; whatever could mean several is no single one to a program.
pub(super) fn is_one_version(text: &str) -> bool {
    // What stands before the first digit is a letter or two: v2, R12; a word such as "before" says more.
    let digits = text.find(|c: char| c.is_ascii_digit());
    let is_led =
        digits.is_some_and(|at| at <= 2 && text[..at].chars().all(|c| c.is_ascii_alphabetic()));
    let is_plain = text
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "._+-".contains(c));
    let has_open_end = text.ends_with(['+', '-', '.', '_']);
    let pieces = || text.split(['.', '_', '+', '-']);
    let has_blank = pieces().any(|piece| piece.is_empty() || piece.eq_ignore_ascii_case("x"));
    // 1.0-2 is a packager's; 1.0-2.4 may be two versions.
    let is_pair = text.split_once('-').is_some_and(|(_, after)| {
        after.starts_with(|c: char| c.is_ascii_digit()) && after.contains('.')
    });
    is_led && is_plain && !has_open_end && !has_blank && !is_pair
}

/// A `product_version` must be one version (test 6.1.31); whatever else is said of versions is a range.
fn version_branch(versions: &str, full_name: &str, id: &str) -> Value {
    let category = if is_one_version(versions) {
        "product_version"
    } else {
        "product_version_range"
    };
    // A bare star is no range that a program knows.
    let versions = match versions {
        "*" | "all" => "vers:all/*",
        versions => versions,
    };
    json!({
        "category": category,
        "name": versions,
        "product": { "name": full_name, "product_id": id },
    })
}
