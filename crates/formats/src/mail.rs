//! Mail that leaves the house, as bytes; [`reply`] reads what comes back.
//!
//! A notice goes to many, so what is the same for all (the clear-signed text and its page) is encoded once per
//! advisory version and language into a [`SharedBody`]; per recipient only headers and the personal part are made.
//! The personal part stands outside the signed one and says so (docs/design/settled.md §1.16). Every part ends with
//! CRLF and no line of ours begins with a dot, so the SMTP sender has nothing to stuff. Values that are not types are
//! cleaned of line breaks here: no text from outside can add a header. This module draws no time and no randomness.

use std::sync::Arc;

use crate::subscribers::MailAddress;

pub mod encoding;
pub mod reply;

use encoding::{HeaderWriter, TransferEncoding};

/// A mail's own number, `stem@domain` without brackets. The same copy always has the same one, so that duplicates collapse.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MessageId {
    text: String,
    stem_bytes: usize,
}

impl MessageId {
    /// The stem becomes a file name in the folder transport; this bounds it.
    pub const STEM_BYTES_MAX: usize = 120;

    /// Joins a stem of ASCII letters, digits, `.`, `-`, `_` and `+` with a domain; `None` if either has anything else.
    #[must_use]
    pub fn new(stem: &str, domain: &str) -> Option<Self> {
        let plain =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'+');
        let sound = |text: &str| {
            !text.is_empty()
                && !text.starts_with('.')
                && !text.contains("..")
                && text.bytes().all(plain)
        };
        let valid = sound(stem)
            && stem.len() <= Self::STEM_BYTES_MAX
            && sound(domain)
            && domain.len() <= 120;
        valid.then(|| MessageId {
            text: format!("{stem}@{domain}"),
            stem_bytes: stem.len(),
        })
    }

    /// Returns the part before the at sign.
    #[must_use]
    pub fn stem(&self) -> &str {
        self.text.get(..self.stem_bytes).unwrap_or_default()
    }

    /// Returns the whole, without brackets.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// A name with its address. The name may be empty.
#[derive(Clone, Copy, Debug)]
pub struct Mailbox<'a> {
    /// As shown to people.
    pub name: &'a str,
    /// Where mail goes.
    pub address: &'a MailAddress,
}

/// What the headers of one mail say.
#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'a> {
    /// Stable over all tries.
    pub message_id: &'a MessageId,
    /// Moment for the `Date` header, microseconds since 1970 UTC.
    pub date_us: i64,
    /// Who writes.
    pub from: Mailbox<'a>,
    /// The one recipient.
    pub to: &'a MailAddress,
    /// Where answers go, if not to the writer.
    pub reply_to: Option<&'a MailAddress>,
    /// One line.
    pub subject: &'a str,
    /// What this mail belongs to, so that programs show the revisions of a publication together; no mail has this id.
    pub thread: Option<&'a MessageId>,
    /// To one, or to a list that one can leave.
    pub circulation: Circulation<'a>,
    /// Further headers; names are ours, values may be anyone's.
    pub extra: &'a [(&'static str, String)],
}

/// Whether the recipient gets this as one of many.
#[derive(Clone, Copy, Debug)]
pub enum Circulation<'a> {
    /// A letter to one, for example a first contact.
    Personal,
    /// A notice to many; RFC 8058 lets the recipient leave with one click at this https address.
    List {
        /// Name of the list, as a host name is written (RFC 2919).
        list_id: &'a str,
        /// Address that takes the POST.
        unsubscribe_url: &'a str,
    },
}

/// The encoded parts that all recipients of one version in one language share.
#[derive(Clone, Debug)]
pub struct SharedBody {
    boundary: String,
    bytes: Arc<[u8]>,
}

/// One mail in three pieces, in this order; only [`Composed::shared`] is not its own.
#[derive(Clone, Debug)]
pub struct Composed {
    /// Headers and the empty line after them.
    pub head: Vec<u8>,
    /// Parts shared with other recipients; empty in a plain mail.
    pub shared: Arc<[u8]>,
    /// Personal part and end.
    pub tail: Vec<u8>,
}

