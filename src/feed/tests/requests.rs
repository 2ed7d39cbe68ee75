//! Requests as they would be sent.

use super::super::{Binding, Body, Method, Position, Profile, Request, RequestError, Scope, Token, request};
use super::{binding, built_in, cached, read, scope};
use crate::domain::Secret;

fn token() -> Token {
    Token { access: Secret::new("jwt".into()), refresh: Some(Secret::new("next".into())), expires_in: None }
}

fn headers(request: &Request) -> Vec<(&str, &str)> {
    request.headers.iter().map(|(name, value)| (&**name, value.expose())).collect()
}

fn body(request: &Request) -> (&str, &str) {
    let Body { content_type, text } = request.body.as_ref().unwrap();
    (content_type, text.expose())
}

/// A profile whose `[auth]` and `[request]` are given.
fn with(auth: &str, request: &str) -> Profile {
    let text = format!(
        "schema = 1\nid = 'x'\nname = 'X'\nitems.at = ''\nmap.time = '/t'\nsecrets.spare.required = false\n\
         [vars]\nq.default = ''\nneeded.required = true\nshape.pattern = '[a-z]+'\n{request}\n{auth}"
    );
    Profile::parse("x.toml", &text).unwrap_or_else(|problems| panic!("{problems:?}"))
}

fn page(profile: &Profile, binding: &Binding) -> Result<Request, RequestError> {
    request::page(profile, binding, None, &Position::first(profile), None)
}

fn bound(vars: &[(&str, &str)], secrets: &[(&str, &str)]) -> Binding {
    let mut binding = Binding { base: "https://x.example/v1/".into(), ..Binding::default() };
    binding.vars.insert("needed".into(), "n".into());
    binding.vars.extend(vars.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())));
    binding.secrets.extend(secrets.iter().map(|(k, v)| ((*k).to_owned(), Secret::new((*v).to_owned()))));
    binding
}

