//! Queries and the events they select, as letters (see `events`).

use super::*;

fn selected(query: &Query) -> String {
    events::all().iter().filter(|(_, event)| query.matches(event)).map(|(letter, _)| letter).collect()
}

#[track_caller]
fn check(table: &[(&str, &str)]) {
    for (text, expected) in table {
        assert_eq!(selected(&read(text)), *expected, "{text}");
    }
}

#[test]
fn conditions_combine() {
    check(&[
        ("", "crsen"),
        ("   ", "crsen"),
        ("source:kaireon status:success", "r"),
        ("source:kaireon AND status:success", "r"),
        ("source:kaireon OR source:other", "ren"),
        ("source:kaireon,other", "ren"),
        ("source:other OR source:kaireon status:success", "rn"),
        ("(source:other OR source:kaireon) status:success", "r"),
        ("NOT source:kaireon status:unknown", "sn"),
        ("-(source:kaireon OR source:other)", "cs"),
        ("--source:other", "n"),
        ("!-source:other", "n"),
        ("NOT NOT source:other", "n"),
        ("source:kaireon source:other", ""),
        ("SOURCE:kaireon Status:Success", "r"),
    ]);
}

#[test]
fn negation_is_the_complement_also_of_what_is_missing() {
    check(&[
        ("status:failed", "c"),
        ("-status:failed", "rsen"),
        ("-actor:jane", "rsen"),
        ("-field:nothing", "crsen"),
        ("-@id:68f0", "rsen"),
        ("summary:*", "cre"),
        ("-summary:*", "sn"),
    ]);
}

#[test]
fn actions_go_by_shared_word_past_tense_alias_and_own_word() {
    check(&[
        ("action:update", "c"),
        ("action:updated", "c"),
        ("action:=updated", "c"),
        ("act:UPDATED", "c"),
        ("action:rollback", "r"),
        ("action:rolled_back", "r"),
        ("action:snapshot", "s"),
        ("action:gdpr_erasure", "e"),
        ("action:erased", "e"),
        ("action:unknown", "n"),
        ("action:up", ""),
        ("action:up*", "c"),
        ("action:~sure", "e"),
        ("action:/^ROLL/", "r"),
        ("action:/^Roll/", ""),
        ("action:/^Roll/i", "r"),
    ]);
}

#[test]
fn entities_and_actors_go_by_parts_of_id_or_name() {
    check(&[
        ("entity:snow", "c"),
        ("entity:DEST", "c"),
        ("entity:=dest", ""),
        ("entity:=dest_1", "c"),
        ("ent:=orders-TO-snowflake", "c"),
        ("entity:orders", "cs"),
        ("entity:=orders", "s"),
        ("entity:orders*", "cs"),
        ("entity:*snowflake", "c"),
        ("entity:\"orders*\"", ""),
        ("type:decision_flow", "r"),
        ("kind:decision", ""),
        ("type:~decision", "r"),
        ("type:\"decision*\"", ""),
        ("actor:jane", "c"),
        ("by:=u-1", "c"),
        ("actor:=jane", ""),
        ("actor:@me", "c"),
        ("actor:\"@me\"", ""),
        ("actor_type:key", "s"),
        ("actor_type:user,system", "cre"),
        ("actor_type:unknown", "n"),
    ]);
}

#[test]
fn case_is_folded_character_by_character() {
    check(&[
        ("entity:überblick", "r"),
        ("entity:ÜBERBLICK", "r"),
        ("entity:straẞe", "r"),
        ("entity:strasse", ""),
        ("actor:οδυσσευσ", "r"),
        ("actor:οδυσσευς", "r"),
        ("entity:ü*SSE", ""),
        ("entity:ü*ßE", "r"),
    ]);
}

