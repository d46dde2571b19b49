//! The press from ready documents into an empty folder: stored bytes are read, pages made, everything compressed.
//!
//! The tree is new each round, so nothing is reused by hash: this is the first press after a new version.

use std::path::Path;

use crate::median;
use crate::meter::Meter;
use engine::{Fault, House};

/// Presses all published advisories again and again, and prints how many a second of processor time carries.
pub async fn ready(house: &House, rounds: u64, path: Option<&Path>) -> Result<(), Fault> {
    let base = path.map_or_else(
        || house.dir.join("press").join("staging"),
        Path::to_path_buf,
    );
    seal::files::private_folder(&base)?;
    let (mut rates, mut walls) = (Vec::new(), Vec::new());
    let (mut advisories, mut files) = (0, 0);
    for round in 0..rounds {
        let out = base.join(format!("measured-{round}"));
        let meter = Meter::start(None);
        let pressed = house.press_out(&out).await?;
        let spent = meter.stop();
        std::fs::remove_dir_all(&out).map_err(Fault::io("cannot remove the measured tree"))?;
        (advisories, files) = (pressed.advisories, pressed.files);
        let count = f64::from(u32::try_from(advisories).unwrap_or(u32::MAX));
        rates.push(count / spent.cpu.as_secs_f64());
        walls.push(spent.wall.as_secs_f64());
    }
    println!("rounds={rounds}");
    println!("advisories={advisories}");
    println!("files={files}");
    println!("per_cpu_s={:.1}", median(&rates));
    println!("cpu_ms={:.3}", 1e3 / median(&rates));
    println!("wall_s={:.3}", median(&walls));
    Ok(())
}
