//! Forms: what somebody typed, what is wrong with it, and fields that show both.
//!
//! Nothing typed is lost: a form that is refused is shown again with every value, each problem beside its
//! field and listed at the top with links. Knows no command and no page; used by portal and house alike.

use std::collections::BTreeMap;

use askama::Template;
use formats::charset::{self, Surety};

use crate::kit::catalogue::Say;
use crate::kit::text;

mod once;

pub use once::{ONCE, with_once};

/// Most fields that are read of one form; more is no form of ours.
const FIELDS_MAX: usize = 4_000;

/// A product and a range of its versions as the value of a choice; people read [`formats::range::of_product`].
#[must_use]
pub fn about(product: &str, versions: &str) -> String {
    match versions {
        "" => text::line(product),
        versions => text::line(&format!("{product} ({versions})")),
    }
}

/// An answer as the value of a choice: product, range, vulnerability, and what was said, so that one that was changed
/// meanwhile is another.
#[must_use]
pub fn answer_value(
    product: Option<&str>,
    versions: &str,
    vulnerability: Option<&str>,
    answer: &str,
) -> String {
    let product = product.filter(|product| !product.is_empty());
    text::line(&format!("{:?}", (product, versions, vulnerability, answer)))
}

/// What somebody typed into a form, with its problems.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    values: BTreeMap<String, Vec<String>>,
    problems: Vec<Problem>,
}

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Name of the field; empty if the problem is with the whole.
    pub field: String,
    /// Key of the words in the catalogues: they say what to do.
    pub key: String,
    /// What stands in the places of the words.
    pub args: Vec<(String, String)>,
}

impl Typed {
    /// Reads a body of `application/x-www-form-urlencoded`, in UTF-8 or what can be only one other form; a guess is a
    /// problem. Line ends become `\n`, and a name loses the `[]`
    /// that tells a reader of the page that it may come several times.
    #[must_use]
    pub fn parse(body: &[u8]) -> Typed {
        let mut typed = Typed::default();
        let mut is_guessed = false;
        for pair in body
            .split(|byte| *byte == b'&')
            .filter(|pair| !pair.is_empty())
            .take(FIELDS_MAX)
        {
            let mut sides = pair.splitn(2, |byte| *byte == b'=');
            let mut side = || charset::read_escaped(sides.next().unwrap_or_default());
            let ((name, _), (value, surety)) = (side(), side());
            is_guessed |= surety == Surety::Guessed;
            typed.take(&name, &value);
        }
        typed.doubt(is_guessed);
        typed
    }

    /// Reads a form that came in parts (RFC 7578); the bytes of a value are read as those of other forms are.
    #[must_use]
    pub fn of_parts<V: AsRef<[u8]>>(parts: &[(String, V)]) -> Typed {
        let mut typed = Typed::default();
        let mut is_guessed = false;
        for (name, value) in parts.iter().take(FIELDS_MAX) {
            let (value, surety) = charset::read(value.as_ref());
            is_guessed |= surety == Surety::Guessed;
            typed.take(name, &value);
        }
        typed.doubt(is_guessed);
        typed
    }

    fn take(&mut self, name: &str, value: &str) {
        let name = name.strip_suffix("[]").unwrap_or(name);
        self.put(name, value.replace("\r\n", "\n"));
    }

    /// It stands in the form as it was understood; whoever typed it looks and sends it again.
    fn doubt(&mut self, is_guessed: bool) {
        if is_guessed {
            self.refuse("", "form-letters");
        }
    }

    /// A form that is filled in beforehand.
    #[must_use]
    pub fn filled<N: Into<String>, V: Into<String>>(
        pairs: impl IntoIterator<Item = (N, V)>,
    ) -> Typed {
        let mut typed = Typed::default();
        for (name, value) in pairs {
            typed.put(name, value);
        }
        typed
    }

    /// Adds a value to a field.
    pub fn put(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.values
            .entry(name.into())
            .or_default()
            .push(value.into());
    }

