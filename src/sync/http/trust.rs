//! Certificates that the user trusts beside those of the machine: `ca_file`.
//!
//! Companies sign their own servers. What is read here is added to the roots of one source and of no
//! other. A file that cannot be used is refused as a whole, with the line: half of it would fail later, at
//! a server, in words that do not lead back here.

use std::io::Read as _;
use std::path::Path;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use crate::domain::{Place, Problem};

/// The largest file that is read; the lists of whole operating systems have a quarter of a mebibyte.
const LIMIT: u64 = 4 * 1024 * 1024;
const BEGIN: &str = "-----BEGIN ";

/// Certificates of those who may vouch for a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorities(Vec<CertificateDer<'static>>);

impl Authorities {
    /// Reads a file of certificates in PEM (RFC 7468). Other sections of the file are passed over.
    pub fn read(path: &Path) -> Result<Self, Problem> {
        let file = path.display().to_string();
        let about = |message: &str, help: &str| Problem::about_file(&*file, message, Some(help.to_owned()));
        let unreadable = |error: std::io::Error| {
            let message = format!("cannot be read: {error}");
            about(&message, "write the path of a file that is there and that you may read")
        };
        // Looked at before it is opened: opening a named pipe would wait until somebody writes to it.
        if !std::fs::metadata(path).map_err(unreadable)?.is_file() {
            return Err(about("is not a regular file", "name a file of certificates in PEM"));
        }
        let mut bytes = Vec::new();
        let opened = std::fs::File::open(path).map_err(unreadable)?;
        opened.take(LIMIT + 1).read_to_end(&mut bytes).map_err(unreadable)?;
        if bytes.len() as u64 > LIMIT {
            let help = "name a file that holds only the certificates that are needed";
            return Err(about("is longer than 4 MiB", help));
        }
        if bytes.starts_with(&[0x30]) {
            let help = "turn it into PEM with `openssl x509 -inform der -in FILE -out FILE.pem`";
            return Err(about("holds a certificate in DER", help));
        }
        Self::parse(&file, &String::from_utf8_lossy(&bytes))
    }

    fn parse(file: &str, text: &str) -> Result<Self, Problem> {
        let mut certificates = Vec::new();
        for (at, section) in sections(text) {
            if !section.starts_with("-----BEGIN CERTIFICATE-----") {
                continue;
            }
            let refused = |why: String| {
                let message = format!("the certificate that begins here cannot be used: {why}");
                let help = "take it out, or get the file anew from whoever runs the server";
                Problem::at(Place::of(file, text, at), "", message, Some(help.to_owned()))
            };
            let read = CertificateDer::from_pem_slice(section.as_bytes());
            let certificate = read.map_err(|error| refused(error.to_string()))?;
            let known = RootCertStore::empty().add(certificate.clone());
            known.map_err(|error| refused(error.to_string()))?;
            certificates.push(certificate);
        }
        if certificates.is_empty() {
            let help = "it has to have at least one section `-----BEGIN CERTIFICATE-----`";
            return Err(Problem::about_file(file, "holds no certificate", Some(help.to_owned())));
        }
        Ok(Self(certificates))
    }

    /// The certificates in DER.
    pub(super) fn ders(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().map(AsRef::as_ref)
    }
}

/// The sections of a PEM file, each with the byte that it begins at.
fn sections(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let starts: Vec<usize> = text
        .match_indices(BEGIN)
        .map(|(at, _)| at)
        .filter(|at| *at == 0 || text.as_bytes()[at - 1] == b'\n')
        .collect();
    let ends: Vec<usize> = starts.iter().copied().skip(1).chain([text.len()]).collect();
    starts.into_iter().zip(ends).map(|(start, end)| (start, &text[start..end]))
}

#[cfg(test)]
mod tests;
