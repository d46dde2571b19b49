//! Mailboxes outside: what the house wrote into its folder of mails, as a mail program shows it, and a person's reply.
//!
//! It knows of a mail what its reader knows: sender, subject, text. Where the code of a copy stands in them is said in the
//! mail itself.

use std::path::Path;

use mail_parser::MessageParser;

/// What stands in a reply for the code of the mail that is answered.
pub const CODE: &str = "$CODE";
/// Digits of a code that stand in the text; the last one stands in the subject.
const DIGITS_IN_TEXT: usize = 5;

/// A mail that somebody got.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Received {
    pub from: String,
    pub subject: String,
    /// Message-ID, without its brackets.
    pub id: String,
    /// All that it says, one part under the other.
    pub text: String,
    /// The last part: what is said to this reader alone.
    pub own: String,
}

impl Received {
    /// Reads a mail; nothing if it is none.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Received> {
        let mail = MessageParser::default().parse(bytes)?;
        let from = mail.from().and_then(|from| from.first());
        let parts = (0..mail.text_body_count()).filter_map(|part| mail.body_text(part));
        let parts: Vec<String> = parts.map(|part| part.into_owned()).collect();
        Some(Received {
            from: from.and_then(|from| from.address())?.to_owned(),
            subject: mail.subject().unwrap_or_default().to_owned(),
            id: mail.message_id().unwrap_or_default().to_owned(),
            text: parts.join("\n"),
            own: parts.last().cloned().unwrap_or_default(),
        })
    }

    /// The newest mail of a folder that was written to an address since an instant, µs.
    #[must_use]
    pub fn newest(folder: &Path, address: &str, since: i64) -> Option<Received> {
        let mails = crate::sight::written_to(folder, address, since);
        let newest = mails.into_iter().max_by_key(|(at, _)| *at);
        newest.and_then(|(_, bytes)| Received::read(&bytes))
    }

    /// The code of a copy: five digits that stand alone in what is said to this reader, and the one in the subject's first
    /// brackets.
    #[must_use]
    pub fn code(&self) -> Option<String> {
        let is_part = |c: char| c.is_alphanumeric() || "#+/=-_.".contains(c);
        let mut words = self.own.split(|c| !is_part(c));
        let five = words.find(|word| {
            word.len() == DIGITS_IN_TEXT && word.bytes().all(|byte| byte.is_ascii_digit())
        })?;
        let (last, _) = self.subject.strip_prefix('[')?.split_once(']')?;
        let is_digit = last.len() == 1 && last.bytes().all(|byte| byte.is_ascii_digit());
        is_digit.then(|| format!("{five}{last}"))
    }

    /// What a mail program sends when somebody answers, with the mail quoted below.
    ///
    /// # Errors
    /// If the words name the code and the mail has none.
    pub fn reply(&self, address: &str, words: &str) -> Result<Vec<u8>, String> {
        let mut typed = words.to_owned();
        if words.contains(CODE) {
            let code = self.code().ok_or("the mail to them holds no code")?;
            typed = words.replace(CODE, &code);
        }
        let quoted: String = self
            .text
            .lines()
            .map(|line| format!("> {line}\r\n"))
            .collect();
        let (from, id) = (&self.from, &self.id);
        Ok(format!(
            "From: <{address}>\r\nTo: <{from}>\r\nSubject: Re: \r\nIn-Reply-To: <{id}>\r\nReferences: <{id}>\r\n\
             MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\
             {typed}\r\n\r\n{quoted}"
        )
        .into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail() -> Received {
        let bytes = b"From: Centre <desk@centre.example>\r\nTo: <one@reader.example>\r\nSubject: [7] A warning\r\n\
            Message-ID: <a1@centre.example>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
            --b\r\nContent-Type: text/plain\r\n\r\nNRS-12345674, build 19045 of 2026\r\n\
            --b\r\nContent-Type: text/plain\r\n\r\nBuild 10.0.19045. Code: 40219\r\n--b--\r\n";
        Received::read(bytes).unwrap()
    }

    #[test]
    fn the_code_of_a_copy_stands_in_text_and_subject() {
        assert_eq!(mail().code(), Some("402197".to_owned()));
        for (subject, text) in [
            ("A warning", "Code: 40219"),
            ("[12] A warning", "Code: 40219"),
            ("[7] A warning", "Code: 402190 NRS-40219"),
        ] {
            let other = Received {
                subject: subject.to_owned(),
                own: text.to_owned(),
                ..mail()
            };
            assert_eq!(other.code(), None, "{subject}: {text}");
        }
    }

    #[test]
    fn a_reply_answers_its_mail() {
        let reply = mail()
            .reply("one@reader.example", "$CODE, thank you")
            .unwrap();
        let reply = String::from_utf8(reply).unwrap();
        for part in [
            "From: <one@reader.example>\r\nTo: <desk@centre.example>\r\n",
            "In-Reply-To: <a1@centre.example>\r\n",
            "\r\n\r\n402197, thank you\r\n\r\n> NRS-12345674, build 19045 of 2026\r\n",
        ] {
            assert!(reply.contains(part), "{reply}");
        }
        let without = Received {
            subject: String::new(),
            ..mail()
        };
        assert!(without.reply("one@reader.example", "$CODE").is_err());
        assert!(without.reply("one@reader.example", "thanks").is_ok());
    }
}
