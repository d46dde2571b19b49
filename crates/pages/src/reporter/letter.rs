//! A report as one text: what the finder typed into the fields, under their names in the finder's language.
//!
//! The desk reads and splits this text; contact and name for the credit are kept apart and do not stand in it.

use formats::letter::{Kind, Report};

use crate::catalogue::Say;

/// Returns the text of a report as the desk reads it.
#[must_use]
pub fn text_of(report: &Report) -> String {
    let say = Say(report.lang);
    let kind = match report.kind {
        Kind::Product => "reporter-kind-product",
        Kind::Site => "reporter-kind-site",
        Kind::OwnProduct => "reporter-kind-own",
    };
    let share = if report.share {
        "reporter-share-yes"
    } else {
        "reporter-share-no"
    };
    let parts = [
        ("reporter-what", report.what.clone()),
        ("reporter-happens", report.happens.clone()),
        ("reporter-kind", say.t(kind)),
        ("reporter-vendor", report.vendor.clone()),
        ("reporter-public", report.public.clone()),
        ("reporter-exploited", report.exploited.clone()),
        ("reporter-planned", report.planned.clone()),
        ("reporter-share-short", say.t(share)),
    ];
    let mut out = String::new();
    for (key, value) in parts {
        let value = value.trim();
        if value.is_empty() {
            continue;
        }
        if !out.is_empty() {
            out.push_str("\n\n");
        }
        out.push_str(&say.with("reporter-heading", &[("name", &say.t(key))]));
        out.push('\n');
        out.push_str(value);
    }
    out
}
