//! What happens, in which order, to which server.

use super::client::Client;
use super::server::{Beyond, MINUTE, Manners, Server, Word};
use super::{Dice, Failure};
use crate::domain::{Stretch, Timestamp};
use crate::sync::plan::{Cut, Direction};

/// Something that happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event {
    /// A client asks, and its answer goes into the cache.
    Ask(usize),
    /// A request comes to nothing.
    Fail(usize),
    /// A client is killed before its answer is written.
    KillBefore(usize),
    /// A client is killed as soon as its answer is written.
    KillAfter(usize),
    /// A walk is given up and begun again.
    Restart(usize),
    /// A walk is begun anew, for what is between so many minutes ago and so many before that.
    Want(usize, i64, i64),
    /// So many rows arrive.
    Insert(u64),
    /// A row arrives so many milliseconds late.
    Late(i64),
    /// A row arrives from the future.
    Future(i64),
    /// A row goes.
    Delete(u64),
    /// So many of the oldest rows go.
    Retain(u64),
    /// So many rows of one time arrive.
    Storm(u64),
    /// The server gives less from now on.
    Clamp(u64),
    /// The total that lies is brought up to date.
    Recount,
    /// Time passes.
    Pass(i64),
    /// The cache loses a row, and still claims to have it.
    Lose(u64),
    /// The list has a row twice from now on.
    Double(u64),
    /// The server's clock is set so much ahead of the true time, or behind.
    Clock(i64),
}

#[derive(Debug, Clone)]
pub(super) struct Schedule {
    pub(super) manners: Manners,
    pub(super) rows: u64,
    pub(super) seed: u64,
    pub(super) events: Vec<Event>,
}

impl Schedule {
    pub(super) fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed + 1);
        for _ in 0..8 {
            dice.roll(2);
        }
        let manners = manners(&mut dice);
        let rows = [0, 1, 3, 19, 20, 40, 90, 160][dice.roll(8) as usize] + dice.roll(5);
        let length = 10 + dice.roll(50);
        let violence = 2 + dice.roll(8);
        let events = (0..length).map(|_| event(&mut dice, violence)).collect();
        Self { manners, rows, seed, events }
    }

    pub(super) fn server(&self) -> Server {
        Server::new(self.manners, self.rows, self.seed)
    }
}

fn manners(dice: &mut Dice) -> Manners {
    let words = [Word::Silent, Word::True, Word::True, Word::Late, Word::False];
    let cut = [Cut::Pages, Cut::Pages, Cut::Pages, Cut::Offsets, Cut::Led][dice.roll(5) as usize];
    let echoes = [Word::Silent, Word::Silent, Word::True, Word::Late][dice.roll(4) as usize];
    // A server is believed that says which size it used, and that nothing more follows or how many there are.
    let many = if echoes == Word::Late { 3 } else { 5 };
    Manners {
        cut,
        direction: if dice.one_in(4) { Direction::Up } else { Direction::Down },
        unordered: false,
        shuffles_ties: dice.one_in(3),
        cap: [20, 20, 20, 12, 12, 9][dice.roll(6) as usize],
        echoes,
        total: words[dice.roll(many) as usize],
        more: words[dice.roll(many) as usize],
        beyond: [Beyond::Empty, Beyond::LastPage, Beyond::NotFound][dice.roll(3) as usize],
        tells_time: !dice.one_in(6),
        deepest: dice.one_in(12).then_some(40),
    }
}

fn event(dice: &mut Dice, violence: u64) -> Event {
    let who = usize::from(dice.one_in(5));
    if !dice.one_in(violence) {
        return Event::Ask(who);
    }
    match dice.roll(20) {
        0 | 1 => Event::Fail(who),
        2 => Event::KillBefore(who),
        3 => Event::KillAfter(who),
        4 => Event::Restart(who),
        5 | 6 => Event::Insert(1 + dice.roll(7)),
        7 => Event::Late(dice.roll(9 * 60_000) as i64),
        8 => Event::Future(dice.roll(60 * 60_000) as i64),
        9 | 10 => Event::Delete(dice.roll(1 << 20)),
        11 => Event::Retain(1 + dice.roll(30)),
        12 => Event::Storm(2 + dice.roll(30)),
        13 => Event::Clamp([20, 12, 9, 6][dice.roll(4) as usize]),
        14 => Event::Recount,
        15 => Event::Want(who, dice.roll(400) as i64, dice.roll(60) as i64),
        16 => Event::Lose(dice.roll(1 << 20)),
        17 => Event::Double(dice.roll(1 << 20)),
        18 => Event::Clock([0, 24 * 60 * MINUTE, -24 * 60 * MINUTE][dice.roll(3) as usize]),
        _ => Event::Pass(dice.roll(30) as i64 * MINUTE),
    }
}

/// Lets something happen.
pub(super) fn happen(event: Event, server: &mut Server, client: &mut Client) -> Result<(), Failure> {
    match event {
        Event::Ask(who) => return client.step(server, who, None),
        Event::Fail(who) => return client.fail(server, who),
        Event::KillBefore(who) => return client.step(server, who, Some(true)),
        Event::KillAfter(who) => return client.step(server, who, Some(false)),
        Event::Restart(who) => client.walks[who] = None,
        Event::Want(who, ago, length) => {
            let hi = server.clock - ago * MINUTE;
            let time = Timestamp::from_millis;
            client.walks[who] = None;
            client.goals[who] = Some(Stretch { lo: time(hi - length * MINUTE), hi: time(hi) });
        }
        Event::Insert(rows) => (0..rows).for_each(|_| {
            server.clock += 700;
            server.insert(0);
        }),
        Event::Late(by) => server.insert(by),
        // Where the server does not tell the time, or a time to come, nobody can tell the future.
        Event::Future(by) if server.manners.tells_time && server.ahead <= 0 => server.insert(-by),
        Event::Future(_) => {}
        Event::Delete(place) => server.delete(place),
        Event::Retain(but) => server.retain(but),
        Event::Storm(rows) => (0..rows).for_each(|_| server.insert(0)),
        Event::Clamp(cap) => server.manners.cap = cap,
        Event::Recount => server.recount(),
        Event::Pass(time) => server.clock += time,
        Event::Lose(place) => client.cache.lose(place),
        Event::Double(place) => server.double(place),
        Event::Clock(ahead) if ahead > 0 && server.told_the_future() => {}
        Event::Clock(ahead) => server.ahead = ahead,
    }
    Ok(())
}
