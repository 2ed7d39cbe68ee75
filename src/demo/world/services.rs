//! The projects and services of Microvisualizer, and how one state of a service fits into eight bytes.

use serde_json::{Map, Value, json};

use super::random::Random;

/// A project.
#[derive(Debug)]
pub(super) struct Project {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) description: Option<&'static str>,
}

/// Every project.
pub(super) const PROJECTS: &[Project] = &[
    Project { id: "shop-a1b2c", name: "Shop", description: Some("Everything a customer can click on") },
    Project { id: "payments-k3x9p", name: "Payments", description: Some("Money in, money out") },
    Project { id: "platform-q7m2d", name: "Platform", description: None },
];

/// A service: the place of its project, its slug, its name, and the thing its topics are about.
#[derive(Debug)]
pub(super) struct Service {
    pub(super) project: usize,
    pub(super) slug: &'static str,
    pub(super) name: &'static str,
    pub(super) noun: &'static str,
    /// Whether it is on its way out.
    pub(super) doomed: bool,
}

const fn service(project: usize, slug: &'static str, name: &'static str, noun: &'static str) -> Service {
    Service { project, slug, name, noun, doomed: false }
}

const fn legacy(project: usize, slug: &'static str, name: &'static str, noun: &'static str) -> Service {
    Service { project, slug, name, noun, doomed: true }
}

/// Every service, in the order in which they come to be; the story needs the first.
pub(super) const SERVICES: &[Service] = &[
    service(0, "checkout-api", "Checkout API", "checkout"),
    service(1, "payment-gateway", "Payment Gateway", "payment"),
    service(2, "identity", "Identity", "identity"),
    service(0, "orders", "Orders", "order"),
    service(0, "catalogue", "Catalogue", "product"),
    legacy(2, "legacy-mailer", "Legacy Mailer", "mail"),
    service(1, "ledger", "Ledger", "ledger-entry"),
    service(0, "cart", "Cart", "cart"),
    service(2, "notifications", "Notifications", "notification"),
    service(1, "fraud-scoring", "Fraud Scoring", "fraud-score"),
    service(0, "inventory", "Inventory", "stock-item"),
    service(2, "api-gateway", "API Gateway", "route"),
    service(0, "search", "Search", "search-index"),
    legacy(1, "legacy-soap-bridge", "Legacy SOAP Bridge", "soap-message"),
    service(1, "invoicing", "Invoicing", "invoice"),
    service(0, "pricing", "Pricing", "price"),
    service(2, "feature-flags", "Feature Flags", "flag"),
    service(0, "recommendations", "Recommendations", "recommendation"),
    service(1, "payouts", "Payouts", "payout"),
    service(2, "event-bus", "Event Bus", "subscription-route"),
    service(0, "shipping", "Shipping", "shipment"),
    service(1, "refunds", "Refunds", "refund"),
    service(0, "returns", "Returns", "return"),
    service(2, "audit-log", "Audit Log", "audit-entry"),
    service(0, "storefront-web", "Storefront Web", "page-view"),
    service(1, "card-vault", "Card Vault", "card"),
    service(2, "scheduler", "Scheduler", "job"),
    service(0, "promotions", "Promotions", "promotion"),
    service(1, "fx-rates", "FX Rates", "fx-rate"),
    legacy(0, "gift-cards", "Gift Cards", "gift-card"),
    service(2, "media", "Media", "asset"),
    service(0, "reviews", "Reviews", "review"),
    service(1, "subscriptions", "Subscriptions", "subscription"),
    service(2, "email-relay", "Email Relay", "email"),
    service(0, "wishlist", "Wishlist", "wish"),
    service(1, "tax-engine", "Tax Engine", "tax-quote"),
    service(2, "config-service", "Config Service", "setting"),
    service(0, "loyalty", "Loyalty", "loyalty-point"),
    service(1, "dunning", "Dunning", "reminder"),
    service(2, "metrics-collector", "Metrics Collector", "metric"),
];

const DESCRIPTIONS: &[Option<&str>] = &[
    None,
    Some("Owns the lifecycle of every {noun}"),
    Some("Keeps the {noun} read model and answers queries about it"),
    Some("Accepts {noun} commands and publishes what came of them"),
    Some("The {noun} service; see the runbook before you restart it"),
];
const CATEGORIES: &[Option<&str>] =
    &[None, Some("commerce"), Some("finance"), Some("platform"), Some("data"), Some("edge")];
