//! Files of certificates, good and bad.

use rcgen::{CertificateParams, KeyPair};

use super::*;

fn certificate() -> String {
    let params = CertificateParams::new(vec!["ca.example.test".to_owned()]).unwrap();
    params.self_signed(&KeyPair::generate().unwrap()).unwrap().pem()
}

#[test]
fn every_certificate_of_a_file_is_read_and_other_sections_are_passed_over() {
    let key = KeyPair::generate().unwrap().serialize_pem();
    let text =
        format!("Our own\r\n{}\n{key}\n# the second\n{}", certificate(), certificate().replace('\n', "\r\n"));
    assert_eq!(Authorities::parse("ca.pem", &text).unwrap().ders().count(), 2);
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    let good = certificate();
    let lines = good.lines().count();
    let cut = good.lines().take(4).collect::<Vec<_>>().join("\n");
    let garbled = good.replacen("MII", "!!!", 1);
    let other = "-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n";
    for (text, line, part) in [
        (format!("{good}{garbled}"), lines + 1, "cannot be used"),
        (format!("{good}\n\n{other}"), lines + 3, "cannot be used"),
        (format!("# one\n{cut}"), 2, "cannot be used"),
        (format!("{cut}\n{good}"), 1, "cannot be used"),
        (String::new(), 0, "holds no certificate"),
        (
            "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n".to_owned(),
            0,
            "holds no certificate",
        ),
    ] {
        let problem = Authorities::parse("ca.pem", &text).unwrap_err();
        assert_eq!((problem.file.as_str(), problem.line), ("ca.pem", line), "{problem}");
        assert!(problem.message.contains(part), "{problem}");
        assert!(!problem.to_string().contains("c2VjcmV0"), "{problem}");
    }
}

#[test]
fn a_file_that_cannot_be_one_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.pem");
    let why = || Authorities::read(&path).unwrap_err();
    assert!(why().message.contains("cannot be read"), "{}", why());
    std::fs::create_dir(&path).unwrap();
    assert!(why().message.contains("not a regular file"), "{}", why());
    std::fs::remove_dir(&path).unwrap();
    std::fs::write(&path, [0x30, 0x82, 1, 2]).unwrap();
    assert!(why().message.contains("in DER"), "{}", why());
    std::fs::write(&path, vec![b'#'; 5 << 20]).unwrap();
    assert!(why().message.contains("longer than 4 MiB"), "{}", why());
    assert_eq!(why().file, path.display().to_string());
}
