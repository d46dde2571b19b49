//! Who asks, as far as addresses tell: for the limits of portal and house alike, and for nothing that is kept.

use std::net::IpAddr;

/// The address that a request comes from. A proxy on this machine names its client last in `X-Forwarded-For`; from a
/// neighbour that names nobody nothing is known, but from one with another loopback address, which is somebody here.
#[must_use]
pub fn client(peer: IpAddr, forwarded: Option<&str>) -> Option<IpAddr> {
    let peer = peer.to_canonical();
    if !peer.is_loopback() {
        return Some(peer);
    }
    match forwarded {
        Some(named) => named.rsplit(',').next()?.trim().parse().ok(),
        None => match peer {
            IpAddr::V4(address) if address.octets()[..3] != [127, 0, 0] => Some(peer),
            _ => None,
        },
    }
}

/// The network of an address, which is what limits count: /24, or /48 of IPv6.
#[must_use]
pub fn network(from: IpAddr) -> Vec<u8> {
    match from.to_canonical() {
        IpAddr::V4(address) => address.octets()[..3].to_vec(),
        IpAddr::V6(address) => address.octets()[..6].to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_here_is_believed_and_nobody_else() {
        for (peer, forwarded, expected) in [
            ("192.0.2.7", None, Some("192.0.2.7")),
            ("192.0.2.7", Some("198.51.100.1"), Some("192.0.2.7")),
            (
                "127.0.0.1",
                Some("10.0.0.1, 198.51.100.1"),
                Some("198.51.100.1"),
            ),
            ("127.0.0.1", Some("somebody"), None),
            ("127.0.0.1", None, None),
            ("::1", None, None),
            ("127.0.1.5", None, Some("127.0.1.5")),
            ("::ffff:192.0.2.7", None, Some("192.0.2.7")),
        ] {
            let expected: Option<IpAddr> = expected.map(|text| text.parse().unwrap());
            let found = client(peer.parse().unwrap(), forwarded);
            assert_eq!(found, expected, "{peer} {forwarded:?}");
        }
    }

    #[test]
    fn neighbours_share_a_network() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("192.0.2.7"), of("192.0.2.200"));
        assert_ne!(of("192.0.2.7"), of("192.0.3.7"));
        assert_eq!(of("2001:db8:1:2::3"), of("2001:db8:1:ffff::9"));
        assert_ne!(of("2001:db8:1::1"), of("2001:db8:2::1"));
    }
}