const OWNERS: &[Option<&str>] = &[
    None,
    Some("platform"),
    Some("orders-team"),
    Some("payments-team"),
    Some("growth"),
    Some("fulfilment"),
    Some("identity-team"),
];
const FLOWS: &[&str] = &["checkout", "returns", "sign-up", "settlement", "browse"];
const PAST: &[&str] = &["created", "updated", "cancelled", "failed", "archived"];
const TIMEOUTS: &[&str] = &["250ms", "800ms", "2s", "5s"];

/// One state of a service: places in the tables above, and sets as bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Snapshot {
    description: u8,
    category: u8,
    owner: u8,
    flows: u8,
    consumes: u8,
    produces: u8,
    /// Two bits for each of the five topics it can produce: no owner, or one of three.
    topic_owners: u16,
    repository: bool,
    replicas: u8,
    timeout: u8,
    /// The minor version in the upper ten bits, the patch in the lower six.
    version: u16,
}

/// How many bits each field takes in a packed snapshot, in the order of [`Snapshot::parts`].
const WIDTHS: [u32; 11] = [3, 3, 3, 5, 6, 5, 10, 1, 5, 2, 16];

/// What an edit is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edit {
    Description,
    Category,
    Owner,
    Flows,
    Consumes,
    Produces,
    TopicOwner,
    Repository,
    Replicas,
    Version,
}

impl Snapshot {
    /// The first state of a service: small, but there.
    pub(super) fn first(random: &mut Random) -> Self {
        Self {
            category: random.below(CATEGORIES.len() as u64) as u8,
            owner: random.below(OWNERS.len() as u64) as u8,
            consumes: random.below(64) as u8 & random.below(64) as u8,
            produces: 1 << random.below(5),
            replicas: 1 + random.below(3) as u8,
            timeout: 1,
            ..Self::default()
        }
    }

    /// Changes what `edit` is about. The state after is never the state before.
    pub(super) fn edit(&mut self, edit: Edit, random: &mut Random) {
        let other = |now: u8, len: usize, random: &mut Random| {
            ((u64::from(now) + 1 + random.below(len as u64 - 1)) % len as u64) as u8
        };
        match edit {
            Edit::Description => self.description = other(self.description, DESCRIPTIONS.len(), random),
            Edit::Category => self.category = other(self.category, CATEGORIES.len(), random),
            Edit::Owner => self.owner = other(self.owner, OWNERS.len(), random),
            Edit::Flows => self.flows ^= 1 << random.below(5),
            Edit::Consumes => self.consumes ^= 1 << random.below(6),
            Edit::Produces => {
                let topic = random.below(5);
                self.produces ^= 1 << topic;
                // An owner that is not told would make two states look alike.
                self.topic_owners &= !(3 << (2 * topic));
            }
            Edit::TopicOwner => {
                let topic = random.below(5);
                self.produces |= 1 << topic;
                self.topic_owners ^= (1 + random.below(3) as u16) << (2 * topic);
            }
            Edit::Repository => self.repository = !self.repository,
            Edit::Replicas => self.replicas = other(self.replicas, 32, random),
            Edit::Version if random.chance(70) && self.version & 63 != 63 => self.version += 1,
            Edit::Version => self.version = (self.version | 63).wrapping_add(1),
        }
    }

    /// The story's edit: a shorter timeout and a topic for what fails because of it, in a new version.
    pub(super) fn hurry(&mut self) {
        self.timeout = 0;
        self.produces |= 1 << 3;
        self.version = (self.version | 63).wrapping_add(1);
    }

    fn parts(self) -> [u64; 11] {
        [
            self.description.into(),
            self.category.into(),
            self.owner.into(),
            self.flows.into(),
            self.consumes.into(),
            self.produces.into(),
            self.topic_owners.into(),
            self.repository.into(),
            self.replicas.into(),
            self.timeout.into(),
            self.version.into(),
        ]
    }

    /// Everything in one number.
    pub(super) fn pack(self) -> u64 {
        self.parts().iter().zip(WIDTHS).fold(0, |bits, (part, width)| (bits << width) | part)
    }

    /// What [`Snapshot::pack`] put away.
    pub(super) fn unpack(mut bits: u64) -> Self {
        let mut parts = [0; 11];
        for (part, width) in parts.iter_mut().zip(WIDTHS).rev() {
            *part = bits & ((1 << width) - 1);
            bits >>= width;
        }
        let [
            description,
            category,
            owner,
            flows,
            consumes,
            produces,
            topics,
            repository,
            replicas,
            timeout,
            version,
        ] = parts;
        Self {
            description: description as u8,
            category: category as u8,
            owner: owner as u8,
            flows: flows as u8,
            consumes: consumes as u8,
            produces: produces as u8,
            topic_owners: topics as u16,
            repository: repository == 1,
            replicas: replicas as u8,
            timeout: timeout as u8,
            version: version as u16,
        }
    }

