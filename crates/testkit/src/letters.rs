//! Letters of the portal, as strangers send them: sealed into the box, and what a finder reads with the receipt.

use std::path::PathBuf;

use formats::letter::{Kind, Letter, Note, Progress, Report};
use seal::receipt::Receipt;

use crate::world::{World, at};

/// Puts a letter into the box as the portal does; `id` is the random name that it draws.
pub fn post(world: &World, letter: &Letter, id: u8) {
    let dir = world.stage.dir();
    let public = std::fs::read_to_string(dir.join("keys/public/intake.hex"));
    let public = seal::unhex32(public.expect("the public half").trim()).expect("a key");
    let id = [id; 16];
    let sealed = seal::intake::seal(&public, &id, &letter.write()).expect("a sealed letter");
    let folder = dir.join("box");
    std::fs::create_dir_all(&folder).expect("the box");
    let name = format!("letter-{}", seal::hex(&id));
    std::fs::write(folder.join(name), sealed).expect("a letter");
}

/// Puts somebody's wish to stop into the box.
pub fn wish_to_stop(world: &World, reference: &str) {
    let folder = world.stage.dir().join("box");
    std::fs::create_dir_all(&folder).expect("the box");
    std::fs::write(folder.join(format!("unsubscribe-{reference}")), b"").expect("a wish");
}

/// How many letters and wishes wait in the box.
#[must_use]
pub fn waiting(world: &World) -> usize {
    let entries = std::fs::read_dir(world.stage.dir().join("box"));
    let names = entries
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok());
    names
        .filter(|name| name.starts_with("letter-") || name.starts_with("unsubscribe-"))
        .count()
}

/// A finder with a receipt.
#[derive(Debug)]
pub struct Finder {
    receipt: Receipt,
    house: [u8; 16],
}

impl Finder {
    /// Somebody whose receipt the portal has just drawn.
    #[must_use]
    pub fn of(world: &World) -> Finder {
        Finder {
            receipt: Receipt::draw(),
            house: world.house().id(),
        }
    }

    /// The report that this finder sends.
    #[must_use]
    pub fn report(&self, world: &World, handling: &str) -> Letter {
        let lookup = seal::sha256(&self.receipt.lookup(&self.house));
        let public = seal::mailbox::public(&self.receipt.mailbox_secret(&self.house));
        Letter::Report(Report {
            at: at(world.now()),
            lang: formats::advisory::Lang::Ja,
            kind: Kind::Product,
            handling: handling.to_owned(),
            lookup: seal::hex(&lookup),
            mailbox: seal::hex(&public),
            consent: "3".to_owned(),
            what: "青葉ゲートウェイ".to_owned(),
            happens: "設定が読めます。".to_owned(),
            ..Report::default()
        })
    }

    /// What the finder shows to be known by.
    #[must_use]
    pub fn proof(&self) -> String {
        seal::hex(&self.receipt.lookup(&self.house))
    }

    fn folder(&self, world: &World) -> PathBuf {
        let hash = seal::sha256(&self.receipt.lookup(&self.house));
        world.stage.dir().join("mailbox").join(seal::hex(&hash))
    }

    fn opened(&self, world: &World, name: &str) -> Option<Vec<u8>> {
        let sealed = std::fs::read(self.folder(world).join(name)).ok()?;
        let hash = seal::sha256(&self.receipt.lookup(&self.house));
        let secret = self.receipt.mailbox_secret(&self.house);
        let opened = seal::mailbox::open(&secret, &hash, &sealed);
        Some(opened.expect("the receipt opens it"))
    }

    /// The document that says where the report stands.
    #[must_use]
    pub fn progress(&self, world: &World) -> Progress {
        match self.opened(world, "state") {
            Some(bytes) => Progress::read(&bytes).expect("a document"),
            None => panic!("there is no mailbox"),
        }
    }

    /// The words of the steps so far, in order.
    #[must_use]
    pub fn steps(&self, world: &World) -> Vec<&'static str> {
        let progress = self.progress(world);
        progress.steps.iter().map(|step| step.step.word()).collect()
    }

    /// A message in the mailbox, by its number from 1; nothing if there are fewer.
    #[must_use]
    pub fn note(&self, world: &World, number: u32) -> Option<Note> {
        let bytes = self.opened(world, &format!("note-{number:06}"))?;
        Some(Note::read(&bytes).expect("a message"))
    }
}
