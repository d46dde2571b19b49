//! Who was asked and who answered: `involvements` and the notes about vendors without a product status.
//!
//! CSAF allows one entry per kind of party and date (test 6.1.24) and has no field for which vendor it means.
//! So there is one entry a day, the vendors stand in its `summary`, and its status says only what is true of
//! all of them; where they differ it is `open`, by which CSAF means nothing in particular.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{name, say};
use crate::advisory::{Advisory, Lang, Vendor, VendorStatus};

#[derive(Default)]
struct Day<'a> {
    asked: Vec<&'a str>,
    answered: Vec<&'a str>,
    statuses: Vec<&'static str>,
}

/// Returns the involvements, one a day, oldest first. A contact without a known day is left out.
pub(super) fn involvements(doc: &Advisory, lang: Lang) -> Vec<Value> {
    let mut days: BTreeMap<String, Day<'_>> = BTreeMap::new();
    for vendor in &doc.vendors {
        let vendor_name = name(&vendor.name, lang, &vendor.id);
        if let Some(date) = midnight(vendor.notified.as_deref()) {
            let day = days.entry(date).or_default();
            day.asked.push(vendor_name);
            day.statuses.push("contact_attempted");
        }
        if let Some(date) = midnight(vendor.answered.as_deref()) {
            let day = days.entry(date).or_default();
            day.answered.push(vendor_name);
            day.statuses.push(status_of_answer(vendor.status));
        }
    }
    days.into_iter()
        .map(|(date, day)| involvement(&date, &day, lang))
        .collect()
}

/// Returns the names of the vendors with one of `labels`, one a line.
pub(super) fn named(doc: &Advisory, lang: Lang, labels: &[VendorStatus]) -> String {
    let of_label = |vendor: &&Vendor| labels.contains(&vendor.status);
    let names: Vec<&str> = doc
        .vendors
        .iter()
        .filter(of_label)
        .map(|vendor| name(&vendor.name, lang, &vendor.id))
        .collect();
    names.join("\n")
}

fn involvement(date: &str, day: &Day<'_>, lang: Lang) -> Value {
    let parts = [
        (
            say(lang, "連絡した製品開発者: ", "Vendors notified: "),
            &day.asked,
        ),
        (
            say(lang, "回答した製品開発者: ", "Vendors that answered: "),
            &day.answered,
        ),
    ];
    let summary: Vec<String> = parts
        .into_iter()
        .filter(|(_, names)| !names.is_empty())
        .map(|(words, names)| format!("{words}{}", names.join(say(lang, "、", "; "))))
        .collect();
    let first = day.statuses.first().copied().unwrap_or(OPEN);
    let status = if day.statuses.iter().all(|status| *status == first) {
        first
    } else {
        OPEN
    };
    json!({ "date": date, "party": "vendor", "status": status, "summary": summary.join("\n") })
}

const OPEN: &str = "open";

fn status_of_answer(label: VendorStatus) -> &'static str {
    match label {
        VendorStatus::Investigating => "in_progress",
        VendorStatus::Vulnerable | VendorStatus::VulnerableFixed | VendorStatus::NotVulnerable => {
            "completed"
        }
        VendorStatus::Notified | VendorStatus::Unknown | VendorStatus::Unreachable => OPEN,
    }
}

fn midnight(day: Option<&str>) -> Option<String> {
    let date = format!("{}T00:00:00Z", day?);
    crate::time::instant(&date).map(|_| date)
}
