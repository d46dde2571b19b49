//! Members: subscribing with a preview, confirming an address, saying "received".
//!
//! Nothing is looked up about anybody: each answer is "noted", and the house sorts it out. A link that a scanner follows
//! changes nothing; "received" needs a press that the browser vouches for, or two digits of the mail
//! (docs/design/security.md §2.7).

use std::time::Instant;

use formats::letter::{
    ACK_DIGITS, Acknowledgement, CODE_DIGITS, Confirmation, Lang, Letter, SCOPE_CHARS_MAX, Scope,
    Subscription, is_digits,
};
use formats::recent;
use formats::subscribers::MailAddress;
use http::{Response, StatusCode};
use pages::distribution::member;
use pages::distribution::member::{Offer, Preview};
use pages::intake::public::Halt;
use pages::kit::form::Typed;

use crate::door::body::Body;
use crate::door::budget::Lane;
use crate::door::visit::spent;
use crate::door::visit::{Visit, now_seconds, now_text, read_up_to};
use crate::tree::site::Site;

/// Largest index that a preview reads, in bytes.
const INDEX_BYTES_MAX: u64 = 64 << 20;

/// Shows the form, filled with what most people want.
pub(crate) fn subscribe_shown(visit: &Visit) -> Response<Body> {
    let typed = Typed::filled([("lang", visit.lang.tag()), ("scope", "everything")]);
    form(visit, StatusCode::OK, &typed, &Preview::NotAsked)
}

fn form(visit: &Visit, status: StatusCode, typed: &Typed, preview: &Preview) -> Response<Body> {
    // What is meant although nothing carries it yet stays said.
    let kept = Some(typed.value("kept")).filter(|kept| !kept.is_empty());
    let offer = Offer {
        kept: kept.map(str::to_owned),
        near: vec![],
    };
    offered(visit, status, typed, preview, &offer)
}

fn offered(
    visit: &Visit,
    status: StatusCode,
    typed: &Typed,
    preview: &Preview,
    offer: &Offer,
) -> Response<Body> {
    visit.page(
        status,
        member::subscribe(visit.site(), visit.lang, typed, preview, offer),
    )
}

/// What is offered for a name that stands in nothing that was published: it may be misspelt, or be new.
fn offer(lines: &[recent::Line], scope: &Scope) -> Option<Offer> {
    let (Scope::Vendor { name } | Scope::Product { name }) = scope else {
        return None;
    };
    let recent::Fit::Near(near) = recent::Names::of(lines).fit(scope) else {
        return None;
    };
    let kept = Some(name.clone());
    Some(Offer { kept, near })
}

/// Asks once more where what was named stands in nothing that was published.
fn asked_again(
    visit: &Visit,
    site: &Site,
    scope: &Scope,
    typed: &mut Typed,
) -> Option<Response<Body>> {
    let (Scope::Vendor { name } | Scope::Product { name }) = scope else {
        return None;
    };
    if typed.value("kept") == name.as_str() {
        return None;
    }
    let offer = offer(&lines(visit, site)?, scope)?;
    typed.refuse("name", "member-name-unknown");
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    Some(offered(visit, status, typed, &Preview::NotAsked, &offer))
}

/// Shows a preview, or takes a subscription in.
pub(crate) fn subscribe(visit: &Visit, site: &Site, mut typed: Typed) -> Response<Body> {
    // A name that was offered and chosen stands for what was typed.
    let picked = typed.trimmed("pick").to_owned();
    if !picked.is_empty() {
        typed.set("name", picked);
    }
    let scope = scope(&mut typed);
    if typed.value("do") == "preview" {
        let Some(scope) = scope.filter(|_| typed.is_good()) else {
            return form(
                visit,
                StatusCode::UNPROCESSABLE_ENTITY,
                &typed,
                &Preview::NotAsked,
            );
        };
        return previewed(visit, site, &typed, &scope);
    }
    let lang = match typed.value("lang") {
        "ja" => Some(Lang::Ja),
        "en" => Some(Lang::En),
        _ => {
            typed.refuse("lang", "member-need-lang");
            None
        }
    };
    let address = typed.trimmed("address").to_owned();
    if address.is_empty() {
        typed.refuse("address", "member-need-address");
    } else if MailAddress::parse(&address).is_err() {
        typed.refuse("address", "member-wrong-address");
    }
    let (Some(lang), Some(scope), true) = (lang, scope, typed.is_good()) else {
        return form(
            visit,
            StatusCode::UNPROCESSABLE_ENTITY,
            &typed,
            &Preview::NotAsked,
        );
    };
    let from = visit.sender.from;
    let spent = visit
        .desk
        .budget
        .spend(Lane::Subscriptions, from, Instant::now());
    if let Err(spent) = spent {
        typed.refuse_with(
            "",
            "reporter-budget",
            &[("minutes", &spent.minutes.to_string())],
        );
        let page = form(
            visit,
            StatusCode::TOO_MANY_REQUESTS,
            &typed,
            &Preview::NotAsked,
        );
        return crate::door::exchange::again_in(page, spent.minutes);
    }
    if let Some(page) = asked_again(visit, site, &scope, &mut typed) {
        return page;
    }
    let letter = Letter::Subscription(Subscription {
        at: now_text(),
        lang,
        address,
        scope,
    });
    let sending = crate::door::exchange::Sending::of(&typed).map(|sending| sending.letter());
    if let Err(error) = visit.desk.post(&letter, sending) {
        tracing::error!(code = "letter_not_taken", kind = ?error.kind(), "a letter could not be taken in");
        typed.refuse("", "reporter-box-full");
        return form(
            visit,
            StatusCode::SERVICE_UNAVAILABLE,
            &typed,
            &Preview::NotAsked,
        );
    }
    visit.page(
        StatusCode::OK,
        member::subscribe_noted(visit.site(), visit.lang),
    )
}

