//! Addresses of databases: what would send the house's rows over a network unprotected is refused.

use ::store::{Location, OpenError, Store};
use tokio::runtime::Builder;

fn opening(url: &str) -> Result<Store, OpenError> {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let location = Location::Postgres {
        url: url.to_owned(),
        danger_without_tls: false,
    };
    runtime.block_on(Box::pin(Store::open(&location)))
}

#[test]
fn a_remote_database_without_verified_tls_is_refused() {
    for url in [
        "postgres://u@db.example/x",
        "postgres://u@db.example/x?sslmode=disable",
        "postgres://u@db.example/x?sslmode=prefer",
        "postgres://u@db.example/x?sslmode=require",
        "postgres://u@db.example/x?sslmode=verify-ca",
        "postgres:///x?user=u&host=db.example",
        "postgres://u@127.0.0.1:1/x",
    ] {
        assert!(matches!(opening(url), Err(OpenError::Tls)), "{url}");
    }
}

/// The host decides, not what some other part of the address looks like.
#[test]
fn an_address_that_only_looks_local_is_refused() {
    for url in [
        "postgres://u@127.0.0.1:1/x?application_name=host=/tmp",
        "postgres://host=%2Ftmp@127.0.0.1:1/x",
    ] {
        assert!(matches!(opening(url), Err(OpenError::Tls)), "{url}");
    }
}

#[test]
fn what_is_no_address_is_called_so() {
    for url in ["", "noroshi.db", "postgres//u@db.example/x"] {
        assert!(matches!(opening(url), Err(OpenError::Address)), "{url:?}");
    }
}
