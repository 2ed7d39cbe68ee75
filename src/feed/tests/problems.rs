//! What is said about profiles with mistakes.

use insta::assert_snapshot;

use super::super::{Catalog, Profile};

fn problems(text: &str) -> Vec<String> {
    let problems = Profile::parse("x.toml", text).expect_err("mistakes");
    problems.iter().map(ToString::to_string).collect()
}

/// Mistakes of every kind, one in each commented line.
const PLANTED: &str = r#"schema = 1
id = "My Feed"                             # not an id
naem = "X"                                 # misspelt, so `name` is missing too
docs = 7                                   # a number
[vars.tenant]
lable = "Tenant"                           # misspelt
pattern = "["                              # no regular expression
[auth]
kind = "haeder"                            # misspelt
headers = { Authorization = "Bearer {@secret.token" } # a brace is missing
[request]
base = "api.example.com"                   # no scheme
path = "v1/{@tenat}"                       # no slash
query = { a = "{/x}", b = "{@tenat}" }     # no record yet; a misspelt variable
page_size = { default = 500, max = 100 }   # the wrong way round
[paging]
kind = "pages"                             # misspelt
more = "has_more"                          # no pointer
[items]
at = "$.events"                            # JSONPath
[map]
id = "id"                                  # the same for all records
time = "$.time"                            # JSONPath
action = ["/action", "{/x|acton}"]         # no such table
error = "{@secret.token}"                  # a secret that would be shown
summary = "/a~2b"                          # a bad escape
group = "^/id"                             # no outer record
actor = { nane = "/x" }                    # misspelt
[map.enum.acton_type]                      # used by nothing
x = "y"
[time]
format = "epoch"                           # not a format
[[changes]]
kind = "pear"                              # misspelt
[[changes]]                                # `after` is missing
kind = "pair"
before = "/before"
array_keys = { topics = "name" }           # no pointer
[detail]
path = "/d/{@scope.id}"                    # no scopes
optional = [200]                           # no error
changes = []
[rate]
min_interval = "soon"                      # no length of time
[sync]
order = "newest"                           # no such order
"#;