    /// The whole service as a diff tells it.
    pub(super) fn tell(self, place: usize) -> Value {
        let row = &SERVICES[place];
        let description =
            DESCRIPTIONS[usize::from(self.description)].map(|text| text.replace("{noun}", row.noun));
        let flows: Vec<&str> = members(self.flows, FLOWS.len()).map(|flow| FLOWS[flow]).collect();
        let consumes: Vec<Value> = members(self.consumes, 6)
            .map(|nth| {
                // Seven has no common factor with forty, so the six neighbours are six services.
                let neighbour = &SERVICES[(place + 1 + nth * 7) % SERVICES.len()];
                json!({ "name": format!("{}.{}", neighbour.noun, PAST[nth % PAST.len()]) })
            })
            .collect();
        let produces: Vec<Value> = members(self.produces, PAST.len())
            .map(|nth| {
                let mut topic = Map::new();
                topic.insert("name".to_owned(), format!("{}.{}", row.noun, PAST[nth]).into());
                if let Some(owner) = OWNERS[usize::from(self.topic_owners >> (2 * nth)) & 3] {
                    topic.insert("owner".to_owned(), owner.into());
                }
                Value::Object(topic)
            })
            .collect();
        json!({
            "name": row.name,
            "description": description,
            "category": CATEGORIES[usize::from(self.category)],
            "owner": OWNERS[usize::from(self.owner)],
            "flows": if flows.is_empty() { Value::Null } else { flows.into() },
            "consumes": consumes,
            "produces": produces,
            "extras": self.extras(row),
        })
    }

    fn extras(self, row: &Service) -> Value {
        let mut extras = Map::new();
        if self.repository {
            extras.insert("repo".to_owned(), format!("https://git.example.com/{}", row.slug).into());
        }
        extras.insert("version".to_owned(), format!("3.{}.{}", self.version >> 6, self.version & 63).into());
        extras.insert("replicas".to_owned(), self.replicas.to_string().into());
        extras.insert("timeout".to_owned(), TIMEOUTS[usize::from(self.timeout)].into());
        Value::Object(extras)
    }
}

fn members(set: u8, len: usize) -> impl Iterator<Item = usize> {
    (0..len).filter(move |nth| set & (1 << nth) != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EDITS: [Edit; 10] = [
        Edit::Description,
        Edit::Category,
        Edit::Owner,
        Edit::Flows,
        Edit::Consumes,
        Edit::Produces,
        Edit::TopicOwner,
        Edit::Repository,
        Edit::Replicas,
        Edit::Version,
    ];

    #[test]
    fn every_edit_shows_and_survives_packing() {
        let mut random = Random::new(11);
        let mut snapshot = Snapshot::first(&mut random);
        for step in 0..5_000 {
            let before = snapshot;
            snapshot.edit(EDITS[step % EDITS.len()], &mut random);
            assert_ne!(before.tell(step % SERVICES.len()), snapshot.tell(step % SERVICES.len()));
            assert_eq!(Snapshot::unpack(snapshot.pack()), snapshot);
        }
    }

    #[test]
    fn a_service_never_names_one_topic_twice() {
        let full = Snapshot { consumes: 63, produces: 31, ..Snapshot::default() };
        for place in 0..SERVICES.len() {
            let told = full.tell(place);
            for (list, len) in [("consumes", 6), ("produces", 5)] {
                let names: std::collections::BTreeSet<&str> = told[list]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|topic| topic["name"].as_str().unwrap())
                    .collect();
                assert_eq!(names.len(), len, "{list} of {place}");
            }
        }
    }

    #[test]
    fn the_tables_keep_the_rules_of_the_api() {
        assert_eq!((PROJECTS.len(), SERVICES.len()), (3, 40));
        for (place, service) in SERVICES.iter().enumerate() {
            assert!(
                SERVICES[place + 1..]
                    .iter()
                    .all(|other| other.slug != service.slug && other.noun != service.noun)
            );
            assert!(service.project < PROJECTS.len());
        }
        assert!(PROJECTS.iter().all(|project| (8..=60).contains(&project.id.len())));
    }
}
