//! Who was asked and who answered: `involvements` and the notes about vendors without a product status.
//!
//! CSAF allows one entry per kind of party and date (test 6.1.24) and has no field for which vendor it means.
//! So there is one entry for a day on which the same is true of all vendors, whose names stand in its `summary`. A day on
//! which they differ has none, since its one status would be false of some; it stands in a note.

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

/// Returns the involvements, one for each day of one status, oldest first. A contact without a known day is left out.
pub(super) fn involvements(doc: &Advisory, lang: Lang) -> Vec<Value> {
    let days = days(doc, lang);
    let told = days.iter().filter_map(|(date, day)| {
        let status = day.status()?;
        let summary = day.summary(lang);
        Some(json!({ "date": date, "party": "vendor", "status": status, "summary": summary }))
    });
    told.collect()
}

/// Returns the days on which the vendors differ, one a paragraph; empty if there is none.
pub(super) fn mixed_days(doc: &Advisory, lang: Lang) -> String {
    let days = days(doc, lang);
    let mixed = days.iter().filter(|(_, day)| day.status().is_none());
    let told = mixed.map(|(date, day)| {
        let date = date.split('T').next().unwrap_or(date);
        format!("{date}\n{}", day.summary(lang))
    });
    told.collect::<Vec<_>>().join("\n\n")
}

fn days(doc: &Advisory, lang: Lang) -> BTreeMap<String, Day<'_>> {
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
    days
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

impl Day<'_> {
    /// The status that is true of all, if there is one.
    fn status(&self) -> Option<&'static str> {
        let first = self.statuses.first()?;
        let is_one = self.statuses.iter().all(|status| status == first);
        is_one.then_some(*first)
    }

    fn summary(&self, lang: Lang) -> String {
        let parts = [
            (
                say(lang, "連絡した製品開発者: ", "Vendors notified: "),
                &self.asked,
            ),
            (
                say(lang, "回答した製品開発者: ", "Vendors that answered: "),
                &self.answered,
            ),
        ];
        let summary: Vec<String> = parts
            .into_iter()
            .filter(|(_, names)| !names.is_empty())
            .map(|(words, names)| format!("{words}{}", names.join(say(lang, "、", "; "))))
            .collect();
        summary.join("\n")
    }
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