#[test]
fn closed_lists_take_words_and_patterns() {
    check(&[
        ("status:unknown", "sen"),
        ("status:success,failed", "cr"),
        ("status:*", "crsen"),
        ("status:s*", "r"),
        ("has:diff", "cr"),
        ("has:summary", "r"),
        ("has:ai", "c"),
        ("has:error", "c"),
        ("has:version", "r"),
        ("has:name", "cr"),
        ("is:failed", "c"),
        ("is:system", "e"),
        ("is:reversal", "r"),
        ("is:destructive", "e"),
        ("is:broken", "r"),
        ("-is:broken", "csen"),
        ("is:edited", "c"),
        ("is:gone", "e"),
        ("is:gone,edited", "ce"),
    ]);
}

#[test]
fn ids_sets_and_texts() {
    let id = events::all()[0].1.id.to_string();
    check(&[
        (&format!("id:{id}"), "c"),
        (&format!("id:{}*", &id[..8]), "c"),
        (&id, "c"),
        (&id[..15], ""),
        ("id:68F0", "c"),
        ("id:audit*", "re"),
        ("set:0b6a-3A", "s"),
        ("set:0b6a", ""),
        ("set:~0b6a", "s"),
        ("set:0b6a*", "s"),
        ("error:REFUSED", "c"),
        ("summary:\"rolled back\"", "r"),
        ("summary:raised", "c"),
        ("summary:/Rolled.*Page/", "r"),
        ("source:stream*", "c"),
        ("src:*kap*", "c"),
        ("source:stream", ""),
    ]);
}

#[test]
fn free_text_looks_everywhere_but_not_behind_masks() {
    check(&[
        ("refused", "c"),
        ("rolled page", "r"),
        ("\"rolled page\"", ""),
        ("\"back decision\"", "r"),
        ("customer", "e"),
        ("cust_9", "e"),
        ("tasks.max", "c"),
        ("upsert", "c"),
        ("false", "c"),
        ("core", "r"),
        ("ci-publisher", "s"),
        ("snapshot", "s"),
        ("flow", "r"),
        ("•", ""),
        ("hunter2", ""),
        ("o*s", ""),
        ("/Home.Page/", "r"),
        ("10:30", ""),
        ("https://x", ""),
        ("kaireon", ""),
    ]);
}

#[test]
fn changes_agree_in_path_and_value_at_once() {
    check(&[
        ("field:mode", "c"),
        ("field:config.mode", "c"),
        ("field:config", ""),
        ("field:config.*", "c"),
        ("field:*", "cr"),
        ("field:MODE->upsert", "c"),
        ("field:mode->append", ""),
        ("field:mode<-append", "c"),
        ("field:mode->ups", ""),
        ("field:mode->ups*", "c"),
        ("field:enabled->false", "c"),
        ("field:max<-5,nothing", "c"),
        ("field:mode->10", ""),
        ("field:password", "c"),
        ("field:password->*", ""),
        ("field:password->\"••••\"", ""),
        ("-field:password->*", "crsen"),
        ("field:owner<-null", "r"),
        ("field:owner->\"{\\\"team\\\":\\\"core\\\"}\"", "r"),
        ("field:order.created].owner", "r"),
        ("field:*owner", "r"),
        ("field:*<-append", "c"),
    ]);
}

#[test]
fn versions_are_numbers() {
    check(&[
        ("version:7", "r"),
        ("ver:v4", "r"),
        ("version:4.0", "r"),
        ("version:>7", ""),
        ("version:>=7", "r"),
        ("version:<4", ""),
        ("version:5..6", ""),
        ("version:5..7", "r"),
        ("version:..4", "r"),
        ("version:8..", ""),
        ("version:1,7", "r"),
    ]);
}

#[test]
fn leaves_of_the_raw_record_compare_by_type() {
    check(&[
        ("@connector.type:Snowflake", "c"),
        ("@connector.type:snow", ""),
        ("@connector.type:~snow", "c"),
        ("@connector.type:snow*", "c"),
        ("@connector.tasks:10", "c"),
        ("@connector.tasks:10.0", "c"),
        ("@connector.tasks:\"10\"", "c"),
        ("@connector.tasks:>9", "c"),
        ("@connector.tasks:>10", ""),
        ("@connector.tasks:5..20", "c"),
        ("@changes.toVersion:>3", "r"),
        ("@Changes.toversion:4", "r"),
        ("@connector:*", ""),
        ("@diff.new:upsert", "c"),
        ("@diff.1.new:upsert", "c"),
        ("@diff.0.new:upsert", ""),
        ("@a.b.c:1", "c"),
        ("@none:null", "c"),
        ("@when:>=2026-03", "c"),
        ("@when:>2026-03", ""),
        ("@when:2026-03-01..2026-03-31", "c"),
        ("@missing:*", ""),
    ]);
}

