//! Children: the contexts as processes of this same binary, joined by pipes.
//!
//! A child ends when its pipe closes, so that no process outlives the house, however the house ended.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use engine::Fault;
use engine::kernel::context::{Contexts, Link};

/// Children of this process; they are reaped when it lets go of them.
#[derive(Debug, Default)]
pub struct Children(Vec<Child>);

impl Drop for Children {
    fn drop(&mut self) {
        for child in &mut self.0 {
            // Their pipes close with the links; who does not end by itself is ended.
            for _ in 0..50 {
                if matches!(child.try_wait(), Ok(Some(_))) {
                    break;
                }
                std::thread::sleep(std::time::Duration::from_millis(10));
            }
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn spawn(dir: &Path, name: &'static str, extra: &[String]) -> Result<(Child, Link), Fault> {
    let program = std::env::current_exe().map_err(Fault::io("cannot find this program"))?;
    let mut child = Command::new(program)
        .arg("--dir")
        .arg(dir)
        .args(["context", name])
        .args(extra)
        .env_clear()
        .envs(std::env::vars_os().filter(|(name, _)| name == "NOROSHI_CRASH"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(Fault::io(format!("cannot start the {name} context")))?;
    match (child.stdin.take(), child.stdout.take()) {
        (Some(to), Some(from)) => Ok((child, Link::new(name, Box::new(to), Box::new(from)))),
        _ => Err(Fault::Context(name)),
    }
}

/// Starts the signing and the verifying context.
///
/// # Errors
/// If a process cannot be started.
pub fn signing(dir: &Path) -> Result<(Contexts, Children), Fault> {
    let (sign, sign_link) = spawn(dir, "sign", &[])?;
    let (verify, verify_link) = spawn(dir, "verify", &[])?;
    let children = Children(vec![sign, verify]);
    let contexts = Contexts {
        sign: Some(sign_link),
        verify: Some(verify_link),
        portal: None,
    };
    // A signer that cannot open its keys has said why and is gone: then nothing starts.
    contexts.signer_head()?;
    Ok((contexts, children))
}

/// Starts the portal too; returns where it listens.
///
/// # Errors
/// If a process cannot be started or the address cannot be taken.
pub fn all(dir: &Path, listen: SocketAddr) -> Result<(Contexts, Children, SocketAddr), Fault> {
    let (mut contexts, mut children) = signing(dir)?;
    let (portal, link) = spawn(dir, "portal", &["--listen".to_owned(), listen.to_string()])?;
    children.0.push(portal);
    let answer = link.ask(&[b"where"])?;
    let address = answer
        .get(1)
        .and_then(|a| std::str::from_utf8(a).ok())
        .and_then(|a| a.parse().ok());
    let address = address.ok_or_else(|| {
        Fault::Config(format!(
            "the portal cannot listen on {listen}; choose another with --listen"
        ))
    })?;
    contexts.portal = Some(link);
    Ok((contexts, children, address))
}
