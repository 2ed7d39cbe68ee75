//! Bodies in every cut, and those that unfold without end.

use flate2::Compression;
use flate2::write::GzEncoder;
use rstest::rstest;

use super::*;

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// Takes in `wire` in pieces of `size` bytes.
fn take(encoding: &str, wire: &[u8], size: usize, bounds: Bounds) -> Result<Vec<u8>, Spoiled> {
    let mut intake = Intake::new(encoding, bounds).unwrap();
    for chunk in wire.chunks(size) {
        intake.push(chunk)?;
    }
    intake.finish()
}

/// Text that folds to about a half, as pages do.
fn page() -> Vec<u8> {
    (0..60_u64)
        .flat_map(|n| format!("{{\"id\":{}}}\n", n.wrapping_mul(0x9e37_79b9_7f4a_7c15)).into_bytes())
        .collect()
}

#[rstest]
#[case::plain("")]
#[case::identity("identity")]
#[case::gzip("gzip")]
#[case::old_name(" X-GZIP ")]
fn a_body_is_the_same_however_it_is_cut(#[case] encoding: &str, #[values(1, 2, 7, 1 << 20)] size: usize) {
    let wire = if encoding.to_lowercase().contains("gzip") { gzip(&page()) } else { page() };
    assert_eq!(take(encoding, &wire, size, Bounds::default()).unwrap(), page());
}

#[rstest]
fn several_streams_are_one_body(#[values(1, 3, 1000)] size: usize) {
    let wire = [gzip(b"one "), gzip(b""), gzip(b"two")].concat();
    assert_eq!(take("gzip", &wire, size, Bounds::default()).unwrap(), b"one two");
}

#[test]
fn no_part_of_a_stream_is_taken_for_whole() {
    let wire = gzip(&page());
    for end in 1..wire.len() {
        assert_eq!(take("gzip", &wire[..end], 100, Bounds::default()), Err(Spoiled::Truncated), "{end}");
    }
    assert_eq!(take("gzip", b"", 1, Bounds::default()), Ok(Vec::new()), "an answer without a body");
}

#[test]
fn a_stream_with_a_wrong_byte_is_never_taken() {
    let wire = gzip(&page());
    // Of the head, only the mark and the method have to be right.
    let head = [0, 1, 2];
    for at in head.into_iter().chain(10..wire.len()) {
        let mut wire = wire.clone();
        wire[at] ^= 0x55;
        assert!(take("gzip", &wire, 512, Bounds::default()).is_err(), "{at}");
    }
    let trailed = [gzip(b"{}"), b"rubbish".to_vec()].concat();
    assert!(take("gzip", &trailed, 512, Bounds::default()).is_err());
    assert_eq!(
        take("gzip", b"{\"plain\": true, \"padding\": 1}", 512, Bounds::default()),
        Err(Spoiled::Garbled)
    );
}

#[test]
fn a_compression_that_was_not_asked_for_is_named() {
    for encoding in ["br", "deflate", "gzip, br", "gzip, gzip"] {
        assert_eq!(Intake::new(encoding, Bounds::default()).err().as_deref(), Some(encoding));
    }
}

#[rstest]
#[case::exact(100, 100, None)]
#[case::wire(99, 100, Some(Excess::Wire(99)))]
fn the_wire_is_counted(#[case] wire: usize, #[case] body: usize, #[case] excess: Option<Excess>) {
    let bounds = Bounds { wire, body };
    let taken = take("", &[b'x'; 100], 30, bounds);
    assert_eq!(taken.err(), excess.map(Spoiled::TooLarge));
}

#[test]
fn what_unfolds_is_counted_too() {
    let text = page();
    let bounds = |body| Bounds { body, ..Bounds::default() };
    assert!(take("gzip", &gzip(&text), 512, bounds(text.len())).is_ok());
    let short = text.len() - 1;
    let over = Err(Spoiled::TooLarge(Excess::Body(short)));
    assert_eq!(take("gzip", &gzip(&text), 512, bounds(short)), over);
    // Where all of it is in the decoder before any comes out.
    assert_eq!(take("gzip", &gzip(b"0123456789"), 512, bounds(9)), Err(Spoiled::TooLarge(Excess::Body(9))));
}

#[test]
fn a_length_that_is_said_to_be_too_large_is_not_begun_with() {
    let intake = Intake::new("", Bounds { wire: 10, body: 10 }).unwrap();
    assert_eq!(intake.expect(Some(10)), Ok(()));
    assert_eq!(intake.expect(None), Ok(()));
    assert_eq!(intake.expect(Some(11)), Err(Spoiled::TooLarge(Excess::Wire(10))));
}

#[test]
fn a_bomb_is_put_out_at_its_first_mebibyte() {
    let wire = gzip(&vec![0; 64 * MIB]);
    assert!(wire.len() < 70_000, "{}", wire.len());
    for size in [1, 1460, 16 * 1024, MIB] {
        let mut intake = Intake::new("gzip", Bounds::default()).unwrap();
        let result = wire.chunks(size).try_for_each(|chunk| intake.push(chunk));
        assert_eq!(result, Err(Spoiled::TooLarge(Excess::Ratio)));
        let Form::Gzip(decoder) = &intake.form else { unreachable!() };
        let held = decoder.get_ref().body.capacity();
        // All 64 KiB may have come at once before the first of them was looked at.
        let most = if size < MIB { 4 * MIB } else { 32 * MIB };
        assert!(held <= most, "{size}: {held}");
    }
}

#[test]
fn text_that_repeats_itself_is_no_bomb_while_it_is_short() {
    let text = vec![b' '; MIB];
    assert_eq!(take("gzip", &gzip(&text), 512, Bounds::default()).unwrap().len(), MIB);
}
