//! What a client has already and what it can read: Accept-Encoding and If-None-Match (RFC 9110 §12.5.3, §13.1.2).
//!
//! Works on bytes; knows no request and no site.

use pages::kit::negotiation::weighted;

/// How the bytes of an answer are coded, in the order in which memory is given to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Coding {
    Brotli,
    Gzip,
    Identity,
}

impl Coding {
    /// Returns the name in Content-Encoding; plain bytes have none.
    pub(crate) fn name(self) -> Option<&'static str> {
        match self {
            Self::Brotli => Some("br"),
            Self::Gzip => Some("gzip"),
            Self::Identity => None,
        }
    }

    /// Returns what sets an entity tag apart from those of the other codings of the same bytes.
    pub(crate) fn tag_ending(self) -> &'static str {
        match self {
            Self::Brotli => "-br",
            Self::Gzip => "-gz",
            Self::Identity => "",
        }
    }
}

/// One thing in each coding in which it exists.
#[derive(Clone, Debug)]
pub(crate) struct Forms<T> {
    pub(crate) identity: T,
    /// Boxed, as the next: most files of a tree are small and have neither.
    pub(crate) br: Option<Box<T>>,
    pub(crate) gzip: Option<Box<T>>,
}

impl<T> Forms<T> {
    /// Returns the form to send: the one that is wanted most, of equal ones br before gzip before plain.
    ///
    /// Plain bytes are sent even to those who refuse them: an answer they may not read beats a 406.
    pub(crate) fn pick(&self, accepted: Accepted) -> &T {
        let packed = [(accepted.br(), &self.br), (accepted.gzip(), &self.gzip)];
        let mut best = (accepted.identity(), &self.identity);
        for (weight, form) in packed.into_iter().rev() {
            // A packed form is smaller, and is sent where both are wanted alike.
            if let Some(form) = form
                && weight > 0
                && weight >= best.0
            {
                best = (weight, form);
            }
        }
        best.1
    }

    /// Returns all forms.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Coding, &T)> {
        let br = self.br.iter().map(|form| (Coding::Brotli, &**form));
        let gzip = self.gzip.iter().map(|form| (Coding::Gzip, &**form));
        br.chain(gzip)
            .chain(std::iter::once((Coding::Identity, &self.identity)))
    }

    /// Makes another thing of each form.
    pub(crate) fn try_map<U, E>(
        &self,
        mut make: impl FnMut(Coding, &T) -> Result<U, E>,
    ) -> Result<Forms<U>, E> {
        let identity = make(Coding::Identity, &self.identity)?;
        let br = match &self.br {
            Some(form) => Some(Box::new(make(Coding::Brotli, form)?)),
            None => None,
        };
        let gzip = match &self.gzip {
            Some(form) => Some(Box::new(make(Coding::Gzip, form)?)),
            None => None,
        };
        Ok(Forms { identity, br, gzip })
    }
}

/// The codings a client accepts; without any Accept-Encoding, only plain bytes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Accepted {
    br: Option<u16>,
    gzip: Option<u16>,
    identity: Option<u16>,
    any: Option<u16>,
}

impl Accepted {
    /// Takes one Accept-Encoding header into account, with its weights; there may be several.
    pub(crate) fn read(&mut self, value: &[u8]) {
        for (name, weight) in weighted(value) {
            if name.eq_ignore_ascii_case(b"br") {
                self.br = Some(weight);
            } else if name.eq_ignore_ascii_case(b"gzip") || name.eq_ignore_ascii_case(b"x-gzip") {
                self.gzip = Some(weight);
            } else if name.eq_ignore_ascii_case(b"identity") {
                self.identity = Some(weight);
            } else if name == b"*" {
                self.any = Some(weight);
            }
        }
    }

    fn br(self) -> u16 {
        self.br.or(self.any).unwrap_or(0)
    }

    fn gzip(self) -> u16 {
        self.gzip.or(self.any).unwrap_or(0)
    }

    /// Plain bytes are always acceptable, and preferred only by who says so (RFC 9110 §12.5.3).
    fn identity(self) -> u16 {
        self.identity.unwrap_or(0)
    }
}

/// Tells whether an If-None-Match value names `tag`, by the weak comparison that RFC 9110 §13.1.2 asks for.
///
/// Splitting at commas is safe although foreign tags may contain them: ours do not.
pub(crate) fn names_tag(value: &[u8], tag: &[u8]) -> bool {
    value
        .split(|byte| *byte == b',')
        .map(<[u8]>::trim_ascii)
        .any(|given| given == b"*" || given.strip_prefix(b"W/").unwrap_or(given) == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(values: &[&str], expected: Coding) {
        let mut accepted = Accepted::default();
        for value in values {
            accepted.read(value.as_bytes());
        }
        let all = Forms {
            identity: Coding::Identity,
            br: Some(Box::new(Coding::Brotli)),
            gzip: Some(Box::new(Coding::Gzip)),
        };
        assert_eq!(*all.pick(accepted), expected, "{values:?}");
    }

    #[test]
    fn the_best_accepted_coding_is_sent() {
        check(&["gzip, deflate, br, zstd"], Coding::Brotli);
        check(&["br;q=0.1, gzip;q=1.0"], Coding::Gzip);
        check(&["br;q=0.5, gzip;q=1, identity;q=0.8"], Coding::Gzip);
        check(&["identity;q=1, br;q=0.5"], Coding::Identity);
        check(&["gzip, deflate"], Coding::Gzip);
        check(&["X-GZIP"], Coding::Gzip);
        check(&["deflate", "BR"], Coding::Brotli);
        check(&["*"], Coding::Brotli);
    }

    #[test]
    fn a_weight_of_zero_refuses() {
        check(&["br;q=0, gzip"], Coding::Gzip);
        check(&["br ; Q = 0.000 , gzip ; q=0.001"], Coding::Gzip);
        check(&["br;q=0, *"], Coding::Gzip);
        check(&["*;q=0"], Coding::Identity);
        check(&["gzip;q=1, *;q=0"], Coding::Gzip);
        check(&["br;q=0,gzip;q=0.0"], Coding::Identity);
    }

    #[test]
    fn who_says_nothing_or_nonsense_gets_plain_bytes() {
        check(&[], Coding::Identity);
        check(&[""], Coding::Identity);
        check(&[",;,;q=,=;"], Coding::Identity);
        check(&["brotli, gzip2"], Coding::Identity);
    }

    #[test]
    fn a_form_that_does_not_exist_is_not_sent() {
        let mut accepted = Accepted::default();
        accepted.read(b"br, gzip");
        let plain = Forms {
            identity: 1,
            br: None,
            gzip: None,
        };
        assert_eq!(*plain.pick(accepted), 1);
    }

    #[test]
    fn a_tag_is_found_in_a_list_and_weakly() {
        let tag = b"\"0123456789abcdef-br\"";
        for value in [
            "\"0123456789abcdef-br\"",
            "W/\"0123456789abcdef-br\"",
            "\"x\" ,  W/\"y\",\"0123456789abcdef-br\"",
            "*",
        ] {
            assert!(names_tag(value.as_bytes(), tag), "{value}");
        }
        for value in [
            "",
            "0123456789abcdef-br",
            "\"0123456789abcdef\"",
            "\"0123456789abcdef-gz\"",
            "W/",
        ] {
            assert!(!names_tag(value.as_bytes(), tag), "{value}");
        }
    }
}
