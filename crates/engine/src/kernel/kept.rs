//! What nouns remember while the house runs: each a value of a type of its own, begun empty and never on disk.
//!
//! The kernel keeps the values and knows none of them; whoever owns a type asks for it by that type.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Values in memory, one a type.
#[derive(Default)]
pub struct Kept(Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>);

impl Kept {
    /// The one value of this type; the first who asks begins it.
    #[must_use]
    pub fn of<T: Default + Send + Sync + 'static>(&self) -> Arc<T> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let value = kept
            .entry(TypeId::of::<T>())
            .or_insert_with(|| Arc::new(T::default()));
        // A value stands under its own type, so the cast holds; were it not so, the noun begins anew.
        Arc::clone(value).downcast().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[test]
    fn each_type_has_one_value() {
        let kept = Kept::default();
        kept.of::<AtomicU32>().store(7, Ordering::Relaxed);
        assert_eq!(kept.of::<AtomicU32>().load(Ordering::Relaxed), 7);
        assert!(kept.of::<Mutex<String>>().lock().unwrap().is_empty());
    }
}
