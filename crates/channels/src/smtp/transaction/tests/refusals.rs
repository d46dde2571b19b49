//! Whom a refusal is about.

use super::super::*;

#[test]
fn a_refusal_is_the_recipients_only_where_it_speaks_of_the_mailbox() {
    for (code, text, is_the_mailbox) in [
        (
            550,
            "5.1.1 <x@y.example>: Recipient address rejected: User unknown",
            true,
        ),
        (556, "5.1.10 the domain takes no mail", true),
        (550, "5.1.2 no such domain", true),
        (552, "5.2.2 mailbox full", true),
        (550, "5.2.1 mailbox disabled", true),
        (550, "no such user", true),
        (551, "user not local", true),
        (554, "5.7.1 <x@y.example>: Relay access denied", false),
        (550, "5.7.1 Unable to relay", false),
        (554, "Relay access denied", false),
        (550, "5.1.8 sender's domain not found", false),
        (550, "5.1.0 address rejected", false),
        (553, "5.7.23 SPF", false),
        (
            550,
            "5.4.1 All recipient addresses rejected : Access denied",
            false,
        ),
        (530, "5.7.0 Must issue a STARTTLS command first", false),
        (503, "5.5.1 Error: need MAIL command", false),
    ] {
        let reply = Reply {
            code,
            text: text.to_owned(),
        };
        let stage = if is_the_mailbox {
            Stage::Rcpt
        } else {
            Stage::Relay
        };
        assert_eq!(
            refusal(&reply, Stage::Rcpt),
            Outcome::Refused { code, stage },
            "{text}"
        );
        // Of the sender, the wish to send and the text it stays what it was.
        for stage in [Stage::Mail, Stage::Data, Stage::Message] {
            assert_eq!(refusal(&reply, stage), Outcome::Refused { code, stage });
        }
    }
    let later = Reply {
        code: 450,
        text: "4.7.1 later".to_owned(),
    };
    let deferred = Outcome::Deferred {
        code: 450,
        stage: Stage::Rcpt,
    };
    assert_eq!(refusal(&later, Stage::Rcpt), deferred);
}
