//! The address that all requests of a source go below.

use crate::domain::is_loopback;

/// Scheme, host, port and path, taken apart and found fit to carry a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Base {
    /// The whole address without a slash at its end.
    pub(super) url: String,
    /// Scheme, host and port.
    pub(super) origin: String,
}

/// What is wrong with an address, and what to do about it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BadBase {
    pub(super) message: &'static str,
    pub(super) help: &'static str,
    /// Whether the address holds something that must not be shown.
    pub(super) secret: bool,
}

impl BadBase {
    fn new(message: &'static str, help: &'static str) -> Self {
        Self { message, help, secret: false }
    }
}

/// Takes the address apart. Anything that two readers of addresses could read differently is refused: a
/// secret must not go to another host than the one that was checked.
pub(super) fn parse(text: &str, insecure_http: bool) -> Result<Base, BadBase> {
    let example = "write it like `https://api.example.com/v1`";
    // Userinfo comes first: whatever else is wrong, an address with a password in it is not shown.
    if text.contains('@') {
        let message = "the address holds a user name or password";
        let help = "take it out and put it under `[source.secret]`";
        return Err(BadBase { secret: true, ..BadBase::new(message, help) });
    }
    if text.contains(['?', '#']) {
        let message = "the address has a query or a fragment";
        let help = "keep only scheme, host, port and path; put tokens under `[source.secret]`";
        return Err(BadBase { secret: true, ..BadBase::new(message, help) });
    }
    let lower = text.to_ascii_lowercase();
    let secure = lower.starts_with("https://");
    let Some((scheme, rest)) = text.split_once("://").filter(|_| secure || lower.starts_with("http://"))
    else {
        return Err(BadBase::new("the address does not begin with `https://`", example));
    };
    let (authority, path) = rest.find('/').map_or((rest, ""), |slash| rest.split_at(slash));
    if path.contains(|c: char| !c.is_ascii_graphic() || r#"\"<>^`{|}"#.contains(c)) {
        return Err(BadBase::new("the address holds a character that must be percent-encoded", example));
    }
    if path
        .split('/')
        .any(|segment| matches!(segment.replace("%2e", ".").replace("%2E", ".").as_str(), "." | ".."))
    {
        return Err(BadBase::new("the address has `.` or `..` in its path", example));
    }
    let Some(host) = host(authority) else {
        return Err(BadBase::new("the address has no host, or one that cannot be read", example));
    };
    if !secure && !insecure_http && !is_loopback(host) {
        let message = "plain `http` would show the secrets to everyone on the way";
        let help = "write `https://`, or add `insecure_http = true` to the source if the network is yours";
        return Err(BadBase::new(message, help));
    }
    let origin = format!("{}://{}", scheme.to_ascii_lowercase(), authority.to_ascii_lowercase());
    Ok(Base { url: format!("{origin}{}", path.trim_end_matches('/')), origin })
}

/// Takes the address of a proxy apart: scheme, host and port and nothing else.
pub(super) fn parse_proxy(text: &str) -> Result<String, BadBase> {
    let example = "write it like `http://proxy.example.com:3128` or `socks5h://127.0.0.1:1080`";
    if text.contains('@') {
        let message = "the address holds a user name or password";
        let help = "take it out, and put the whole address into the variable `HTTPS_PROXY` instead";
        return Err(BadBase { secret: true, ..BadBase::new(message, help) });
    }
    let lower = text.to_ascii_lowercase();
    let known = |(scheme, _): &(&str, &str)| ["http", "https", "socks5", "socks5h"].contains(scheme);
    let Some((scheme, rest)) = lower.split_once("://").filter(known) else {
        let message = "the address does not begin with `http://`, `https://`, `socks5://` or `socks5h://`";
        return Err(BadBase::new(message, example));
    };
    let authority = rest.strip_suffix('/').unwrap_or(rest);
    if host(authority).is_none() {
        return Err(BadBase::new("the address has no host, or one that cannot be read", example));
    }
    Ok(format!("{scheme}://{authority}"))
}

