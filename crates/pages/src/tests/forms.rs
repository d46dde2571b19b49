//! Forms: what was typed is kept in every kind of field, and each problem stands beside the field that it is about.

use formats::advisory::Lang;

use crate::kit::catalogue::Say;
use crate::kit::form::{Choice, Field, Typed, hidden, summary};

const SAY: Say = Say(Lang::En);

/// Some key without places to fill.
const KEY: &str = "moment-date-wrong";

fn choices() -> Vec<Choice> {
    ["a", "b", "c"]
        .map(|value| Choice {
            value: value.to_owned(),
            label: format!("label {value}"),
        })
        .to_vec()
}

/// Every kind of field that shows what was typed, under the name `f`.
fn every_field(typed: &Typed) -> Vec<(&'static str, String)> {
    vec![
        ("text", Field::text(SAY, typed, "f", KEY).html()),
        ("input", Field::input(SAY, typed, "f", KEY, "tel").html()),
        ("area", Field::area(SAY, typed, "f", KEY, 4).html()),
        (
            "select",
            Field::select(SAY, typed, "f", KEY, choices()).html(),
        ),
        (
            "radio",
            Field::radio(SAY, typed, "f", KEY, choices()).html(),
        ),
        (
            "boxes",
            Field::boxes(SAY, typed, "f", KEY, choices()).html(),
        ),
        ("one", Field::one(SAY, typed, "f", "b", KEY).html()),
        (
            "password",
            Field::input(SAY, typed, "f", KEY, "password").html(),
        ),
    ]
}

#[test]
fn every_kind_of_field_shows_again_what_was_typed() {
    let typed = Typed::parse(b"f=b");
    for (kind, html) in every_field(&typed) {
        let kept = match kind {
            "text" => "type=\"text\" name=\"f\" id=\"f-f\" value=\"b\"",
            "input" => "type=\"tel\" name=\"f\" id=\"f-f\" value=\"b\"",
            "area" => ">\nb</textarea>",
            "select" => "<option value=\"b\" selected>label b",
            "radio" | "boxes" => "value=\"b\" checked>",
            "one" => "value=\"b\" checked>",
            _ => "type=\"password\" name=\"f\" id=\"f-f\" value=\"\"",
        };
        assert!(html.contains(kept), "{kind}: {html}");
        assert_eq!(
            html.matches(" selected").count() + html.matches(" checked").count(),
            usize::from(matches!(kind, "select" | "radio" | "boxes" | "one")),
            "{kind}: {html}"
        );
    }
}

#[test]
fn what_nobody_chose_is_chosen_nowhere() {
    for typed in [Typed::default(), Typed::parse(b"f=z"), Typed::parse(b"g=b")] {
        for (kind, html) in every_field(&typed) {
            assert!(
                !html.contains(" selected") && !html.contains(" checked"),
                "{kind}: {html}"
            );
        }
    }
}

#[test]
fn several_boxes_come_back_as_several() {
    let typed = Typed::parse(b"f%5B%5D=a&f%5B%5D=c");
    let html = Field::boxes(SAY, &typed, "f", KEY, choices()).html();
    assert_eq!(html.matches("name=\"f[]\"").count(), 3, "{html}");
    assert!(html.contains("value=\"a\" checked>") && html.contains("value=\"c\" checked>"));
    assert_eq!(html.matches(" checked").count(), 2, "{html}");
}

#[test]
fn hostile_words_in_a_field_stay_words() {
    let evil = "\"><script>alert('1')</script>&amp;</textarea>";
    let typed = Typed::filled([("f", evil)]);
    for (kind, html) in every_field(&typed) {
        assert!(
            !html.contains("<script") && !html.contains("\"><s") && !html.contains("'1'"),
            "{kind}: {html}"
        );
        assert_eq!(
            html.matches("</textarea>").count(),
            usize::from(kind == "area"),
            "{kind}: {html}"
        );
        let shows = matches!(kind, "text" | "input" | "area");
        assert_eq!(
            html.contains("&#60;script&#62;") && html.contains("&#38;amp;"),
            shows,
            "{kind}: {html}"
        );
    }
}