#[test]
fn masked_values_cannot_be_found_out_through_the_raw_record() {
    check(&[
        ("@connector.password:*", ""),
        ("@connector.password:hunter2", ""),
        ("@diff.new:hunter2", ""),
        ("@diff.new:~hunter", ""),
        ("@config:~hunter", ""),
        ("@auth.keys.pin:~hunter", ""),
        ("@auth.keys.0.pin:*", ""),
    ]);
}

#[test]
fn times_are_stretches() {
    check(&[
        ("since:2026-04-01", "c"),
        ("since:2026-03", "crsn"),
        ("until:2026-03-01", "en"),
        ("until:2026-02", "e"),
        ("before:2026", "crsen"),
        ("until:2025", "e"),
        ("on:2026-03-25", "s"),
        ("on:2026-03-25T16:45", "s"),
        ("on:2026-03-25T16:45:30", "s"),
        ("on:2026-03-25T16:45:29", ""),
        ("on:\"2026-03-25 16:45\"", "s"),
        ("on:2026-03-25T18:45+02:00", "s"),
        ("on:2025-12-31T23:59:59.999Z", "e"),
        ("on:2026-03-25..2026-03-31", "rs"),
        ("on:..2026-03-01", "en"),
        ("on:2026-03-31..", "cr"),
        ("on:>2026-03-31", "c"),
        ("on:>=2026-03-31", "cr"),
        ("on:<2026-03-01", "e"),
        ("on:<=2026-03-01", "en"),
        ("on:today", "c"),
        ("on:08:00", "c"),
        ("on:yesterday", "r"),
        ("on:this-week", "cr"),
        ("on:last-week", "s"),
        ("on:this-month", "c"),
        ("on:last-month", "rsn"),
        ("on:wednesday", "c"),
        ("on:tuesday", "r"),
        ("on:2026-03-25,2026-04-01", "cs"),
        ("since:4h", "c"),
        ("since:3h59m", ""),
        ("since:1d", "cr"),
        ("since:1mo", "crs"),
        ("since:1mo1d", "crsn"),
        ("on:1w..1d", "s"),
        ("tz:+02:00 on:2026-04-01", "cr"),
        ("on:2026-04-01 tz:+02:00", "cr"),
        ("tz:utc on:2026-04-01", "c"),
    ]);
}

#[test]
fn around_reaches_to_both_sides_of_a_time_or_an_event() {
    check(&[
        ("around:2026-03-25T16:45", "s"),
        ("around:2026-03-25T17:00:30", "s"),
        ("around:2026-03-25T17:00:31", ""),
        ("around:2026-03-25T16:30", "s"),
        ("around:2026-03-25T17:30~45m", "s"),
        ("around:2026-03-25~12h", "s"),
        ("around:2026-03-31~8h1s", "cr"),
    ]);
    let (_, rollback) = &events::all()[1];
    let query = read(&format!("around:{}~9h", rollback.id));
    assert_eq!(query.unknown_anchors(), [rollback.id]);
    assert_eq!(selected(&query), "", "the time of the event is not known");
    let query = query.anchored(rollback.id, rollback.record.time);
    assert_eq!((selected(&query), query.unknown_anchors()), ("cr".into(), vec![]));
}

