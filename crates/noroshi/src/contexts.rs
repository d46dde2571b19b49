//! What a child process does: one context, until its pipe closes.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use engine::Fault;

use crate::confine;
use engine::kernel::context::{read_message, service, write_message};

/// Runs the context `name`.
///
/// # Errors
/// If its keys cannot be opened or the pipe breaks.
pub fn run(dir: &Path, name: &str, listen: Option<SocketAddr>) -> Result<bool, Fault> {
    let keys = dir.join(engine::kernel::house::KEYS);
    let (mut input, mut output) = (std::io::stdin().lock(), std::io::stdout().lock());
    match (name, listen) {
        ("sign", _) => {
            seal::files::private_folder(&dir.join("sign"))?;
            confine::narrow(dir, "sign");
            service::sign(dir, &keys, &mut input, &mut output)?;
        }
        ("verify", _) => {
            seal::files::private_folder(&dir.join("press"))?;
            confine::narrow(dir, "verify");
            service::verify(&keys.join("public"), &mut input, &mut output)?;
        }
        ("portal", Some(listen)) => {
            drop((input, output));
            portal(dir, listen)?;
        }
        _ => return Err(Fault::Config("no such context".into())),
    }
    Ok(true)
}

/// How long a portal that cannot listen waits to be asked where it does.
const HEARD: std::time::Duration = std::time::Duration::from_secs(5);

fn portal(dir: &Path, listen: SocketAddr) -> Result<(), Fault> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Fault::io("cannot start the portal"))?;
    let press = dir.join("press");
    let run = dir.join("run");
    std::fs::create_dir_all(&run)
        .and_then(|()| std::fs::write(run.join("portal.pid"), std::process::id().to_string()))
        .map_err(Fault::io("cannot note the portal's process"))?;
    let limits = portal::Limits::default();
    let bound = runtime.block_on(tokio::net::TcpListener::bind(listen));
    let address = bound.as_ref().ok().and_then(|l| l.local_addr().ok());
    // An empty or damaged tree is no reason to be away: the pages say 404 until the house presses.
    let site = portal::Site::load(&press, &limits).unwrap_or_else(|_| portal::Site::empty());
    let reception = portal::Reception {
        dir: dir.to_owned(),
        site: engine::publication::face::face(dir)?,
        number: |random| {
            let (digits, printed) = engine::intake::handling_number(random)?;
            Some(portal::HandlingNumber { digits, printed })
        },
    };
    for folder in ["box", "mailbox"] {
        seal::files::private_folder(&dir.join(folder))?;
    }
    // What it needs of the folder is read; it listens already. Threads that it starts from here on are as narrow.
    confine::narrow(dir, "portal");
    let handle = Arc::new(portal::Handle::new(site, limits).with_reception(reception));
    let told = Arc::clone(&handle);
    let (answered, was_answered) = std::sync::mpsc::channel();
    let pipe = std::thread::Builder::new()
        .name("pipe".into())
        .spawn(move || {
            let (mut input, mut output) = (std::io::stdin().lock(), std::io::stdout().lock());
            while let Ok(Some(parts)) = read_message(&mut input) {
                match parts.first().map(Vec::as_slice) {
                    Some(b"where") => {
                        let text = address.map(|a| a.to_string()).unwrap_or_default();
                        if write_message(&mut output, &[b"where", text.as_bytes()]).is_err() {
                            break;
                        }
                        let _ = answered.send(());
                    }
                    Some(b"reload") => {
                        if let Err(error) = told.reload(&press) {
                            tracing::error!(
                                code = error.code(),
                                "the new tree was not taken; the old one stands"
                            );
                        }
                    }
                    _ => {}
                }
            }
            std::process::exit(0);
        });
    pipe.map_err(Fault::io("cannot start the portal"))?;
    if bound.is_err() {
        // Whoever started this process says by which option another address is chosen, once it has heard that there is none.
        let _ = was_answered.recv_timeout(HEARD);
    }
    let listener = bound.map_err(Fault::io(format!("cannot listen on {listen}")))?;
    runtime.block_on(async move {
        portal::serve(listener, handle, limits).await;
    });
    Ok(())
}
