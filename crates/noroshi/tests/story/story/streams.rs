//! Where the program writes to: a log on a full disk stops nothing, an answer that could not be written is none, and a reader
//! who has gone away is no fault.

use std::fs::File;
use std::process::{Command, Stdio};

use crate::play::{Case, now};
use crate::serving::Serving;
use crate::world::World;

/// A disk without room.
fn full() -> File {
    let disk = File::options().write(true).open("/dev/full");
    disk.expect("a disk without room")
}

/// Runs a command line that writes there, and returns its exit code.
fn code(mut command: Command, out: impl Into<Stdio>, err: impl Into<Stdio>) -> Option<i32> {
    let ended = command
        .stdin(Stdio::null())
        .stdout(out)
        .stderr(err)
        .status();
    ended.expect("the binary").code()
}

on_both! {
    fn an_answer_that_could_not_be_written_is_none(engine) {
        let world = World::founded(engine);
        for words in [&["do", "--list"][..], &["config", "check"], &["doctor"]] {
            let to_nobody = code(world.command(words), Stdio::null(), Stdio::null());
            assert_eq!(to_nobody, Some(0), "{words:?}, the control");
            assert_eq!(code(world.command(words), full(), Stdio::null()), Some(2), "{words:?}");
            let (reader, writer) = std::io::pipe().expect("a pipe");
            drop(reader);
            assert_eq!(code(world.command(words), writer, Stdio::null()), Some(0), "{words:?}");
        }
        world.ends_well();
    }

    fn what_could_not_run_says_so_by_its_exit_code_where_nothing_can_be_written(engine) {
        let world = World::of(engine);
        for words in [&["doctor"][..], &["ledger", "verify"], &["no-such-word"]] {
            assert_eq!(code(world.command(words), full(), full()), Some(2), "{words:?}");
        }
    }

    fn a_log_that_cannot_be_written_holds_no_release_up(engine) {
        let world = World::founded(engine);
        let mut case = Case::open(&world, false);
        case.board();
        case.draft(None);
        let plan = case.plan(now());
        case.approve_by_two(&plan);
        case.readers();
        let mut serving = Serving::begin_on_a_full_disk(&world).ready();
        let page = world.dir().join(format!("public/en/advisories/{}.html", case.number));
        serving.until("the release is pressed", || page.exists().then_some(()));
        serving.settle();
        serving.stop();
        assert_eq!(world.mails().len(), 3);
        world.ends_well();
    }
}