impl Composed {
    /// Returns the whole mail, as the folder transport and tests want it.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        [
            self.head.as_slice(),
            self.shared.as_ref(),
            self.tail.as_slice(),
        ]
        .concat()
    }
}

impl SharedBody {
    /// Encodes the clear-signed text and its page.
    ///
    /// `hash` names the version (any hexadecimal hash of both); the boundary is made of it and so is the same for
    /// every copy, which is what lets the bytes be shared. [`TransferEncoding::fitting`] tells why the signed text
    /// goes as base64 unless it is plain 7-bit.
    #[must_use]
    pub fn new(signed_text: &str, html: &str, hash: &str) -> Self {
        let stem: String = hash
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .take(32)
            .collect();
        let boundary = format!("=_m_{stem}");
        let inner = format!("=_a_{stem}");
        let mut bytes = format!(
            "--{boundary}\r\nContent-Type: multipart/alternative; boundary=\"{inner}\"\r\n\r\n"
        )
        .into_bytes();
        for (subtype, text) in [("plain", signed_text), ("html", html)] {
            bytes.extend_from_slice(format!("--{inner}\r\n").as_bytes());
            text_part(&mut bytes, subtype, text);
        }
        bytes.extend_from_slice(format!("--{inner}--\r\n").as_bytes());
        SharedBody {
            boundary,
            bytes: bytes.into(),
        }
    }
}

/// Makes one recipient's copy of a notice.
#[must_use]
pub fn compose(outgoing: &Outgoing<'_>, shared: &SharedBody, personal: &str) -> Composed {
    let mut headers = headers(outgoing);
    headers.raw(
        "Content-Type",
        &format!("multipart/mixed;\r\n boundary=\"{}\"", shared.boundary),
    );
    let mut tail = Vec::with_capacity(personal.len() * 2 + 256);
    tail.extend_from_slice(b"--");
    tail.extend_from_slice(shared.boundary.as_bytes());
    tail.extend_from_slice(b"\r\n");
    text_part(&mut tail, "plain", personal);
    tail.extend_from_slice(b"--");
    tail.extend_from_slice(shared.boundary.as_bytes());
    tail.extend_from_slice(b"--\r\n");
    Composed {
        head: headers.finish(),
        shared: Arc::clone(&shared.bytes),
        tail,
    }
}

/// Makes a mail of one plain text, for first contacts and contentless alarms.
#[must_use]
pub fn compose_plain(outgoing: &Outgoing<'_>, text: &str) -> Composed {
    let mut part = Vec::with_capacity(text.len() * 2 + 128);
    text_part(&mut part, "plain", text);
    let mut head = headers(outgoing).finish_open();
    head.append(&mut part);
    Composed {
        head,
        shared: Arc::from([0_u8; 0]),
        tail: Vec::new(),
    }
}

/// Appends headers, empty line and encoded text of a part, ending with CRLF.
fn text_part(out: &mut Vec<u8>, subtype: &str, text: &str) {
    let canonical = encoding::with_crlf(text);
    let transfer = TransferEncoding::fitting(&canonical);
    out.extend_from_slice(b"Content-Type: text/");
    out.extend_from_slice(subtype.as_bytes());
    out.extend_from_slice(b"; charset=utf-8\r\nContent-Transfer-Encoding: ");
    out.extend_from_slice(transfer.name().as_bytes());
    out.extend_from_slice(b"\r\n\r\n");
    transfer.append(out, &canonical);
}

