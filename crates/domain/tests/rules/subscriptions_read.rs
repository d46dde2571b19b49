//! Subscriptions as they were recorded, of each channel.

use std::path::PathBuf;

use domain::event::{Event, Recorded};
use domain::value::CopyChannel;

#[test]
fn a_subscription_of_a_known_mailbox_reads_as_it_was_written() {
    let golden = include_str!("../../../../fixtures/events/subscribed.mailbox.json");
    let recorded: Recorded = serde_json::from_str(golden).unwrap();
    let Event::Subscribed {
        mailbox, channel, ..
    } = &recorded.event
    else {
        panic!("another event: {recorded:?}");
    };
    assert_eq!(mailbox.as_deref(), Some("22".repeat(32).as_str()));
    assert_eq!(*channel, CopyChannel::Mail, "what names none goes by mail");
    let written = serde_json::to_value(&recorded).unwrap();
    let text = format!("{}\n", serde_json::to_string_pretty(&written).unwrap());
    assert_eq!(text, golden);
}

#[test]
fn a_subscription_of_every_channel_is_on_record() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/events");
    for channel in CopyChannel::ALL {
        let name = match channel.is_first() {
            true => "subscribed.json".to_owned(),
            false => format!("subscribed.{}.json", channel.name()),
        };
        let golden = std::fs::read_to_string(folder.join(&name)).unwrap();
        let recorded: Recorded = serde_json::from_str(&golden).unwrap();
        let Event::Subscribed { channel: found, .. } = &recorded.event else {
            panic!("another event: {name}");
        };
        assert_eq!(*found, channel, "{name}");
        let written = serde_json::to_value(&recorded).unwrap();
        let before: serde_json::Value = serde_json::from_str(&golden).unwrap();
        assert_eq!(written, before, "{name}");
    }
}