/// The host of `host:port`, where both can be read.
fn host(authority: &str) -> Option<&str> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (address, after) = rest.split_once(']')?;
            address.parse::<std::net::Ipv6Addr>().ok()?;
            (
                address,
                after.strip_prefix(':').map_or(after.is_empty().then_some(None), |port| Some(Some(port)))?,
            )
        }
        None => authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port))),
    };
    let letters = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    let named =
        !host.is_empty() && host.chars().all(letters) && !host.starts_with('.') && !host.contains("..");
    let numbered = authority.starts_with('[');
    let port_fits =
        port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0) && !port.starts_with('+'));
    ((named || numbered) && port_fits).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_requests_can_go_below() {
        for (text, url, origin) in [
            ("https://api.example.com", "https://api.example.com", "https://api.example.com"),
            (
                "HTTPS://Api.example.com:8443/V1/",
                "https://api.example.com:8443/V1",
                "https://api.example.com:8443",
            ),
            ("http://127.0.0.1:7001", "http://127.0.0.1:7001", "http://127.0.0.1:7001"),
            ("http://localhost:3000/api/v1", "http://localhost:3000/api/v1", "http://localhost:3000"),
            ("http://[::1]:80/x", "http://[::1]:80/x", "http://[::1]:80"),
        ] {
            let base = Base { url: url.into(), origin: origin.into() };
            assert_eq!(parse(text, false), Ok(base), "{text}");
        }
    }

    #[test]
    fn addresses_that_are_refused() {
        for (text, part) in [
            ("", "does not begin"),
            ("api.example.com", "does not begin"),
            ("ftp://api.example.com", "does not begin"),
            ("https://", "no host"),
            ("https:///v1", "no host"),
            ("https://a..b", "no host"),
            ("https://exa mple.com", "no host"),
            ("https://host:0", "no host"),
            ("https://host:port", "no host"),
            ("https://host:99999", "no host"),
            ("https://[::1", "no host"),
            ("https://[::1]x", "no host"),
            (r"https://127.0.0.1\evil.example", "no host"),
            ("https://host/a b", "percent-encoded"),
            ("https://host/a/%2E./b", "`.` or `..`"),
            ("http://api.example.com", "plain `http`"),
            ("http://127.0.0.1.example.com", "plain `http`"),
            ("http://localhost.example.com", "plain `http`"),
            ("https://me:hunter2@host", "user name or password"),
            ("https://host/v1?key=hunter2", "query"),
        ] {
            let problem = parse(text, false).unwrap_err();
            assert!(problem.message.contains(part), "{text}: {problem:?}");
            assert_eq!(problem.secret, text.contains("hunter2"), "{text}");
        }
    }

    #[test]
    fn proxies_have_a_scheme_a_host_and_a_port() {
        for (text, proxy) in [
            ("http://proxy.example.com:3128", "http://proxy.example.com:3128"),
            ("HTTP://Proxy/", "http://proxy"),
            ("socks5h://127.0.0.1:1080", "socks5h://127.0.0.1:1080"),
            ("https://[::1]:8443", "https://[::1]:8443"),
        ] {
            assert_eq!(parse_proxy(text).as_deref(), Ok(proxy));
        }
        for (text, part) in [
            ("", "does not begin"),
            ("proxy.example.com:3128", "does not begin"),
            ("ftp://proxy", "does not begin"),
            ("http://", "no host"),
            ("http://proxy/path", "no host"),
            ("http://proxy:0", "no host"),
            ("http://me:hunter2@proxy:3128", "user name or password"),
        ] {
            let problem = parse_proxy(text).unwrap_err();
            assert!(problem.message.contains(part), "{text}: {problem:?}");
            assert_eq!(problem.secret, text.contains("hunter2"), "{text}");
        }
    }

    #[test]
    fn plain_http_can_be_allowed_on_purpose() {
        assert!(parse("http://10.0.0.7:8080", true).is_ok());
    }
}
