//! A database that is not up when the house starts is waited for; and what the log says of a day: the start, a sign-in that
//! was refused, the end.

use std::fs::File;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::browser::Browser;
use crate::serving::until;
use crate::world::{Engine, World};

#[test]
fn serve_waits_for_a_database_that_is_not_up_yet() {
    let world = World::founded(Engine::Postgres);
    let cluster = std::env::var("NOROSHI_TEST_PG").expect("an address");
    let (_, options) = cluster.split_once("host=").expect("a folder");
    let folder = options.split('&').next().expect("a folder");
    // Short, for the path of a socket is.
    let name = format!("nr-{}", seal::hex(&seal::random::bytes::<4>()));
    let down = std::env::temp_dir().join(name);
    std::fs::create_dir(&down).expect("a folder");
    let there = format!("host={}", down.display());
    let address = cluster.replacen(&format!("host={folder}"), &there, 1);
    let address = address.replacen("///?", &format!("///{}?", world.name), 1);
    let path = |ending: &str| world.root().join(format!("waits.{ending}"));
    let said = |ending: &str| std::fs::read_to_string(path(ending)).unwrap_or_default();
    let mut serve = Command::new(env!("CARGO_BIN_EXE_noroshi"))
        .arg("--dir")
        .arg(world.dir())
        .args(["--database", &address, "--json", "serve"])
        .args(["--listen", "127.0.0.1:0"])
        .args(["--listen-desk", "127.0.0.1:0"])
        .args(["--listen-partner", "127.0.0.1:0"])
        .stdin(Stdio::null())
        .stdout(File::create(path("out")).expect("a file"))
        .stderr(File::create(path("err")).expect("a file"))
        .spawn()
        .expect("the binary");
    until("it says what it waits for", || {
        said("err")
            .contains("the database does not answer; waiting")
            .then_some(())
    });
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(serve.try_wait().expect("a child"), None, "{}", said("err"));
    let socket = ".s.PGSQL.5432";
    std::os::unix::fs::symlink(format!("{folder}/{socket}"), down.join(socket)).expect("a link");
    let ready = || said("out").contains("ready").then_some(());
    until("it is ready", ready);
    until("the log says that it runs", || {
        said("err").contains("code=\"house.runs\"").then_some(())
    });
    let desk = said("out");
    let (_, desk) = desk.split_once("\"desk\":\"http://").expect("the desk");
    let desk = desk.split('/').next().expect("its address");
    let wrong = [
        ("handle", "admin"),
        ("password", "a field of barley"),
        ("do", "sign-in"),
    ];
    assert_eq!(Browser::at(desk).send("/en/sign-in", &wrong).status, 422);
    let told = said("err");
    assert!(told.contains("code=\"sign_in.refused\""), "{told}");
    assert!(
        !told.contains("barley") && !told.contains("admin"),
        "{told}"
    );
    let pid = serve.id().to_string();
    let asked = Command::new("kill").args(["-TERM", &pid]).status();
    assert!(asked.expect("kill").success());
    assert!(serve.wait().expect("its end").success(), "{}", said("err"));
    assert!(
        said("err").contains("code=\"house.ends\""),
        "{}",
        said("err")
    );
    std::fs::remove_dir_all(&down).expect("our folder");
}
