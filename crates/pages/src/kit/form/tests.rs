//! What a form keeps of what was typed, and what it never shows again.

use formats::advisory::Lang;

use super::*;

#[test]
fn the_token_of_a_sending_is_not_carried_into_the_next_form() {
    let typed = Typed::filled([(ONCE, "token"), ("text", "x")]);
    assert_eq!(typed.value(ONCE), "token");
    assert_eq!(typed.pairs().collect::<Vec<_>>(), [("text", "x")]);
}

#[test]
fn what_was_typed_stands_in_the_field_again_with_its_problem() {
    let mut typed = Typed::parse(b"who=%3Cb%3E+A&tick=yes&tick=no");
    assert_eq!(typed.all("tick").len(), 2);
    typed.limit("who", 3);
    let html = Field::text(Say(Lang::En), &typed, "who", "form-error")
        .max(3)
        .html();
    assert!(html.contains("value=\"&#60;b&#62; A\""), "{html}");
    assert!(html.contains("aria-invalid=\"true\"") && html.contains("f-who-error"));
    assert!(summary(Say(Lang::En), &typed).contains("href=\"#f-who\""));
}

#[test]
fn a_password_is_never_shown_again() {
    let typed = Typed::parse(b"password=secret");
    let html = Field::input(Say(Lang::En), &typed, "password", "form-error", "password").html();
    assert!(!html.contains("secret"));
}

#[test]
fn whoever_typed_a_secret_is_told_to_type_it_again_and_not_that_it_was_kept() {
    const KEPT: [(Lang, &str); 2] = [
        (
            Lang::Ja,
            "入力内容をご確認ください。入力した内容は残っています。",
        ),
        (
            Lang::En,
            "Please check what you typed. Nothing of it is lost.",
        ),
    ];
    const AGAIN: [(Lang, &str); 2] = [
        (
            Lang::Ja,
            "入力内容をご確認ください。パスワードなどは、もう一度入力してください。",
        ),
        (
            Lang::En,
            "Please check what you typed, and type passwords and codes again.",
        ),
    ];
    for (field, said) in [
        ("who", KEPT),
        ("encoded", KEPT),
        ("password", AGAIN),
        ("new_password", AGAIN),
        ("before", AGAIN),
        ("code", AGAIN),
    ] {
        let mut typed = Typed::filled([(field, "x"), ("handle", "sato")]);
        typed.refuse("", "form-letters");
        for (lang, sentence) in said {
            let html = summary(Say(lang), &typed);
            assert!(html.contains(sentence), "{field}: {html}");
        }
    }
}