#[test]
fn what_is_not_in_an_event_has_to_be_told() {
    let row =
        |letter| events::all().iter().find(|(it, _)| *it == letter).map(|(_, event)| event.row).unwrap();
    let rows = |letters: &str| letters.chars().map(row).collect::<Marked>();
    let marks = Told {
        bookmarked: rows("cs"),
        notes: [(row('s'), "Ticket 7".into()), (row('e'), "asked Ana".into())].into(),
        watched: rows("r"),
        new: Marked::Above(row('r')),
        first: rows("ne"),
        last: rows("n"),
    };
    for (text, asked, selects) in [
        ("is:bookmarked", vec![Mark::Bookmarked], "cs"),
        ("has:bookmark,note", vec![Mark::Bookmarked, Mark::Noted], "cse"),
        ("note:ticket", vec![Mark::Noted], "s"),
        ("-note:=\"asked ana\"", vec![Mark::Noted], "crsn"),
        ("note:/^a/", vec![Mark::Noted], "e"),
        ("is:watched", vec![Mark::Watched], "r"),
        ("is:new", vec![Mark::New], "c"),
        ("-is:first", vec![Mark::First], "crs"),
        ("is:last,failed", vec![Mark::Last], "cn"),
        ("status:failed", vec![], "c"),
    ] {
        let query = read(text);
        assert_eq!(query.marks(), asked, "{text}");
        assert_eq!(selected(&query.clone().marked(&marks)), selects, "{text}");
        if !asked.is_empty() {
            assert_ne!(selected(&query), selects, "{text} before it was told");
        }
    }
}

#[test]
fn directives_are_carried_and_select_nothing() {
    let query = read("tz:+02:00 sort:-time source:kaireon group:day cols:time,action");
    let directives = query.directives();
    assert_eq!(directives.sort, Some(Sort::NewestFirst));
    assert_eq!(directives.group, Some(Group::Day));
    assert_eq!(directives.columns.as_deref(), Some(&["time", "action"][..]));
    assert_eq!(query.to_string(), "source:kaireon sort:-time group:day tz:+02:00 cols:time,action");
    assert!(read("sort:time").is_all());
    assert_eq!(selected(&query), "re");
}

#[test]
fn queries_are_put_together_without_losing_anything() {
    let context = context();
    let query = read("source:kaireon OR source:other sort:time");
    let term = parse(&exact_term("entity", "cust_9, the \"first\" (old)"), &context).unwrap();
    let both = query.and(&term);
    assert_eq!(
        both.to_string(),
        r#"(source:kaireon OR source:other) entity:="cust_9, the \"first\" (old)" sort:time"#
    );
    assert_eq!(read(&both.to_string()), both);
    let without = query.and_not(&parse(&exact_term("status", "success"), &context).unwrap());
    assert_eq!(selected(&without), "en");
    assert_eq!(read(&without.to_string()), without);
    assert_eq!(Query::all().and(&term), term);
    assert_eq!(selected(&query.and_not(&Query::all())), "");
    assert_eq!(exact_term("action", "update"), "action:update");
}

#[test]
fn what_is_open_is_closed_for_a_preview() {
    let context = context();
    for (text, closed) in [
        ("(source:kaireon (status:success", "source:kaireon status:success"),
        ("(entity:\"Über", "entity:Über"),
        ("summary:\"a\\", "summary:\"a\\\\\""),
    ] {
        assert!(parse(text, &context).is_err());
        assert_eq!(preview(text, &context).unwrap().query.to_string(), closed, "{text}");
    }
    assert_eq!(preview("(stat:x", &context).unwrap_err().kind, ErrorKind::UnknownKey);
}

#[test]
fn every_example_in_the_tables_is_read_and_every_key_and_word_is_unique() {
    let mut keys: Vec<&str> = DIRECTIVES.iter().map(|row| row.key).collect();
    for row in FIELDS {
        let query = read(row.example);
        assert!(row.example.starts_with(&format!("{}:", row.key)) && !query.is_all(), "{}", row.example);
        assert!(!row.help.is_empty() && !row.comparison().is_empty());
        keys.push(row.key);
        keys.extend(row.aliases);
        if let Kind::Words(words) = row.kind {
            for word in words {
                read(&format!("{}:{}", row.key, word.word));
            }
        }
    }
    for row in DIRECTIVES {
        read(row.example);
        for word in row.words {
            let text = format!("{}:{word}", row.key);
            assert_eq!(read(&text).to_string(), text);
        }
    }
    let all = keys.len();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), all);
}