fn headers(outgoing: &Outgoing<'_>) -> HeaderWriter {
    let mut headers = HeaderWriter::default();
    headers.raw("Date", &encoding::date(outgoing.date_us));
    headers.mailbox("From", outgoing.from.name, outgoing.from.address);
    headers.mailbox("To", "", outgoing.to);
    if let Some(address) = outgoing.reply_to {
        headers.mailbox("Reply-To", "", address);
    }
    headers.text("Subject", outgoing.subject);
    headers.raw("Message-ID", &format!("<{}>", outgoing.message_id.as_str()));
    // An answer repeats these. A relay may give the mail another id; then ours is still among them.
    let mut references = Vec::new();
    if let Some(thread) = outgoing.thread {
        headers.raw("In-Reply-To", &format!("<{}>", thread.as_str()));
        references.push(thread);
    }
    references.push(outgoing.message_id);
    let references: Vec<String> = references
        .iter()
        .map(|id| format!("<{}>", id.as_str()))
        .collect();
    headers.raw("References", &references.join("\r\n "));
    // RFC 3834: a robot wrote this; well-behaved robots will not answer it. Exchange has a word of its own for that.
    headers.raw("Auto-Submitted", "auto-generated");
    // What says that a mail could not be delivered is wanted, and so not among them.
    headers.raw("X-Auto-Response-Suppress", "OOF, AutoReply, DR, RN, NRN");
    if let Circulation::List {
        list_id,
        unsubscribe_url,
    } = outgoing.circulation
    {
        headers.raw("Precedence", "list");
        headers.raw("List-Id", &format!("<{}>", encoding::ascii_token(list_id)));
        headers.raw(
            "List-Unsubscribe",
            &format!("<{}>", encoding::ascii_token(unsubscribe_url)),
        );
        headers.raw("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
    }
    for (name, value) in outgoing.extra {
        headers.text(name, value);
    }
    headers.raw("MIME-Version", "1.0");
    headers
}

#[cfg(test)]
mod tests {

    use mail_parser::MessageParser;
    use proptest::prelude::*;

    use super::*;

    const SIGNED: &str = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n注意喚起\n. dot\nFrom here  \n-----BEGIN PGP SIGNATURE-----\n";

    fn with_outgoing<T>(
        subject: &str,
        name: &str,
        extra: &[(&'static str, String)],
        act: impl FnOnce(&Outgoing<'_>) -> T,
    ) -> T {
        let message_id = MessageId::new("nrs-1-r1-42", "house.example").unwrap();
        let from = MailAddress::parse("desk@house.example").unwrap();
        let to = MailAddress::parse("a..b@carrier.example.jp").unwrap();
        act(&Outgoing {
            message_id: &message_id,
            date_us: 1_206_021_600_000_000,
            from: Mailbox {
                name,
                address: &from,
            },
            to: &to,
            reply_to: None,
            subject,
            thread: None,
            circulation: Circulation::List {
                list_id: "advisories.house.example",
                unsubscribe_url: "https://house.example/u/x",
            },
            extra,
        })
    }

    #[test]
    fn a_copy_reads_back_with_the_signed_text_unchanged() {
        let shared = SharedBody::new(SIGNED, "<p>注意喚起</p>", "00ff");
        let mail = with_outgoing(
            "【架空】注意喚起",
            "狼煙 調整担当",
            &[],
            |outgoing| compose(outgoing, &shared, "確認コード: 123 456"),
        );
        let bytes = mail.to_bytes();
        let message = MessageParser::default().parse(&bytes).unwrap();
        assert_eq!(message.subject(), Some("【架空】注意喚起"));
        assert_eq!(
            message.from().unwrap().first().unwrap().name.as_deref(),
            Some("狼煙 調整担当")
        );
        assert_eq!(message.message_id(), Some("nrs-1-r1-42@house.example"));
        assert_eq!(message.body_text(0).unwrap().replace("\r\n", "\n"), SIGNED);
        assert_eq!(message.body_html(0).unwrap().trim_end(), "<p>注意喚起</p>");
        let text = String::from_utf8(bytes).unwrap();
        for line in [
            "Date: Thu, 20 Mar 2008 14:00:00 +0000",
            "To: <\"a..b\"@carrier.example.jp>",
            "Auto-Submitted: auto-generated",
            "X-Auto-Response-Suppress: OOF, AutoReply, DR, RN, NRN",
            "References: <nrs-1-r1-42@house.example>",
            "Precedence: list",
            "List-Id: <advisories.house.example>",
            "List-Unsubscribe: <https://house.example/u/x>",
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        ] {
            assert!(
                text.contains(&format!("\r\n{line}\r\n"))
                    || text.starts_with(&format!("{line}\r\n")),
                "{line}"
            );
        }
    }

    #[test]
    fn a_letter_to_one_says_nothing_of_a_list() {
        let mail = with_outgoing("s", "n", &[], |outgoing| {
            let outgoing = Outgoing {
                circulation: Circulation::Personal,
                ..*outgoing
            };
            compose_plain(&outgoing, "t")
        });
        let text = String::from_utf8(mail.to_bytes()).unwrap();
        for name in ["Precedence", "List-"] {
            assert!(!text.contains(&format!("\r\n{name}")), "{text}");
        }
        assert!(
            text.contains("\r\nAuto-Submitted: auto-generated\r\n"),
            "{text}"
        );
    }

    #[test]
    fn a_mail_names_what_it_belongs_to_and_then_itself() {
        let thread = MessageId::new("nrs-1", "house.example").unwrap();
        let mail = with_outgoing("s", "n", &[], |outgoing| {
            let outgoing = Outgoing {
                thread: Some(&thread),
                ..*outgoing
            };
            compose_plain(&outgoing, "t")
        });
        let text = String::from_utf8(mail.to_bytes()).unwrap();
        let lines = "\r\nIn-Reply-To: <nrs-1@house.example>\r\n\
            References: <nrs-1@house.example>\r\n <nrs-1-r1-42@house.example>\r\n";
        assert!(text.contains(lines), "{text}");
    }

    #[test]
    fn copies_share_the_very_bytes() {
        let shared = SharedBody::new(SIGNED, "<p>x</p>", "00ff");
        let [one, two] = ["1", "2"]
            .map(|code| with_outgoing("s", "n", &[], |outgoing| compose(outgoing, &shared, code)));
        assert!(Arc::ptr_eq(&one.shared, &two.shared));
        assert_eq!(one.head, two.head);
        assert_ne!(one.tail, two.tail);
    }

    #[test]
    fn no_value_adds_a_header() {
        let extra = [("X-Note", "a\r\nBcc: x@y.example".to_owned())];
        let mail = with_outgoing(
            "s\r\nBcc: x@y.example",
            "n\r\nBcc: x@y.example",
            &extra,
            |outgoing| compose_plain(outgoing, "t"),
        );
        let text = String::from_utf8(mail.to_bytes()).unwrap();
        assert!(!text.contains("\r\nBcc:"), "{text}");
    }

    #[test]
    fn a_message_id_is_fit_for_a_file_name() {
        for stem in ["", "../x", "a/b", "a b", ".x", "a\r\nb", "あ"] {
            assert_eq!(MessageId::new(stem, "house.example"), None, "{stem}");
        }
        assert_eq!(
            MessageId::new("a-1", "house.example").unwrap().stem(),
            "a-1"
        );
    }

    proptest! {
        #[test]
        fn every_mail_is_7_bit_in_short_lines_none_of_which_begins_with_a_dot(
            subject in ".{0,120}", name in ".{0,40}", signed in "(.{0,90}\n){0,6}", personal in "[a-z. \r\nあ]{0,200}",
        ) {
            let shared = SharedBody::new(&signed, &signed, "0123456789abcdef");
            let bytes = with_outgoing(&subject, &name, &[], |outgoing| compose(outgoing, &shared, &personal)).to_bytes();
            prop_assert!(bytes.is_ascii());
            prop_assert!(bytes.ends_with(b"\r\n"));
            for line in bytes.split(|byte| *byte == b'\n') {
                prop_assert!(!line.starts_with(b".") && line.len() <= 999);
                prop_assert!(line.is_empty() || line.ends_with(b"\r"));
            }
        }
    }
}