#[test]
fn every_mistake_of_a_profile_is_named_in_one_run_with_its_line_and_key() {
    let found = Profile::parse("x.toml", PLANTED).expect_err("mistakes");
    let lines: Vec<usize> = found.iter().map(|problem| problem.line).collect();
    for (number, line) in PLANTED.lines().enumerate() {
        if line.contains('#') {
            assert!(lines.contains(&(number + 1)), "nothing said about line {}: {line}", number + 1);
        }
    }
    assert_snapshot!(found.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
}

#[test]
fn toml_that_cannot_be_read_is_named_by_its_line() {
    let found = problems("schema = 1\nid = \"x\nname = \"X\"\n");
    assert!(found[0].starts_with("x.toml:2:"), "{found:?}");
}

#[test]
fn an_empty_profile_says_what_is_missing() {
    let found = problems("");
    for key in ["schema", "id", "name", "auth", "request", "items", "map"] {
        assert!(
            found.iter().any(|problem| problem.contains(&format!("`{key}` is missing"))),
            "{key}: {found:#?}"
        );
    }
    assert!(
        problems("schema = 2\nid = \"x\"")
            .join("\n")
            .contains("this version of the program reads `schema = 1`")
    );
}

/// Adds `line` to a good profile and gives what is said about it.
fn said(line: &str) -> String {
    let good = "schema = 1\nid = 'x'\nname = 'X'\nitems.at = ''\nmap.time = '/t'\nauth.kind = 'none'\nrequest.path = '/'\n";
    assert!(Profile::parse("x.toml", good).is_ok());
    problems(&format!("{good}{line}")).join("\n")
}

#[test]
fn a_value_that_starts_with_a_dollar_is_refused_with_a_hint() {
    let said = said("map.action = '$.action'");
    assert!(
        said.contains("starts with `$`") && said.contains("write a JSON Pointer: `/user/name`"),
        "{said}"
    );
}

#[test]
fn mistakes_are_told_with_what_to_do() {
    for (line, message) in [
        ("map.acton = '/x'", "`map.acton`: unknown key; did you mean `action`?"),
        ("map.action = ''", "leave the key out"),
        ("map.action = []", "an empty list has no value"),
        ("map.action = 7", "expected a text, found a whole number"),
        ("map.action = '#{/a}'", "a hash has no place here"),
        ("map.id = '#{/a}-{/b}'", "`-` stands between the parts of a hash"),
        ("map.action = '{name}'", "a placeholder is a pointer, `{/name}`, or a variable"),
        ("map.action = 'a } b'", "write `{{` or `}}` for a brace that is meant"),
        ("map.action = '/a{/b}'", "cannot read"),
        ("map.action = '/{/a}b'", "a placeholder in a pointer takes a whole segment"),
        ("map.action = '@tenant'", "declare it: `[vars.tenant]`"),
        ("map.action = '@scope.id'", "the profile has no `[[scope]]`"),
        ("map.enum.acton = { a = 'b' }", "did you mean `action`?"),
        ("map.enum.verb = { a = 'b' }", "use it in a template as `{/pointer|verb}`"),
        ("request.headers = { X = '{@secret.a}' }", "secrets go into `[auth]` only"),
        ("request.headers = { authorization = 'Bearer abc' }", "a profile never holds a credential"),
        ("request.headers = { 'A: b' = 'x' }", "this is no name of a header"),
        ("request.headers = { A = \"x\\ny\" }", "a header has no line breaks"),
        ("request.timeout = '-1s'", "write a number and a unit"),
        ("secrets.token = 's3cret'", "a profile only names secrets"),
        ("vars.token = {}", "`token`, `refresh`, `since`, `until` and `each` are taken"),
        ("vars.a = { default = 'x', pattern = 'y' }", "the default `x` does not match the pattern"),
        ("auth.user = 'x'\nauth.password = 'y'", "belong to `kind = \"basic\"`"),
        ("auth.exchange = { url = '/t', body = {}, token = '/t' }", "belongs to `kind = \"exchange\"`"),
        ("filters.who = 'x'", "no query field has this name"),
        ("time.format = '%Q%'", "is no pattern of `strftime`"),
        ("windows = {}", "`windows`: unknown key; did you mean `window`?"),
        ("window = { required = true }", "`from` is missing"),
        ("window = { from = 'a', span = '1d' }", "`to` is missing"),
        ("window = { from = 'a', format = 'epoch' }", "unknown value `epoch`"),
        ("paging = { kind = 'cursor', param = 'c' }", "`cursor` is missing"),
        ("paging = { kind = 'keyset', param = 'c', from = '/id' }", "write `last:` or `first:`"),
        ("paging = { kind = 'link', param = 'page' }", "`paging.param`: unknown key"),
        ("paging = { kind = 'offset', in = 'header' }", "expected one of `query`, `body`"),
        ("items.explode = 'history'", "is no JSON Pointer"),
        ("map.action = '^/a'", "points into an outer record, and there is none"),
        ("request.query = { a = '{@since|epoch}' }", "unknown value `epoch`"),
        ("map.action = '{@since}'", "there is no variable `@since` here"),
        ("changes = [{ kind = 'row', path = 'x' }]", "neither `before` nor `after`"),
        ("changes = [{ kind = 'sets', at = '/x' }]", "neither `added` nor `removed`"),
        ("changes = [{ kind = 'rows', before = '/x' }]", "`at` is missing"),
        ("changes = [{ kind = 'chain' }]", "`snapshot` is missing"),
        ("changes = [{ kind = 'pairs' }]", "did you mean `pair`?"),
        (
            "detail = { path = '/d', changes = [{ kind = 'chain', snapshot = '/x' }] }",
            "say where the versions are",
        ),
        ("docs = 'ftp://example.com'", "is no address of a page"),
        ("map.action = '{@secrt.token}'", "a secret is written `@secret.name`"),
        ("upsert = {}", "`version` is missing"),
        ("rate = { reset_format = 'epoch' }", "unknown value `epoch`"),
    ] {
        let said = said(line);
        assert!(said.contains(message), "{line}: {said}");
    }
}

#[test]
fn mistakes_in_lists_of_scopes_are_told_with_what_to_do() {
    for (line, message) in [
        ("scope = [{ path = '/a', items = '' }]", "`id` is missing"),
        ("scope = [{ path = '/a', items = '', id = '/a' }, {}]", "`scope[1]`: `path` is missing"),
        (
            "scope = [{ path = '/{@scope.id}', items = '', id = '/a' }]",
            "only a `[[scope]]` that follows another",
        ),
        (
            "scope = [{ path = '/a', items = '', set = { a = '/a' } }, { path = '/{@a}/{@b}', items = '', set = { a = '/b' } }]",
            "a list of scopes around this one sets it already",
        ),
    ] {
        let said = said(line);
        assert!(said.contains(message), "{line}: {said}");
    }
}

#[test]
fn an_exchange_without_its_parts_says_which() {
    let good =
        "schema = 1\nid = 'x'\nname = 'X'\nitems.at = ''\nmap.time = '/t'\nrequest.path = '/'\n[auth]\n";
    for (auth, message) in [
        ("kind = 'exchange'\nheaders = { A = '{@token}' }", "`[auth.exchange]` is missing"),
        (
            "kind = 'exchange'\nexchange = { url = '/t', body = {}, token = '/t' }",
            "nothing carries the token",
        ),
        (
            "kind = 'exchange'\nheaders = { A = '{@token}' }\nexchange = { url = 'https://evil.example/t', body = {}, token = '/t' }",
            "requests only go below the base",
        ),
        (
            "kind = 'exchange'\nheaders = { A = '{@token}' }\nexchange = { url = '/t', body = {}, token = '/t', refresh_url = '/r' }",
            "`refresh_url` and `refresh_body` belong together",
        ),
        (
            "kind = 'exchange'\nheaders = { A = '{@token}' }\nexchange = { url = '/t/{@secret.s}', body = {}, token = '/t' }",
            "the secret `s` has no place here",
        ),
        ("kind = 'header'", "`headers` is missing"),
        ("kind = 'query'", "`query` is missing"),
        ("kind = 'basic'\nuser = 'x'", "`password` is missing"),
        ("kind = 'header'\nheaders = { A = '{@token}' }", "there is no variable `@token` here"),
    ] {
        let said = problems(&format!("{good}{auth}")).join("\n");
        assert!(said.contains(message), "{auth}: {said}");
    }
}

#[test]
fn the_users_profiles_replace_built_in_ones_and_all_their_problems_are_told() {
    let own = |id: &str, name: &str| {
        format!(
            "schema = 1\nid = '{id}'\nname = '{name}'\nitems.at = ''\nmap.time = '/t'\nauth.kind = 'none'\nrequest.path = '/'\n"
        )
    };
    let file = |name: &str, text: String| (name.to_owned(), text);
    let files = [file("a.toml", own("streamkap", "Mine")), file("b.toml", own("other", "Other"))];
    let catalog = Catalog::built_in().with_user_profiles(&files).unwrap();
    assert_eq!(catalog.get("streamkap").unwrap().name(), "Mine");
    assert_eq!(catalog.ids().count(), Catalog::built_in().ids().count() + 1);
    assert!(catalog.get("nothing").is_none());

    let files = [file("a.toml", own("x", "X")), file("b.toml", own("x", "X")), file("c.toml", String::new())];
    let problems = Catalog::built_in().with_user_profiles(&files).unwrap_err();
    assert_eq!(
        problems[0].to_string(),
        "b.toml:1:1: `id`: `x` is also the id of `a.toml`; give one of them another id"
    );
    assert!(problems.iter().any(|problem| problem.file == "c.toml"));
}

/// A profile that reads `feed` where it is refused.
fn falling_back(id: &str, rest: &str) -> String {
    format!(
        "schema = 1\nid = '{id}'\nname = 'X'\nitems.at = ''\nmap.time = '/t'\n\
         request = {{ base = 'https://x.example', path = '/x' }}\nauth = {{ kind = 'header', headers = {{ A = '{{@secret.token}}' }} }}\n{rest}"
    )
}

#[test]
fn a_feed_that_is_read_instead_has_to_be_there_and_to_take_the_same_values() {
    let plain = falling_back("plain", "");
    let fallback = |feed: &str| format!("[fallback]\non = [403]\nfeed = '{feed}'\n");
    for (other, feed, message) in [
        ("", "plain", None),
        (
            "",
            "plian",
            Some("b.toml:10:1: `fallback.feed`: there is no other feed `plian`; did you mean `plain`?"),
        ),
        ("", "rich", Some("there is no other feed `rich`")),
        (
            "vars.tenant.required = true",
            "plain",
            Some("the feed `plain` needs `tenant`, which this one does not ask for; ask for it here too"),
        ),
        ("secrets.spare.label = 'Spare'", "plain", Some("needs `spare`")),
        ("", "streamkap", Some("the feed `streamkap` needs `id`")),
        ("", "github-repo-events", Some("the feed `github-repo-events` needs `owner`")),
    ] {
        let plain = format!("{plain}{other}\n");
        let files =
            [("a.toml".to_owned(), plain), ("b.toml".to_owned(), falling_back("rich", &fallback(feed)))];
        let read = Catalog::built_in().with_user_profiles(&files);
        match (read, message) {
            (Ok(catalog), None) => {
                let rich = catalog.get("rich").unwrap();
                assert_eq!(catalog.stand_in(&rich).unwrap().unwrap().id(), "plain");
                assert!(rich.falls_back_on(403) && !rich.falls_back_on(404));
                let note = rich.fallback_note(&catalog.get("plain").unwrap()).unwrap();
                assert_eq!(note, "the server keeps X from this key: X is read instead");
            }
            (Err(problems), Some(message)) => {
                assert_eq!(problems.len(), 1, "{problems:?}");
                assert!(problems[0].to_string().contains(message), "{}", problems[0]);
            }
            (read, _) => panic!("{feed}: {:?}", read.map(|_| ())),
        }
    }
    let elsewhere = falling_back("plain", "").replace("x.example", "y.example");
    let files =
        [("a.toml".to_owned(), elsewhere), ("b.toml".to_owned(), falling_back("rich", &fallback("plain")))];
    let problems = Catalog::built_in().with_user_profiles(&files).unwrap_err();
    assert!(problems[0].to_string().contains("not asked at the same base"), "{}", problems[0]);
}

#[test]
fn knobs_that_lack_a_part_or_have_one_too_many_say_so() {
    for (fallback, message) in [
        ("fallback = { on = [403] }", "`feed` is missing"),
        ("fallback = { feed = 'x' }", "`on` is missing"),
        ("fallback = { on = [200], feed = 'x' }", "expected a whole number from 400 to 499"),
        ("fallback = { on = [403], feed = 'x', then = 'y' }", "unknown key"),
        ("integrity = { hash = '/h' }", "`previous` is missing"),
        ("integrity = { hash = '/h', previous = '/p', verify = { path = '/v' } }", "`intact` is missing"),
        ("filters = { entity = { param = 'id', format = 'iso' } }", "unknown key"),
        ("filters = { since = { param = 'since', words = { a = 'b' } } }", "unknown key"),
        ("detail = { path = '/v', each = ['a', 'b', 'c', 'd', 'e'], changes = [] }", "at most 4 requests"),
        (
            "detail = { path = '/v', query = { '{@nobody}' = '1' }, changes = [] }",
            "there is no variable `@nobody`",
        ),
    ] {
        let problems = Profile::parse("x.toml", &falling_back("x", fallback)).unwrap_err();
        assert!(
            problems.iter().any(|problem| problem.to_string().contains(message)),
            "{fallback}: {problems:?}"
        );
    }
}

#[test]
fn every_built_in_profile_that_falls_back_has_somebody_to_stand_in() {
    let catalog = Catalog::built_in();
    let stand_ins: Vec<_> = catalog
        .ids()
        .filter_map(|id| catalog.stand_in(&catalog.get(id).unwrap()).unwrap())
        .map(|other| other.id().to_owned())
        .collect();
    assert_eq!(stand_ins, ["kaireonai"]);
}