#[test]
fn streamkap_buys_and_renews_a_token_and_asks_for_each_destination() {
    let (profile, binding) = (built_in("streamkap"), binding());
    let bought = request::exchange(&profile, &binding).unwrap();
    assert_eq!((bought.method, &*bought.url), (Method::Post, "https://api.streamkap.com/auth/access-token"));
    assert_eq!(body(&bought), ("application/json", r#"{"client_id":"client","secret":"s3cret"}"#));
    let renewed = request::refresh(&profile, &binding, &token()).unwrap();
    assert_eq!(renewed.url, "https://api.streamkap.com/auth/access-token/refresh");
    assert_eq!(body(&renewed), ("application/json", r#"{"refresh_token":"next"}"#));

    let first = Position::first_of_scopes(&profile, None).unwrap();
    let list = request::scopes(&profile, &binding, None, &first, Some(&token())).unwrap();
    assert_eq!(list.url, "https://api.streamkap.com/destinations?page=1&page_size=100");
    assert_eq!(headers(&list), [("Accept", "application/json"), ("Authorization", "Bearer jwt")]);

    let history =
        request::page(&profile, &binding, Some(&scope("a/b ü")), &Position::page(3, 50), Some(&token()))
            .unwrap();
    let path = "/destinations/a%2Fb%20%C3%BC/config-history?page=3&page_size=50";
    assert_eq!(history.url, format!("https://api.streamkap.com{path}"));
    assert!(history.body.is_none() && history.secret_query.is_empty());
}

#[test]
fn kaireonai_sends_key_and_tenant() {
    let profile = built_in("kaireonai");
    let request = page(&profile, &binding()).unwrap();
    assert_eq!(request.url, "https://playground.kaireonai.com/api/v1/change-history?page=1&limit=200");
    let expected = [("Accept", "application/json"), ("Authorization", "Bearer t0k"), ("X-Tenant-Id", "acme")];
    assert_eq!(headers(&request), expected);
}

#[test]
fn microvisualizer_counts_pages_from_zero_and_asks_for_the_detail_of_one_event() {
    let profile = built_in("microvisualizer");
    let local = Binding { base: "http://127.0.0.1:7001".into(), ..binding() };
    let first = Position::first(&profile);
    let request = request::page(&profile, &local, Some(&scope("shop-a1b2c")), &first, None).unwrap();
    assert_eq!(request.url, "http://127.0.0.1:7001/v1/projects/shop-a1b2c/history?page=0&size=50");

    let body = r#"{"events": [{"snapshotId": "s-1", "timestamp": "2026-01-01"}], "totalCount": 1}"#;
    let event = cached(read(&profile, body).unwrap().records.remove(0));
    let detail =
        request::detail(&profile, &local, Some(&scope("shop-a1b2c")), (&event, 0, None), None).unwrap();
    assert_eq!(detail.url, "http://127.0.0.1:7001/v1/projects/shop-a1b2c/history/s-1/diff");

    let mut without = event;
    without.record.raw = "{}".into();
    let error =
        request::detail(&profile, &local, Some(&scope("shop")), (&without, 0, None), None).unwrap_err();
    assert_eq!(error.to_string(), "nothing to put into `{/snapshotId}`");
}

#[test]
fn each_way_to_prove_who_is_asking() {
    let ask = "[request]\npath = '/e'";
    let secrets = [("user", "ann"), ("password", "p:w"), ("key", "k&=")];
    for (auth, header, query) in [
        ("[auth]\nkind = 'none'", None, None),
        (
            "[auth]\nkind = 'header'\nheaders = { X-Key = 'Key {@secret.key}' }",
            Some(("X-Key", "Key k&=")),
            None,
        ),
        (
            "[auth]\nkind = 'basic'\nuser = '{@secret.user}'\npassword = '{@secret.password}'",
            Some(("Authorization", "Basic YW5uOnA6dw==")),
            None,
        ),
        ("[auth]\nkind = 'query'\nquery = { api_key = '{@secret.key}' }", None, Some(("api_key", "k&="))),
        // A secret that the profile can do without leaves its entry out.
        ("[auth]\nkind = 'header'\nheaders = { A = 'Bearer {@secret.spare}' }", None, None),
    ] {
        let request = page(&with(auth, ask), &bound(&[], &secrets)).unwrap();
        assert_eq!(headers(&request).get(1).copied(), header, "{auth}");
        let sent: Vec<_> = request.secret_query.iter().map(|(k, v)| (&**k, v.expose())).collect();
        assert_eq!(sent.first().copied(), query, "{auth}");
        assert!(!request.url.contains('k'), "no secret in the address: {}", request.url);
        assert!(!format!("{request:?}").contains("k&="), "no secret in debug output");
    }
}

#[test]
fn base64_pads_as_the_rfc_shows() {
    let auth = "[auth]\nkind = 'basic'\nuser = '{@secret.u}'\npassword = '{@secret.p}'";
    for (user, password, encoded) in [
        ("Aladdin", "open sesame", "QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
        ("a", "b", "YTpi"),
        ("a", "bc", "YTpiYw=="),
        ("ü", "?>", "w7w6Pz4="),
    ] {
        let binding = bound(&[], &[("u", user), ("p", password)]);
        let request = page(&with(auth, "[request]\npath = '/'"), &binding).unwrap();
        assert_eq!(headers(&request)[1].1, format!("Basic {encoded}"));
    }
}

#[test]
fn entries_with_an_empty_placeholder_are_left_out() {
    let ask = "[request]\nmethod = 'POST'\npath = '/e'\ntimeout = '5s'\nheaders = { X-Q = 'q {@q}', X-N = '{@needed}' }\n\
               query = { q = '{@q}', s = '{@shape}', kind = ['a', '{@needed} b'], on = true, n = 3 }\n\
               body = { q = '{@q}', n = '{@needed}', list = [1, '{@q}', true], in = { deep = 'x' } }";
    let profile = with("[auth]\nkind = 'none'", ask);
    let request = page(&profile, &bound(&[], &[])).unwrap();
    assert_eq!(request.url, "https://x.example/v1/e?kind=a&kind=n%20b&on=true&n=3");
    assert_eq!(headers(&request)[1..], [("X-N", "n")]);
    let json = r#"{"n":"n","list":[1,true],"in":{"deep":"x"}}"#;
    assert_eq!(body(&request), ("application/json", json));
    assert_eq!((request.method, request.timeout.map(|t| t.as_secs())), (Method::Post, Some(5)));
}

#[test]
fn a_form_is_encoded_as_one() {
    let auth = "[auth]\nkind = 'exchange'\nheaders = { A = '{@token}' }\n[auth.exchange]\nurl = '/t'\n\
                encoding = 'form'\ntoken = '/t'\nbody = { grant = 'client credentials', s = '{@secret.s}' }";
    let request =
        request::exchange(&with(auth, "[request]\npath = '/'"), &bound(&[], &[("s", "a&b=ü")])).unwrap();
    let form = "grant=client%20credentials&s=a%26b%3D%C3%BC";
    assert_eq!(body(&request), ("application/x-www-form-urlencoded", form));
}

#[test]
fn what_is_missing_or_wrong_is_named_without_showing_a_secret() {
    let header = "[auth]\nkind = 'header'\nheaders = { X-Key = '{@secret.key}' }";
    let ask = "[request]\npath = '/e/{@needed}'";
    let key = [("key", "k3y")];
    for (vars, secrets, message) in [
        (&[][..], &[][..], "the secret `key` has no value"),
        (&[], &[("key", "")], "the secret `key` has no value"),
        (
            &[],
            &[("key", "k3y\r\nHost: evil")],
            "the value of `X-Key` contains a line break or another control character",
        ),
        (&[("needed", "")], &key, "the variable `needed` has no value"),
        (
            &[("needed", "a\nb")],
            &key,
            "the value of `{@needed}` contains a line break or another control character",
        ),
        (&[("needed", "..")], &key, "`/e/..` has `.` or `..` between its slashes, so no request is sent"),
        (&[("shape", "a1")], &key, "the variable `shape` is `a1`, which does not match `[a-z]+`"),
    ] {
        let error = page(&with(header, ask), &bound(vars, secrets)).unwrap_err();
        assert_eq!(error.to_string(), message);
        assert!(!format!("{error:?}").contains("k3y"));
    }
    let mut none = bound(&[], &key);
    none.vars.clear();
    let missing = RequestError::MissingVar { name: "needed".into() };
    assert_eq!(page(&with(header, ask), &none).unwrap_err(), missing);
    let mut blank = binding();
    blank.vars.insert("tenant".into(), String::new());
    let tenant = RequestError::MissingVar { name: "tenant".into() };
    assert_eq!(
        page(&built_in("kaireonai"), &blank).unwrap_err(),
        tenant,
        "a required header is never left out"
    );
    let streamkap = built_in("streamkap");
    let first = Position::first(&streamkap);
    let untold = request::page(&streamkap, &binding(), Some(&scope("x")), &first, None).unwrap_err();
    assert_eq!(untold, RequestError::MissingToken);
    let unscoped = request::page(&streamkap, &binding(), None, &first, Some(&token())).unwrap_err();
    assert_eq!(unscoped.to_string(), "nothing to put into `{@scope.id}`");
    let kaireonai = built_in("kaireonai");
    assert!(matches!(request::exchange(&kaireonai, &binding()), Err(RequestError::NotDescribed { .. })));
    assert!(matches!(
        request::scopes(&kaireonai, &binding(), None, &first, None),
        Err(RequestError::NotDescribed { .. })
    ));
}

#[test]
fn no_value_can_lead_a_request_away_from_its_base() {
    let profile = with("[auth]\nkind = 'none'", "[request]\npath = '/e/{@needed}/x'\nquery = { q = '{@q}' }");
    for value in [
        "@evil.example",
        "//evil.example",
        "\\\\evil",
        "a?b#c",
        "%2e%2e",
        "a/../../b",
        "http://evil",
        "é",
        " ",
    ] {
        let request = page(&profile, &bound(&[("needed", value), ("q", value)], &[])).unwrap();
        let rest = request.url.strip_prefix("https://x.example/v1/e/").unwrap();
        let (path, query) = rest.split_once("/x?q=").unwrap();
        for part in [path, query] {
            assert!(
                part.bytes().all(|b| b.is_ascii_alphanumeric() || b"%-._~".contains(&b)),
                "{value}: {part}"
            );
        }
    }
}

#[test]
fn a_base_is_a_host_and_a_path_and_nothing_else() {
    let profile = with("[auth]\nkind = 'none'", "[request]\npath = '/e'");
    for base in
        ["https://a.example", "http://127.0.0.1:7001", "http://[::1]:80/api", "https://a.example/v1//"]
    {
        let binding = Binding { base: base.into(), ..bound(&[], &[]) };
        let expected = format!("{}/e", base.trim_end_matches('/'));
        assert_eq!(page(&profile, &binding).unwrap().url, expected);
    }
    for (base, reason) in [
        ("a.example", "does not start with"),
        ("ftp://a.example", "does not start with"),
        ("https://", "has no readable host"),
        ("https://:80", "has no readable host"),
        ("https://a b/", "has no readable host"),
        ("https://a.example\\@evil.example", "holds a user name"),
        ("https://ann:pw@a.example", "holds a user name"),
        ("https://a.example?x=1", "has no readable host"),
        ("https://a.example/v1?x=1", "has a query"),
        ("https://a.example/../x", "has `.` or `..`"),
        ("https://a.example/\r\nX: y", "has a character"),
    ] {
        let error =
            page(&profile, &Binding { base: base.into(), ..bound(&[], &[]) }).unwrap_err().to_string();
        assert!(error.contains(reason), "{base}: {error}");
        assert!(!error.contains("pw") && !error.contains(char::is_control), "{error}");
    }
    assert_eq!(
        page(&profile, &Binding { base: String::new(), ..bound(&[], &[]) }).unwrap_err(),
        RequestError::NoBase
    );
}

#[test]
fn a_scope_that_the_user_names_has_the_variables_that_its_id_would_set() {
    let list = "[[scope]]\npath = '/s'\nitems = '/s'\nset = { key = '/id', title = '/name' }\n";
    let profile = with("[auth]\nkind = 'none'", &format!("{list}[request]\npath = '/e/{{@key}}'"));
    let named = profile.scope_from_id("s-1");
    assert_eq!(
        named,
        Scope { id: "s-1".into(), vars: [("key".into(), "s-1".into())].into(), ..Scope::default() }
    );
    let first = Position::first(&profile);
    let request = request::page(&profile, &bound(&[], &[]), Some(&named), &first, None).unwrap();
    assert_eq!(request.url, "https://x.example/v1/e/s-1");
}
