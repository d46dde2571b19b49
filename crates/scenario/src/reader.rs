//! Somebody who reads the house's pages: signs in where that is needed, opens a page, and reads the words that stand on it.
//!
//! It does not know how pages come: [`Doors`] answers requests, of a house in this process or of one that runs elsewhere.

use std::collections::BTreeMap;
use std::future::Future;
use std::path::Path;

/// What is answered to whoever has no session: the form to sign in, at its place or elsewhere.
const ASKS_TO_SIGN_IN: [u16; 2] = [303, 401];

/// Whose pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Site {
    /// Those that everybody reads.
    Portal,
    /// Those of the people of the house.
    Desk,
}

/// A request.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    pub site: Site,
    pub path: &'a str,
    /// A session, as the browser brings it.
    pub cookie: &'a str,
    /// Fields of a form that is sent, encoded; without them the page is opened.
    pub form: Option<&'a str>,
}

/// What came back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answered {
    pub status: u16,
    /// What the browser is told to keep.
    pub cookie: String,
    pub html: String,
}

/// Where pages come from.
pub trait Doors {
    /// Asks for a page; what went wrong on the way is said in words.
    fn ask(&self, asked: Asked<'_>) -> impl Future<Output = Result<Answered, String>>;
}

/// Whoever reads, with a session for each person.
#[derive(Debug)]
pub struct Reader<D> {
    doors: D,
    sessions: BTreeMap<String, String>,
}

impl<D: Doors> Reader<D> {
    /// A reader who is signed in nowhere.
    pub fn before(doors: D) -> Reader<D> {
        Reader {
            doors,
            sessions: BTreeMap::new(),
        }
    }

    /// The words of a page that everybody reads.
    ///
    /// # Errors
    /// If there is no such page.
    pub async fn in_public(&self, path: &str) -> Result<String, String> {
        let answered = self.opens(Site::Portal, path, "").await?;
        shown(&answered).ok_or_else(|| format!("there is no page {path}"))
    }

    /// The words of a page as a person of the house reads it, or that it is not shown to them; `password` is the file with theirs.
    ///
    /// # Errors
    /// If the person cannot sign in, which another try would not mend, or nobody answers.
    pub async fn as_person(
        &mut self,
        handle: &str,
        password: Option<&Path>,
        path: &str,
    ) -> Result<Result<String, String>, String> {
        let mut answered = Answered::default();
        // Nobody is signed in for ever.
        for _ in 0..2 {
            let cookie = match self.sessions.get(handle) {
                Some(cookie) => cookie.clone(),
                None => self.signs_in(handle, password).await?,
            };
            answered = self.opens(Site::Desk, path, &cookie).await?;
            if !ASKS_TO_SIGN_IN.contains(&answered.status) {
                self.sessions.insert(handle.to_owned(), cookie);
                break;
            }
            self.sessions.remove(handle);
        }
        let status = answered.status;
        Ok(shown(&answered).ok_or_else(|| format!("{handle} is not shown {path} ({status})")))
    }

    async fn signs_in(&self, handle: &str, password: Option<&Path>) -> Result<String, String> {
        let file = password.ok_or_else(|| format!("no password of {handle} is at hand"))?;
        let password = std::fs::read_to_string(file)
            .map_err(|error| format!("cannot read {}: {error}", file.display()))?;
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs([
            ("handle", handle),
            ("password", password.trim()),
            ("do", "sign-in"),
        ]);
        let form = form.finish();
        let asked = Asked {
            site: Site::Desk,
            path: "/en/sign-in",
            cookie: "",
            form: Some(&form),
        };
        let answered = self.doors.ask(asked).await?;
        let cookie = answered.cookie.split(';').next().unwrap_or_default();
        if cookie.is_empty() {
            let status = answered.status;
            return Err(format!("{handle} cannot sign in ({status})"));
        }
        Ok(cookie.to_owned())
    }

    async fn opens(&self, site: Site, path: &str, cookie: &str) -> Result<Answered, String> {
        let asked = Asked {
            site,
            path,
            cookie,
            form: None,
        };
        self.doors.ask(asked).await
    }
}

/// The words of a page; nothing if none is shown.
fn shown(answered: &Answered) -> Option<String> {
    (answered.status == 200).then(|| words(&answered.html))
}

/// Tells whether words stand on a page. Where lines break and marks begin does not part words.
#[must_use]
pub fn holds(page: &str, words: &str) -> bool {
    let squeezed = |text: &str| text.split_whitespace().collect::<String>();
    squeezed(page).contains(&squeezed(words))
}

/// What stands on a page: its text without marks, with single spaces. Style and script are no words.
#[must_use]
pub fn words(html: &str) -> String {
    let mut out = String::new();
    let mut rest = html;
    while let Some((text, behind)) = rest.split_once('<') {
        out.push_str(text);
        let end = ["style", "script"].into_iter().find_map(|name| {
            let is_it = behind.strip_prefix(name)?.starts_with(['>', ' ']);
            is_it.then(|| format!("</{name}>"))
        });
        let end = end.as_deref().unwrap_or(">");
        rest = behind.split_once(end).map_or("", |(_, rest)| rest);
        // Words in two elements are two words.
        out.push(' ');
    }
    out.push_str(rest);
    let mut text = out.split_whitespace().collect::<Vec<_>>().join(" ");
    for (name, sign) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#38;", "&"),
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&amp;", "&"),
    ] {
        text = text.replace(name, sign);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_parts_no_word() {
        let page = words("<p>公表<b>予定</b>の日\n時</p>");
        assert!(holds(&page, "公表予定の日時"));
        assert!(!holds(&page, "公表の日時"));
    }

    #[test]
    fn words_are_what_is_read() {
        for (html, expected) in [
            ("<p>one\n  <b>two</b></p>three", "one two three"),
            ("a<style>b{}</style>c<script src=x>d</script>", "a c"),
            ("<scripture>of old", "of old"),
            ("R&amp;D &lt;3 &#39;x&#39; &amp;lt;", "R&D <3 'x' &lt;"),
            ("", ""),
            ("<", ""),
            ("2 < 3", "2"),
        ] {
            assert_eq!(words(html), expected, "{html}");
        }
    }
}