#[test]
fn a_problem_stands_in_every_kind_of_field_and_is_tied_to_it() {
    let mut typed = Typed::parse(b"f=b");
    typed.refuse("f", "moment-zone-wrong");
    typed.refuse("f", "partner-date-past");
    typed.refuse("g", "moment-time-wrong");
    for (kind, html) in every_field(&typed) {
        for part in [
            "id=\"f-f-error\"",
            "aria-describedby=\"f-f-error\"",
            "aria-invalid=\"true\"",
            " wrong\"",
            " id=\"f-f\"",
        ] {
            assert_eq!(html.matches(part).count(), 1, "{kind} {part}: {html}");
        }
        assert!(html.contains(&SAY.t("moment-zone-wrong")), "{kind}: {html}");
        for other in ["moment-time-wrong", "partner-date-past"] {
            assert!(!html.contains(&SAY.t(other)), "{kind} {other}: {html}");
        }
    }
    let fine = Typed::parse(b"f=b");
    for (kind, html) in every_field(&fine) {
        assert!(
            !html.contains("error") && !html.contains("aria-invalid"),
            "{kind}: {html}"
        );
    }
}

#[test]
fn a_hint_a_limit_and_a_problem_are_all_read_out() {
    let mut typed = Typed::parse(b"f=12345");
    typed.limit("f", 4);
    let field = |typed: &Typed| {
        Field::text(SAY, typed, "f", KEY)
            .hint("moment-date-hint")
            .max(4)
            .required()
            .attr("autocomplete=\"off\"")
            .html()
    };
    let html = field(&typed);
    assert!(
        html.contains("aria-describedby=\"f-f-hint f-f-error\""),
        "{html}"
    );
    assert!(html.contains("aria-required=\"true\"") && html.contains(" autocomplete=\"off\""));
    assert!(html.contains("value=\"12345\""), "nothing is cut: {html}");
    assert!(!html.contains("maxlength"), "{html}");
    let html = field(&Typed::default());
    assert!(html.contains("aria-describedby=\"f-f-hint\""), "{html}");
}

#[test]
fn another_id_moves_label_hint_and_problem_with_it() {
    let mut typed = Typed::default();
    typed.refuse("f", KEY);
    let html = Field::text(SAY, &typed, "f", KEY)
        .id("f-2")
        .hint("moment-date-hint")
        .html();
    for part in [
        "for=\"f-f-2\"",
        "name=\"f\" id=\"f-f-2\"",
        "id=\"f-f-2-hint\"",
        "id=\"f-f-2-error\"",
        "aria-describedby=\"f-f-2-hint f-f-2-error\"",
    ] {
        assert!(html.contains(part), "{part}: {html}");
    }
}

#[test]
fn a_body_is_read_as_browsers_send_it() {
    #[track_caller]
    fn check(body: &[u8], expected: &[(&str, &str)]) {
        let typed = Typed::parse(body);
        let pairs: Vec<(&str, &str)> = typed.pairs().collect();
        assert_eq!(pairs, expected, "{:?}", String::from_utf8_lossy(body));
        assert!(typed.is_good());
    }
    check(b"", &[]);
    check(b"a=1&b=2", &[("a", "1"), ("b", "2")]);
    check(b"a=x+y%2Bz", &[("a", "x y+z")]);
    check("a=%E7%8B%BC%E7%85%99".as_bytes(), &[("a", "狼煙")]);
    check(b"a=1%0D%0A2%0A3%0D4", &[("a", "1\n2\n3\r4")]);
    check(
        b"a%5B%5D=1&a=2&a%5B%5D=3",
        &[("a", "1"), ("a", "2"), ("a", "3")],
    );
    check(b"a", &[("a", "")]);
    check(b"a=", &[("a", "")]);
    check(b"=x", &[("", "x")]);
    check(b"a=%zz%", &[("a", "%zz%")]);
    // Letters that were sent in another form: converted where they can be only one, else asked about.
    let sjis = b"a=%94F%8F%D8%82%F0%89%F1%94%F0%82%C5%82%AB%82%E9";
    check(sjis, &[("a", "認証を回避できる")]);
    for odd in [&b"a=%FF"[..], b"a=caf%E9", b"b=1&a=%FF"] {
        let typed = Typed::parse(odd);
        let keys: Vec<&str> = typed.problems().iter().map(|p| p.key.as_str()).collect();
        assert_eq!(keys, ["form-letters"], "{odd:?}");
        assert!(typed.value("a").ends_with('\u{fffd}'));
    }
}

