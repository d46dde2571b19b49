//! The words of a call over a gateway: short, and nothing of the matter, since it passes other people's hands.

use formats::advisory::Lang;

use crate::Site;
use crate::kit::catalogue::Say;
use crate::kit::frame::site_name;

/// Returns what a person on the list is told: which house, what kind of thing stands still, where to take it over.
#[must_use]
pub fn text(site: &Site, lang: Lang, kind: &str, desk: &str) -> String {
    let key = match kind {
        "release" => "alarm-call-release",
        "relay" => "alarm-call-relay",
        "clock" => "alarm-call-clock",
        "database" => "alarm-call-database",
        "record" => "alarm-call-record",
        _ => "alarm-call-context",
    };
    Say(lang).with(key, &[("house", &site_name(site, lang)), ("url", desk)])
}
