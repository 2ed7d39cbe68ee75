//! Which addresses are this machine's own: what is sent there goes over no network.

// The address as a value; what can open a connection is not in `core`.
use core::net::IpAddr;

/// Whether `host`, a name or an address with or without brackets, is this machine itself. Only what cannot be
/// anything else counts: names below `localhost` are looked up like any other.
pub fn is_loopback(host: &str) -> bool {
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    host.eq_ignore_ascii_case("localhost")
        || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Whether requests to `origin`, such as `http://10.0.0.7:8080`, can be read by others on their way.
pub fn is_open(origin: &str) -> bool {
    let Some(authority) = origin.strip_prefix("http://") else { return false };
    let port = authority.rfind(':').filter(|colon| !authority[*colon..].contains(']'));
    !is_loopback(&authority[..port.unwrap_or(authority.len())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_told_apart_from_every_other() {
        for host in ["localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "::1", "[::1]"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "",
            "10.0.0.1",
            "0.0.0.0",
            "localhost.example.com",
            "a.localhost",
            "127.0.0.1.example.com",
            "[::2]",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }

    #[test]
    fn only_plain_requests_that_leave_the_machine_are_open() {
        for (origin, open) in [
            ("http://10.0.0.7:8080", true),
            ("http://api.example.com", true),
            ("http://[fe80::1]:80", true),
            ("http://[::1]:80", false),
            ("http://[::1]", false),
            ("http://127.0.0.1:3000", false),
            ("http://localhost", false),
            ("https://api.example.com", false),
            ("kubectl get events", false),
            ("/var/log/audit.jsonl", false),
        ] {
            assert_eq!(is_open(origin), open, "{origin}");
        }
    }
}
