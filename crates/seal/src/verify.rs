//! placeholder until the tree exists
