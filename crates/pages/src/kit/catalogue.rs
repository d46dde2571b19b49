//! The words of the pages, from the Fluent catalogues in `i18n/`.
//!
//! Deliberately knows no word itself and no page: it looks up keys. A key that is missing, or whose
//! arguments do not fit, is shown as `⟦key⟧`, so that a test (and a reader) sees it; a page never fails for it.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use formats::advisory::Lang;
use unic_langid::LanguageIdentifier;

type Bundle = FluentBundle<FluentResource>;

/// Says things in one language.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Say(pub(crate) Lang);

impl Say {
    /// Returns the words of a key that takes no argument.
    pub(crate) fn t(self, key: &str) -> String {
        self.format(key, None)
    }

    /// Returns the words of `key` with named pieces of text in their places.
    pub(crate) fn with(self, key: &str, args: &[(&str, &str)]) -> String {
        let args: FluentArgs<'_> = args.iter().copied().collect();
        self.format(key, Some(&args))
    }

    /// Returns the words of `key` for the number `$n`, with the plural form that it asks for.
    pub(crate) fn count(self, key: &str, n: usize) -> String {
        let mut args = FluentArgs::new();
        args.set("n", n);
        self.format(key, Some(&args))
    }

    fn format(self, key: &str, args: Option<&FluentArgs<'_>>) -> String {
        let bundle = bundle(self.0);
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
            return missing(key);
        };
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, args, &mut errors);
        if errors.is_empty() {
            text.into_owned()
        } else {
            missing(key)
        }
    }
}

fn missing(key: &str) -> String {
    format!("⟦{key}⟧")
}

fn bundle(lang: Lang) -> &'static Bundle {
    static JAPANESE: LazyLock<Bundle> = LazyLock::new(|| load(Lang::Ja));
    static ENGLISH: LazyLock<Bundle> = LazyLock::new(|| load(Lang::En));
    match lang {
        Lang::Ja => &JAPANESE,
        Lang::En => &ENGLISH,
    }
}

/// Reads what can be read: the tests, not the running house, refuse a catalogue with mistakes.
fn load(lang: Lang) -> Bundle {
    let locale: LanguageIdentifier = lang.tag().parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![locale]);
    bundle.set_use_isolating(false);
    for source in sources(lang) {
        let resource = match FluentResource::try_new(source.to_owned()) {
            Ok(resource) | Err((resource, _)) => resource,
        };
        bundle.add_resource_overriding(resource);
    }
    bundle
}

/// Returns the catalogue files of a language.
pub(crate) fn sources(lang: Lang) -> [&'static str; 13] {
    match lang {
        Lang::Ja => [
            include_str!("../../i18n/ja/common.ftl"),
            include_str!("../../i18n/ja/labels.ftl"),
            include_str!("../../i18n/ja/advisory.ftl"),
            include_str!("../../i18n/ja/site.ftl"),
            include_str!("../../i18n/ja/mail.ftl"),
            include_str!("../../i18n/ja/reporter.ftl"),
            include_str!("../../i18n/ja/member.ftl"),
            include_str!("../../i18n/ja/desk.ftl"),
            include_str!("../../i18n/ja/approvers.ftl"),
            include_str!("../../i18n/ja/work.ftl"),
            include_str!("../../i18n/ja/partner.ftl"),
            include_str!("../../i18n/ja/editor.ftl"),
            include_str!("../../i18n/ja/find.ftl"),
        ],
        Lang::En => [
            include_str!("../../i18n/en/common.ftl"),
            include_str!("../../i18n/en/labels.ftl"),
            include_str!("../../i18n/en/advisory.ftl"),
            include_str!("../../i18n/en/site.ftl"),
            include_str!("../../i18n/en/mail.ftl"),
            include_str!("../../i18n/en/reporter.ftl"),
            include_str!("../../i18n/en/member.ftl"),
            include_str!("../../i18n/en/desk.ftl"),
            include_str!("../../i18n/en/approvers.ftl"),
            include_str!("../../i18n/en/work.ftl"),
            include_str!("../../i18n/en/partner.ftl"),
            include_str!("../../i18n/en/editor.ftl"),
            include_str!("../../i18n/en/find.ftl"),
        ],
    }
}