    /// Replaces what stands in a field.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.values.insert(name.into(), vec![value.into()]);
    }

    /// The first value of a field as it was typed, or nothing.
    #[must_use]
    pub fn value(&self, name: &str) -> &str {
        self.values
            .get(name)
            .and_then(|values| values.first())
            .map_or("", String::as_str)
    }

    /// The first value without spaces around it.
    #[must_use]
    pub fn trimmed(&self, name: &str) -> &str {
        self.value(name).trim()
    }

    /// All values of a field.
    #[must_use]
    pub fn all(&self, name: &str) -> &[String] {
        self.values.get(name).map_or(&[], Vec::as_slice)
    }

    /// Tells whether a field holds a value, for boxes and choices.
    #[must_use]
    pub fn has(&self, name: &str, value: &str) -> bool {
        self.all(name).iter().any(|found| found == value)
    }

    /// Names and values of all fields, to carry them on; what tells this sending from another is not carried.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values
            .iter()
            .filter(|(name, _)| name.as_str() != ONCE)
            .flat_map(|(name, values)| values.iter().map(move |v| (name.as_str(), v.as_str())))
    }

    /// Notes a problem with a field.
    pub fn refuse(&mut self, field: &str, key: &str) {
        self.refuse_with(field, key, &[]);
    }

    /// Notes a problem whose words have places to fill.
    pub fn refuse_with(&mut self, field: &str, key: &str, args: &[(&str, &str)]) {
        self.problems.push(Problem {
            field: field.to_owned(),
            key: key.to_owned(),
            args: args
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        });
    }

    /// Demands that a field is filled; `key` is what is said if it is not.
    pub fn need(&mut self, field: &str, key: &str) {
        if !domain::text::hidden::says_something(self.value(field)) {
            self.refuse(field, key);
        }
    }

    /// Demands that a field is not over a length, counted in characters.
    pub fn limit(&mut self, field: &str, chars_max: usize) {
        let length = self.value(field).chars().count();
        if length > chars_max {
            self.refuse_with(
                field,
                "form-too-long",
                &[
                    ("max", &chars_max.to_string()),
                    ("now", &length.to_string()),
                ],
            );
        }
    }

    /// Tells whether nothing is wrong.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.problems.is_empty()
    }

    /// What is wrong.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    fn words_for(&self, say: Say, field: &str) -> Option<String> {
        self.problems
            .iter()
            .find(|problem| problem.field == field)
            .map(|problem| problem.words(say))
    }
}

impl Problem {
    fn words(&self, say: Say) -> String {
        let args: Vec<(&str, &str)> = self
            .args
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        say.with(&self.key, &args)
    }
}

/// A value that can be chosen.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) label: String,
}

/// A field of a form, built up and then turned into HTML.
#[derive(Clone, Debug)]
pub(crate) struct Field<'a> {
    say: Say,
    typed: &'a Typed,
    name: String,
    id: String,
    kind: Kind,
    label: String,
    hint: Option<String>,
    required: bool,
    max: Option<usize>,
    extra: String,
    choices: Vec<Choice>,
}

#[derive(Clone, Debug)]
enum Kind {
    Input(&'static str),
    Area(u16),
    Select,
    Radio,
    Boxes,
    One(String),
}

impl<'a> Field<'a> {
    fn new(say: Say, typed: &'a Typed, name: &str, label: String, kind: Kind) -> Field<'a> {
        Field {
            say,
            typed,
            name: name.to_owned(),
            id: format!("f-{name}"),
            kind,
            label,
            hint: None,
            required: false,
            max: None,
            extra: String::new(),
            choices: vec![],
        }
    }

    /// One line of text.
    pub(crate) fn text(say: Say, typed: &'a Typed, name: &str, label_key: &str) -> Field<'a> {
        Field::new(say, typed, name, say.t(label_key), Kind::Input("text"))
    }

    /// One line of another type: `email`, `password`, `search`, `tel`, `url`.
    pub(crate) fn input(
        say: Say,
        typed: &'a Typed,
        name: &str,
        label_key: &str,
        ty: &'static str,
    ) -> Field<'a> {
        Field::new(say, typed, name, say.t(label_key), Kind::Input(ty))
    }

    /// Several lines of text.
    pub(crate) fn area(
        say: Say,
        typed: &'a Typed,
        name: &str,
        label_key: &str,
        rows: u16,
    ) -> Field<'a> {
        Field::new(say, typed, name, say.t(label_key), Kind::Area(rows))
    }

    /// One of several, in a list that opens.
    pub(crate) fn select(
        say: Say,
        typed: &'a Typed,
        name: &str,
        label_key: &str,
        choices: Vec<Choice>,
    ) -> Field<'a> {
        Field {
            choices,
            ..Field::new(say, typed, name, say.t(label_key), Kind::Select)
        }
    }

