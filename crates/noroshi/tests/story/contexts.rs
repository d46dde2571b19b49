//! The signing and the verifying context as threads of this process, behind the same pipes as their processes.

use std::path::PathBuf;

use engine::kernel::context::{Contexts, Link, service};
use engine::kernel::house::KEYS;

use crate::world::World;

/// Starts both; they end when the links are dropped.
pub fn contexts(world: &World) -> Contexts {
    let dir = world.dir();
    let keys = dir.join(KEYS);
    let certificates = keys.join("public");
    Contexts {
        are_kept: false,
        sign: Some(link("sign", move |input, output| {
            let ended = service::sign(&dir, &keys, input, output);
            ended.expect("a signing context");
        })),
        verify: Some(link("verify", move |input, output| {
            let ended = service::verify(&certificates, input, output);
            ended.expect("a verifying context");
        })),
        portal: None,
    }
}

/// Returns the signer's journal.
pub fn journal(world: &World) -> Vec<u8> {
    let path: PathBuf = world.dir().join(service::SIGN).join("journal");
    std::fs::read(path).unwrap_or_default()
}

fn link(
    name: &'static str,
    serve: impl FnOnce(&mut std::io::PipeReader, &mut std::io::PipeWriter) + Send + 'static,
) -> std::sync::Arc<Link> {
    let (mut input, to) = std::io::pipe().expect("a pipe");
    let (from, mut output) = std::io::pipe().expect("a pipe");
    std::thread::spawn(move || serve(&mut input, &mut output));
    std::sync::Arc::new(Link::new(name, Box::new(to), Box::new(from)))
}

/// How many releases the signer has journalled; its lines about those who may approve are none.
pub fn releases(world: &World) -> usize {
    let journal = String::from_utf8(journal(world)).expect("a journal of text");
    let of_release = |line: &&str| {
        let entry: serde_json::Value = serde_json::from_str(line).expect("a line");
        entry["number"] != ""
    };
    journal.lines().filter(of_release).count()
}