#[test]
fn a_form_without_end_is_read_up_to_a_limit() {
    let body: String = (0..4_100).map(|n| format!("f{n}=x&")).collect();
    let typed = Typed::parse(body.as_bytes());
    assert_eq!(typed.pairs().count(), 4_000);
    assert_eq!((typed.value("f3999"), typed.value("f4000")), ("x", ""));
}

#[test]
fn values_are_found_added_and_replaced() {
    let mut typed = Typed::filled([("a", " 1 "), ("a", "2"), ("b", "3")]);
    assert_eq!((typed.value("a"), typed.trimmed("a")), (" 1 ", "1"));
    assert_eq!(typed.all("a"), [" 1 ", "2"]);
    assert!(typed.has("a", "2") && !typed.has("a", "1") && !typed.has("c", ""));
    assert_eq!((typed.value("c"), typed.all("c").len()), ("", 0));
    typed.put("b", "4");
    typed.set("a", "5");
    assert_eq!(typed.all("b"), ["3", "4"]);
    assert_eq!(typed.all("a"), ["5"]);
}

#[test]
fn what_is_needed_is_more_than_spaces() {
    for (value, is_good) in [
        ("", false),
        (" ", false),
        ("\u{3000}", false),
        ("\n\t", false),
        ("0", true),
        (" あ ", true),
    ] {
        let mut typed = Typed::filled([("f", value)]);
        typed.need("f", KEY);
        assert_eq!(typed.is_good(), is_good, "{value:?}");
        assert_eq!(typed.value("f"), value);
    }
    let mut nothing = Typed::default();
    nothing.need("f", KEY);
    assert_eq!(nothing.problems().len(), 1);
}

#[test]
fn a_limit_counts_characters_and_says_both_numbers() {
    for (value, max, is_good) in [
        ("狼煙狼煙", 4, true),
        ("狼煙狼煙狼", 4, false),
        ("abcd", 4, true),
        ("abcde", 4, false),
        ("", 0, true),
        ("🔥🔥", 2, true),
    ] {
        let mut typed = Typed::filled([("f", value)]);
        typed.limit("f", max);
        assert_eq!(typed.is_good(), is_good, "{value}");
        if let Some(problem) = typed.problems().first() {
            let number = |name: &str| {
                let found = problem.args.iter().find(|(known, _)| known == name);
                found.map(|(_, value)| value.clone()).unwrap_or_default()
            };
            assert_eq!(number("max"), max.to_string());
            assert_eq!(number("now"), value.chars().count().to_string());
            for lang in Lang::ALL {
                let words = summary(Say(lang), &typed);
                assert!(words.contains(&number("max")) && words.contains(&number("now")));
                assert!(!words.contains('⟦'), "{words}");
            }
        }
    }
}

#[test]
fn the_list_at_the_top_names_each_problem_once_with_its_way() {
    assert_eq!(summary(SAY, &Typed::default()), "");
    let mut typed = Typed::default();
    typed.refuse("one", KEY);
    typed.refuse("", "moment-time-wrong");
    typed.refuse("\"><b>", "moment-zone-wrong");
    let html = summary(SAY, &typed);
    assert_eq!(html.matches("<li>").count(), 3, "{html}");
    assert!(html.contains("<li><a href=\"#f-one\">"), "{html}");
    assert_eq!(
        html.matches("<a ").count(),
        2,
        "no way to the whole: {html}"
    );
    assert!(html.contains("href=\"#f-&quot;&gt;&lt;b&gt;\""), "{html}");
    assert!(html.contains("role=\"alert\""), "{html}");
    let places: Vec<usize> = [KEY, "moment-time-wrong", "moment-zone-wrong"]
        .map(|key| html.find(&SAY.t(key)).unwrap())
        .to_vec();
    assert!(places.is_sorted(), "in the order in which they were noted");
}

#[test]
fn what_is_carried_along_cannot_leave_its_attribute() {
    assert_eq!(
        hidden("a\"b", "<c> & 'd'\u{202e}"),
        "<input type=\"hidden\" name=\"a&quot;b\" value=\"&lt;c&gt; &amp; &#39;d&#39;[U+202E]\">"
    );
}