    /// One of several, all in sight.
    pub(crate) fn radio(
        say: Say,
        typed: &'a Typed,
        name: &str,
        label_key: &str,
        choices: Vec<Choice>,
    ) -> Field<'a> {
        Field {
            choices,
            ..Field::new(say, typed, name, say.t(label_key), Kind::Radio)
        }
    }

    /// Any of several.
    pub(crate) fn boxes(
        say: Say,
        typed: &'a Typed,
        name: &str,
        label_key: &str,
        choices: Vec<Choice>,
    ) -> Field<'a> {
        Field {
            choices,
            ..Field::new(say, typed, name, say.t(label_key), Kind::Boxes)
        }
    }

    /// One box, ticked or not.
    pub(crate) fn one(
        say: Say,
        typed: &'a Typed,
        name: &str,
        value: &str,
        label_key: &str,
    ) -> Field<'a> {
        Field::new(
            say,
            typed,
            name,
            say.t(label_key),
            Kind::One(value.to_owned()),
        )
    }

    /// Words under the label.
    pub(crate) fn hint(mut self, key: &str) -> Self {
        self.hint = Some(self.say.t(key));
        self
    }

    /// Words of one's own under the label.
    pub(crate) fn hint_words(mut self, words: String) -> Self {
        self.hint = Some(words);
        self
    }

    /// Another label than that of the key.
    pub(crate) fn label(mut self, words: String) -> Self {
        self.label = words;
        self
    }

    /// Another id, where a page has several forms with fields of one name.
    pub(crate) fn id(mut self, id: &str) -> Self {
        self.id = format!("f-{id}");
        self
    }

    /// Must be filled. Checked on the server; the label says so.
    pub(crate) fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Longest text in characters; told before and after it is hit, and never cut by the browser.
    pub(crate) fn max(mut self, chars: usize) -> Self {
        self.max = Some(chars);
        self
    }

    /// Further attributes, written by us: `autocomplete="off"`, `lang="en"`.
    pub(crate) fn attr(mut self, attr: &str) -> Self {
        self.extra.push(' ');
        self.extra.push_str(attr);
        self
    }

    /// The field as HTML.
    pub(crate) fn html(&self) -> String {
        let error = self.typed.words_for(self.say, &self.name);
        let mut described = Vec::new();
        if self.hint.is_some() || self.max.is_some() {
            described.push(format!("{}-hint", self.id));
        }
        if error.is_some() {
            described.push(format!("{}-error", self.id));
        }
        let hint = match (&self.hint, self.max) {
            (hint, Some(max)) => {
                let limit = self.say.with("form-limit", &[("max", &max.to_string())]);
                Some(match hint {
                    Some(hint) => format!("{hint} {limit}"),
                    None => limit,
                })
            }
            (hint, None) => hint.clone(),
        };
        let common = format!(
            "{}{}{}",
            if described.is_empty() {
                String::new()
            } else {
                format!(" aria-describedby=\"{}\"", described.join(" "))
            },
            if error.is_some() {
                " aria-invalid=\"true\""
            } else {
                ""
            },
            self.extra
        );
        let several = match self.kind {
            Kind::Boxes => "[]",
            _ => "",
        };
        let page = FieldPage {
            name: &format!("{}{several}", self.name),
            id: &self.id,
            label: &self.label,
            need: if self.required {
                self.say.t("form-required")
            } else {
                String::new()
            },
            required: self.required,
            hint: hint.unwrap_or_default(),
            error: error.unwrap_or_default(),
            error_word: self.say.t("form-error"),
            common,
            shape: match &self.kind {
                Kind::Input(_) => "input",
                Kind::Area(_) => "area",
                Kind::Select => "select",
                Kind::Radio => "radio",
                Kind::Boxes => "checkbox",
                Kind::One(_) => "one",
            },
            ty: match &self.kind {
                Kind::Input(ty) => ty,
                _ => "",
            },
            rows: match &self.kind {
                Kind::Area(rows) => *rows,
                _ => 0,
            },
            value: match &self.kind {
                Kind::Input("password") => "",
                Kind::One(value) => value,
                _ => self.typed.value(&self.name),
            },
            is_on: matches!(&self.kind, Kind::One(value) if self.typed.has(&self.name, value)),
            options: self
                .choices
                .iter()
                .map(|choice| Option_ {
                    value: &choice.value,
                    label: &choice.label,
                    is_on: self.typed.has(&self.name, &choice.value),
                })
                .collect(),
        };
        page.render().unwrap_or_default()
    }
}

#[derive(Template)]
#[template(path = "field.html")]
struct FieldPage<'a> {
    name: &'a str,
    id: &'a str,
    label: &'a str,
    need: String,
    required: bool,
    hint: String,
    error: String,
    error_word: String,
    common: String,
    shape: &'static str,
    ty: &'static str,
    rows: u16,
    value: &'a str,
    is_on: bool,
    options: Vec<Option_<'a>>,
}

struct Option_<'a> {
    value: &'a str,
    label: &'a str,
    is_on: bool,
}

/// The list of problems at the top of a form, each linked to its field; empty if there is none.
pub(crate) fn summary(say: Say, typed: &Typed) -> String {
    if typed.is_good() {
        return String::new();
    }
    let mut out = format!(
        "<div class=\"note alarm problems\" role=\"alert\" tabindex=\"-1\" id=\"problems\"><p><strong>{}</strong></p><ul>",
        text::escape(&say.t(problems_key(typed)))
    );
    for problem in &typed.problems {
        let words = text::escape(&problem.words(say));
        if problem.field.is_empty() {
            out.push_str(&format!("<li>{words}</li>"));
        } else {
            out.push_str(&format!(
                "<li><a href=\"#f-{}\">{words}</a></li>",
                text::escape(&problem.field)
            ));
        }
    }
    out.push_str("</ul></div>");
    out
}

/// What a page says above what is wrong: a secret is never shown again, so that of it nothing is kept.
fn problems_key(typed: &Typed) -> &'static str {
    if typed.pairs().any(|(name, _)| is_secret(name)) {
        "form-problems-secret"
    } else {
        "form-problems"
    }
}

/// Whether a field holds what opens something, which no page shows again.
#[must_use]
pub fn is_secret(name: &str) -> bool {
    name.contains("password") || matches!(name, "code" | "before")
}

/// A field that is carried along and not shown.
pub(crate) fn hidden(name: &str, value: &str) -> String {
    format!(
        "<input type=\"hidden\" name=\"{}\" value=\"{}\">",
        text::escape(name),
        text::escape(value)
    )
}

#[cfg(test)]
mod tests;
