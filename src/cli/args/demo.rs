//! What `backtrail demo` can be told.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

/// How many events a world can be asked for: fewer than this tell no story.
const FEWEST: i64 = 100;
const MOST: i64 = *crate::demo::EVENTS.end() as i64;

/// `backtrail demo`.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// The world that this number stands for; within an hour, the same number is the same world.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub seed: u64,
    /// How many events the world starts with.
    #[arg(long, value_name = "N", default_value_t = 6_000, value_parser = clap::value_parser!(u32).range(FEWEST..=MOST))]
    pub events: u32,
    /// How often something new happens: a duration, or `off`. [default: 5s; off with a COMMAND]
    #[arg(long, value_name = "EVERY", value_parser = live)]
    pub live: Option<Live>,
    /// Make the systems slow, rate-limited and sometimes broken.
    #[arg(long)]
    pub faults: bool,
    /// Sign in to KaireonAI as an admin, who reads its audit log in place of its change history.
    #[arg(long)]
    pub admin: bool,
    /// Only serve the three systems on this address and print a configuration that fits.
    #[arg(long, value_name = "ADDRESS", conflicts_with_all = ["keep", "picture", "command"])]
    pub serve: Option<SocketAddr>,
    /// Keep configuration and cache in this folder and use them again next time.
    #[arg(long, value_name = "DIR")]
    pub keep: Option<PathBuf>,
    /// Press `--keys`, write the screen to this SVG file and end.
    #[arg(long, value_name = "FILE", conflicts_with = "command")]
    pub picture: Option<PathBuf>,
    /// The size of the picture in columns and rows.
    #[arg(long, value_name = "COLSxROWS", default_value = "140x40", requires = "picture", value_parser = size)]
    pub size: (u16, u16),
    /// The keys to press before the picture is taken, such as `j j enter`.
    #[arg(long, value_name = "KEYS", default_value = "", requires = "picture", hide_default_value = true)]
    pub keys: String,
    /// Run this command against the demo after one full sync, such as `-- list action:rollback`.
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<String>,
}

/// How often the demo's world moves on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Live {
    /// Never.
    Off,
    /// Each time this long has passed.
    Every(Duration),
}

impl Live {
    /// The time between two events, if there are any.
    pub(crate) fn period(self) -> Option<Duration> {
        match self {
            Self::Off => None,
            Self::Every(period) => Some(period),
        }
    }
}

fn live(text: &str) -> Result<Live, String> {
    if text == "off" {
        return Ok(Live::Off);
    }
    match humantime::parse_duration(text) {
        Ok(period) if !period.is_zero() => Ok(Live::Every(period)),
        _ => Err("give a duration such as `5s`, or `off`".to_owned()),
    }
}

fn size(text: &str) -> Result<(u16, u16), String> {
    text.split_once('x')
        .and_then(|(columns, rows)| Some((columns.parse().ok()?, rows.parse().ok()?)))
        .filter(|(columns, rows)| (20..=400).contains(columns) && (5..=200).contains(rows))
        .ok_or_else(|| "give columns and rows such as `140x40`, at most `400x200`".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn live_is_a_duration_or_off() {
        assert_eq!(live("off"), Ok(Live::Off));
        assert_eq!(live("250ms"), Ok(Live::Every(Duration::from_millis(250))));
        assert!(live("0s").is_err() && live("soon").is_err());
    }

    #[test]
    fn a_size_is_columns_and_rows_within_reason() {
        assert_eq!(size("80x24"), Ok((80, 24)));
        for bad in ["80", "x", "80x", "9999x9", "0x0", "-1x24"] {
            assert!(size(bad).is_err(), "{bad}");
        }
    }
}
