//! Secrets in every writing, and texts that hold none.

use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE};
use proptest::prelude::*;
use rstest::rstest;

use super::*;

const SECRET: &str = "s3cr\u{e9}t/+=\"key\\ 1";

fn redactor(secrets: &[&str]) -> Redactor {
    let redactor = Redactor::default();
    for secret in secrets {
        redactor.hide(&Secret::new((*secret).to_owned()));
    }
    redactor
}

fn percent(text: &str, all: bool) -> String {
    let plain = |byte: u8| !all && (byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
    text.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02x}") })
        .collect()
}

#[rstest]
#[case::as_it_is(SECRET.to_owned())]
#[case::percent(percent(SECRET, false))]
#[case::percent_upper_case(percent(SECRET, false).to_uppercase().replace("S3CR", "s3cr").replace("TK", "tk"))]
#[case::percent_everything(percent(SECRET, true))]
#[case::query(percent(SECRET, false).replace("%20", "+"))]
#[case::json(serde_json::to_string(SECRET).unwrap().trim_matches('"').to_owned())]
#[case::json_slashes(serde_json::to_string(SECRET).unwrap().trim_matches('"').replace('/', "\\/"))]
#[case::json_ascii(SECRET.encode_utf16().map(|unit| format!("\\u{unit:04X}")).collect::<Vec<_>>().concat())]
#[case::an_address_in_an_address(percent(&percent(SECRET, false), false))]
#[case::a_query_in_an_address(percent(&percent(SECRET, false).replace("%20", "+"), false))]
#[case::json_in_json(serde_json::json!(serde_json::json!(SECRET).to_string().trim_matches('"')).to_string().trim_matches('"').to_owned())]
#[case::an_address_in_json(percent(SECRET, false).replace('/', "\\/").replace('%', "\\u0025"))]
#[case::base_64(BASE64_STANDARD.encode(SECRET))]
#[case::base_64_url(BASE64_URL_SAFE_NO_PAD.encode(SECRET))]
#[case::basic(BASE64_STANDARD.encode(format!("user:{SECRET}")))]
#[case::basic_of_another(BASE64_URL_SAFE.encode(format!("a@b.example:{SECRET}")))]
#[case::inside(BASE64_STANDARD.encode(format!("{{\"key\":\"{SECRET}\",\"more\":1}}")))]
#[case::basic_in_an_address(percent(&BASE64_STANDARD.encode(format!("me:{SECRET}")), false))]
fn a_secret_is_found_in_every_writing(#[case] written: String) {
    // A sign of upper case in the middle of the case above is the test's own doing.
    let written = written.replace("%C3%A9T", "%C3%A9t").replace("KEY", "key");
    let text = format!("you sent <{written}>, no");
    assert_eq!(redactor(&[SECRET]).mask(&text), "you sent <<redacted>>, no", "{written}");
}

#[test]
fn what_overlaps_is_masked_once_and_whole() {
    let redactor = redactor(&["abcdef", "defghi", "cdef", "<redacted>"]);
    assert_eq!(redactor.mask("x abcdefghi y"), "x <redacted> y");
    assert_eq!(redactor.mask("abcdef defghi abcdefabcdef"), "<redacted> <redacted> <redacted><redacted>");
    assert_eq!(redactor.mask("<redacted>"), "<redacted>");
}

#[test]
fn the_beginning_of_a_secret_before_an_ellipsis_counts() {
    let redactor = redactor(&["tok_0123456789"]);
    assert_eq!(redactor.mask("the key tok_0123…"), "the key <redacted>…");
    assert_eq!(redactor.mask("the key tok_… and `tok_01…`"), "the key <redacted>… and `<redacted>…`");
    assert_eq!(
        redactor.mask("the key tok… is short, tok_0123 is not cut"),
        "the key tok… is short, tok_0123 is not cut"
    );
}

#[rstest]
#[case::in_an_address("tok/0123+4567", "k=tok%2F0123%2B4…", "k=<redacted>…")]
#[case::in_the_middle_of_an_escape("tok/0123+4567", "k=tok%2F0123%2…", "k=<redacted>…")]
#[case::at_the_sign_of_one("tok/0123+4567", "k=tok%2F0123%…", "k=<redacted>…")]
#[case::in_json("tok\"0123\\4567", r#"tok\"0123\\4…"#, "<redacted>…")]
#[case::in_the_middle_of_a_number("tok\u{e9}\u{e9}0123", r"tok\u00e9\u00…", "<redacted>…")]
#[case::in_base_64("tok_0123456789", "dG9rXzAxMjM0N…", "<redacted>…")]
fn the_beginning_of_a_secret_counts_in_every_writing(
    #[case] secret: &str,
    #[case] text: &str,
    #[case] masked: &str,
) {
    assert_eq!(redactor(&[secret]).mask(text), masked);
}

#[test]
fn short_words_are_left_alone() {
    let redactor = redactor(&["abc", "", "demo"]);
    assert_eq!(redactor.mask("abc demo demonstration"), "abc <redacted> <redacted>nstration");
    assert_eq!(redactor.mask("ZGVtbw=="), "ZGVtbw==", "four letters in base 64 could be anything");
}

#[test]
fn text_without_a_secret_is_the_same_text() {
    let redactor = redactor(&[SECRET]);
    for text in ["", "100% + \\ \\u12 %4 %zz \\ud800 \u{1F512}…", "%", "\\"] {
        assert!(matches!(redactor.mask(text), Cow::Borrowed(same) if same == text), "{text}");
    }
}

#[test]
fn a_bought_token_is_hidden_while_it_may_turn_up() {
    let redactor = Redactor::default();
    for number in 0..100 {
        redactor.hide_bought(&Secret::new(format!("access-{number:03}-x")));
    }
    assert_eq!(redactor.mask("access-099-x access-036-x"), "<redacted> <redacted>");
    assert_eq!(redactor.mask("access-035-x"), "access-035-x", "long replaced");
    assert_eq!(format!("{redactor:?}"), "Redactor");
}

#[test]
fn passwords_of_proxies_are_hidden() {
    let redactor = Redactor::default();
    let variable = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    redactor.hide_proxies([
        variable("HTTPS_PROXY", "http://me:hunter%2F22@proxy.example:3128"),
        variable("all_proxy", "socks5://me:other-pass@proxy.example"),
        variable("http_proxy", "http://proxy.example:3128"),
        variable("PATH", "http://me:not-a-proxy@host"),
    ]);
    let text = "hunter/22 hunter%2F22 other-pass not-a-proxy proxy.example";
    assert_eq!(redactor.mask(text), "<redacted> <redacted> <redacted> not-a-proxy proxy.example");
    let basic = BASE64_STANDARD.encode("me:hunter/22");
    assert_eq!(redactor.mask(&basic), "<redacted>");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_it_stumble_and_no_secret_gets_through(
        secret in "\\PC{8,30}",
        before in "[\\PC\\n…%+\\\\]{0,20}",
        after in "[\\PC\\n…%+\\\\]{0,20}",
    ) {
        let redactor = redactor(&[&secret]);
        for written in [secret.clone(), percent(&secret, true), BASE64_STANDARD.encode(&secret)] {
            let masked = redactor.mask(&format!("{before} {written} {after}")).into_owned();
            prop_assert!(!masked.contains(&secret), "{}", masked);
            prop_assert!(!masked.contains(&written), "{}", masked);
        }
    }
}