fn scope(typed: &mut Typed) -> Option<Scope> {
    typed.limit("name", SCOPE_CHARS_MAX);
    let name = typed.trimmed("name").replace('\n', " ");
    let scope = match typed.value("scope") {
        "everything" => Scope::Everything,
        "vendor" => Scope::Vendor { name },
        "product" => Scope::Product { name },
        _ => {
            typed.refuse("scope", "member-need-scope");
            return None;
        }
    };
    if recent::names_nothing(&scope) {
        typed.refuse("name", "member-need-name");
    }
    Some(scope)
}

/// Shows what this choice would have brought, by the index that is being served.
fn previewed(visit: &Visit, site: &Site, typed: &Typed, scope: &Scope) -> Response<Body> {
    let Some(lines) = lines(visit, site) else {
        return form(visit, StatusCode::OK, typed, &Preview::Unknown);
    };
    if let Some(offer) = offer(&lines, scope) {
        return offered(visit, StatusCode::OK, typed, &Preview::Unnamed, &offer);
    }
    let lines = Preview::Lines(recent::chosen(lines, scope, now_seconds()));
    form(visit, StatusCode::OK, typed, &lines)
}

/// The index that is being served; nothing if there is none.
fn lines(visit: &Visit, site: &Site) -> Option<Vec<recent::Line>> {
    let path = format!("/{}/advisories/index.json", visit.lang.tag());
    let bytes = site.object(&path).and_then(|object| {
        let form = &object.forms.identity;
        match &form.held {
            Some(bytes) => Some(bytes.to_vec()),
            None => read_up_to(&site.place(form), INDEX_BYTES_MAX).ok(),
        }
    });
    bytes.and_then(|bytes| recent::read(&bytes))
}

/// Shows the form of a confirmation link.
pub(crate) fn confirm_shown(visit: &Visit, token: &str) -> Response<Body> {
    let page = member::confirm(visit.site(), visit.lang, token, &Typed::default());
    visit.page(StatusCode::OK, page)
}

/// Takes a confirmation code in.
pub(crate) fn confirm(visit: &Visit, token: &str, mut typed: Typed) -> Response<Body> {
    let code = base::digits(typed.value("code"));
    if !is_digits(&code, CODE_DIGITS) {
        typed.refuse("code", "member-need-code");
        let page = member::confirm(visit.site(), visit.lang, token, &typed);
        return visit.page(StatusCode::UNPROCESSABLE_ENTITY, page);
    }
    let letter = Letter::Confirmation(Confirmation {
        at: now_text(),
        token: token.to_owned(),
        code,
    });
    noted(
        visit,
        &letter,
        member::confirm_noted(visit.site(), visit.lang),
    )
}

/// Shows the page with one button.
pub(crate) fn acknowledge_shown(visit: &Visit, reference: &str) -> Response<Body> {
    let typed = Typed::default();
    // A browser that tells where requests come from also tells that a person pressed.
    let asks = !visit.sender.tells;
    let page = member::acknowledge(visit.site(), visit.lang, reference, asks, &typed);
    visit.page(StatusCode::OK, page)
}

/// Takes "received" in.
pub(crate) fn acknowledge(visit: &Visit, reference: &str, mut typed: Typed) -> Response<Body> {
    let read = base::digits(typed.value("digits"));
    let digits = match (visit.sender.pressed, is_digits(&read, ACK_DIGITS)) {
        (true, _) => None,
        (false, true) => Some(read),
        (false, false) => {
            typed.refuse("digits", "member-need-digits");
            let page = member::acknowledge(visit.site(), visit.lang, reference, true, &typed);
            return visit.page(StatusCode::UNPROCESSABLE_ENTITY, page);
        }
    };
    let page = member::acknowledge_noted(visit.site(), visit.lang, reference);
    let letter = Letter::Acknowledgement(Acknowledgement {
        at: now_text(),
        reference: reference.to_owned(),
        digits,
    });
    noted(visit, &letter, page)
}

fn noted(visit: &Visit, letter: &Letter, page: Vec<u8>) -> Response<Body> {
    if let Some(busy) = spent(visit, Lane::Members) {
        return busy;
    }
    match visit.desk.post(letter, None) {
        Ok(()) => visit.page(StatusCode::OK, page),
        Err(error) => {
            tracing::error!(code = "letter_not_taken", kind = ?error.kind(), "a letter could not be taken in");
            visit.halt(StatusCode::SERVICE_UNAVAILABLE, Halt::Away)
        }
    }
}
