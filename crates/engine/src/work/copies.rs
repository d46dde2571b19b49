//! Copies of publications: one claim a round, so that a wish to stop is heard in between.
//!
//! How a copy is composed, sent and settled stands in [`crate::distribution::copies`]. However many wait, and however
//! long a relay takes, nobody but the copies waits for them.

use domain::value::CopyChannel;

use crate::Fault;
use crate::distribution::copies::{CLAIM_MAX, Editions};
use crate::kernel::house::House;
use crate::work::Next;

impl House {
    /// Sends copies of a channel that are due; how many were accepted is added to `accepted`.
    pub(super) async fn copies_round(
        &self,
        channel: CopyChannel,
        editions: &mut Editions,
        accepted: &mut usize,
    ) -> Result<Next, Fault> {
        let sent = self.send_copies(channel, editions).await?;
        *accepted += sent.accepted;
        let done =
            sent.accepted + sent.deferred + sent.refused + sent.maybe + sent.expired + sent.dropped;
        if done >= CLAIM_MAX as usize {
            return Ok(Next::AtOnce);
        }
        Ok(Next::at(self.store.next_copy_at(channel).await?))
    }
}
