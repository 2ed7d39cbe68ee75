//! The tables of what exists in the world, and what people write about it.

use super::event::Verb;

/// A destination of Streamkap.
#[derive(Debug)]
pub(super) struct Destination {
    pub(super) name: &'static str,
    pub(super) connector: &'static str,
    pub(super) product: &'static str,
    pub(super) topic: &'static str,
}

const fn destination(
    name: &'static str,
    connector: &'static str,
    product: &'static str,
    topic: &'static str,
) -> Destination {
    Destination { name, connector, product, topic }
}

/// Every destination; the story needs the first.
pub(super) const DESTINATIONS: &[Destination] = &[
    destination("orders-to-snowflake", "snowflake", "Snowflake", "orders"),
    destination("customers-to-bigquery", "bigquery", "BigQuery", "customers"),
    destination("clickstream-to-clickhouse", "clickhouse", "ClickHouse", "page_views"),
    destination("inventory-to-databricks", "databricks", "Databricks", "stock_levels"),
    destination("payments-to-postgres", "postgresql", "PostgreSQL", "payments"),
    destination("shipments-to-redshift", "redshift", "Redshift", "shipments"),
    destination("sessions-to-s3", "s3", "Amazon S3", "sessions"),
    destination("tickets-to-sqlserver", "sqlserver", "SQL Server", "support_tickets"),
    destination("audit-to-iceberg", "iceberg", "Apache Iceberg", "audit_log"),
    destination("prices-to-mysql", "mysql", "MySQL", "price_list"),
    destination("returns-to-motherduck", "motherduck", "MotherDuck", "returns"),
    destination("emails-to-kafka", "kafka", "Kafka", "outbound_emails"),
];

/// One setting of a destination, with the values it can take.
#[derive(Debug)]
pub(super) struct Setting {
    pub(super) name: &'static str,
    pub(super) values: &'static [&'static str],
    /// Whether a later value is more than an earlier one.
    pub(super) ordered: bool,
}

const fn setting(name: &'static str, ordered: bool, values: &'static [&'static str]) -> Setting {
    Setting { name, values, ordered }
}

/// How many settings there are. A number of its own, since an optimising compiler cannot size a type by
/// the length of a table that a function call fills.
pub(super) const SETTING_COUNT: usize = 12;

/// Every setting; the story needs the first two and their first values.
pub(super) const SETTINGS: [Setting; SETTING_COUNT] = [
    setting("tasks.max", true, &["5", "10", "16", "1", "2", "3", "8", "12"]),
    setting("ingestion mode", false, &["append", "upsert"]),
    setting("batch.size", true, &["500", "1000", "2000", "5000", "10000"]),
    setting("the flush interval", true, &["10 s", "30 s", "60 s", "120 s", "300 s"]),
    setting("schema evolution", false, &["none", "basic", "strict"]),
    setting("delete handling", false, &["hard", "soft", "ignore"]),
    setting("errors.tolerance", false, &["none", "all"]),
    setting("max.poll.records", true, &["250", "500", "1000", "4000"]),
    setting("the table name prefix", false, &["raw_", "stg_", "cdc_", "ods_"]),
    setting("the dead letter topic", false, &["dlq.default", "dlq.shared", "dlq.retained"]),
    setting("retry.backoff.ms", true, &["500", "1000", "5000", "15000", "60000"]),
    setting("timezone handling", false, &["UTC", "source zone", "session zone"]),
];

/// Why a setting was changed; `{topic}` is the destination's topic.
pub(super) const SETTING_REASONS: &[&str] = &[
    "",
    "",
    " because consumer lag on {topic} kept growing",
    " ahead of the {topic} backfill",
    " after duplicates were found in {topic}",
    ", which should halve the number of small files written for {topic}",
    "; no other settings changed",
    " to match the staging configuration",
];

/// What the destination answered when a change did not take effect.
pub(super) const CONNECTOR_ERRORS: &[&str] = &[
    "Connection refused by destination host (credentials masked)",
    "Authentication failed for user '****' (password masked)",
    "Insufficient privileges on table '****': INSERT is required",
    "Timed out after 30 s waiting for the destination to accept the configuration",
    "Validation failed: the key '****' does not match the registered public key",
];

/// What the system does on its own; `{topic}` is the destination's topic.
pub(super) const BACKGROUND_CHANGES: &[&str] = &[
    "Background schema refresh rewrote the topic-to-table map.",
    "Added the column discount_code to the table for {topic} after the source schema changed.",
    "Restarted one task with unchanged settings after a worker was replaced.",
    "Renewed the short-lived credentials of the destination; no settings changed.",
    "Widened a numeric column in the table for {topic} from 10 to 18 digits.",
    "Moved the connector to version 2.14.3 during the maintenance window.",
];

/// One type of KaireonAI entity, and what tends to be done to it.
#[derive(Debug)]
pub(super) struct Kind {
    pub(super) word: &'static str,
    pub(super) title: &'static str,
    pub(super) prefix: &'static str,
    /// Every name is one of these ...
    pub(super) first: &'static [&'static str],
    /// ... followed by one of these.
    pub(super) second: &'static [&'static str],
    /// Whether it is something that customers get to see, so that it has a priority and limits.
    pub(super) offered: bool,
    /// What is done to it besides being created, with how often.
    pub(super) verbs: &'static [(Verb, u64)],
}

/// Names for the people behind customer records are never told, so a number stands in for each.
const NAMELESS: &[&str] = &[""; 40];

const REVIEWED: &[(Verb, u64)] = &[
    (Verb::Update, 60),
    (Verb::Approve, 9),
    (Verb::Reject, 3),
    (Verb::Archive, 3),
    (Verb::Restore, 40),
    (Verb::Delete, 5),
];
const PUBLISHED: &[(Verb, u64)] =
    &[(Verb::Update, 60), (Verb::Publish, 12), (Verb::Archive, 2), (Verb::Restore, 40)];
const PLAIN: &[(Verb, u64)] =
    &[(Verb::Update, 60), (Verb::Archive, 2), (Verb::Restore, 30), (Verb::Delete, 4)];
const FLOW: &[(Verb, u64)] = &[
    (Verb::Update, 56),
    (Verb::Publish, 20),
    (Verb::Rollback, 5),
    (Verb::Approve, 7),
    (Verb::Reject, 3),
    (Verb::Archive, 1),
    (Verb::Restore, 40),
];
const CUSTOMER: &[(Verb, u64)] = &[(Verb::Update, 20), (Verb::Erase, 1)];

/// The place of decision flows in [`KINDS`].
pub(super) const DECISION_FLOW: usize = 0;
/// The place of channels in [`KINDS`].
pub(super) const CHANNEL: usize = 1;

/// Every type of KaireonAI entity. The story needs the first name of the first two.
pub(super) const KINDS: &[Kind] = &[
    Kind {
        word: "decision_flow",
        title: "Decision Flow",
        prefix: "flow",
        first: &["Home Page", "Checkout", "Mobile App", "Call Centre", "Email", "Branch", "Renewal"],
        second: &[" NBA", " Cross-sell", " Retention", " Onboarding"],
        offered: true,
        verbs: FLOW,
    },
    Kind {
        word: "channel",
        title: "Channel",
        prefix: "chan",
        first: &[
            "Web Home Page",
            "Web Checkout",
            "iOS App",
            "Android App",
            "Email",
            "SMS",
            "Push",
            "Call Centre",
        ],
        second: &[""],
        offered: false,
        verbs: PLAIN,
    },
    Kind {
        word: "offer",
        title: "Offer",
        prefix: "offer",
        first: &["Gold", "Platinum", "Student", "Family", "Business"],
        second: &[
            " Card",
            " Cashback",
            " Savings",
            " Travel Cover",
            " Mobile Plan",
            " Roaming Pack",
            " Fibre 500",
            " Mortgage Lock",
            " Loyalty Boost",
            " Car Loan",
            " Device Upgrade",
            " Streaming Bundle",
            " Welcome Bonus",
            " Home Insurance",
            " Investment Plan",
            " Pension Top-up",
            " Overdraft",
            " Lounge Pass",
        ],
        offered: true,
        verbs: REVIEWED,
    },
    Kind {
        word: "creative",
        title: "Creative",
        prefix: "crea",
        first: &[
            "Gold Card",
            "Platinum Cashback",
            "Student Savings",
            "Family Mobile Plan",
            "Business Car Loan",
            "Spring Campaign",
            "Summer Roaming",
            "Black Friday",
            "Back to School",
            "Win-back",
            "Fibre Launch",
            "Refer a Friend",
            "Travel Season",
            "Year in Review",
            "Rate Change",
        ],
        second: &[" Hero Banner", " Email Header", " Push Message", " Tile"],
        offered: true,
        verbs: REVIEWED,
    },
    Kind {
        word: "category",
        title: "Category",
        prefix: "cat",
        first: &["Cards", "Loans", "Savings", "Insurance", "Mobile", "Broadband", "Loyalty"],
        second: &["", " Seasonal"],
        offered: false,
        verbs: PLAIN,
    },
    Kind {
        word: "qualification_rule",
        title: "Qualification Rule",
        prefix: "rule",
        first: &["Age", "Income", "Region", "Tenure", "Credit Score", "Marketing Consent"],
        second: &[" Minimum", " Exclusion", " Window", " Override"],
        offered: true,
        verbs: REVIEWED,
    },
    Kind {
        word: "contact_policy",
        title: "Contact Policy",
        prefix: "pol",
        first: &["Daily", "Weekly", "Monthly", "Quarterly"],
        second: &[" Email Cap", " SMS Cap", " Push Cap", " Call Cap"],
        offered: false,
        verbs: PUBLISHED,
    },
    Kind {
        word: "connector",
        title: "Connector",
        prefix: "conn",
        first: &["Snowflake", "Salesforce", "Braze", "Kafka", "Segment", "S3", "Adobe"],
        second: &[" Production", " Sandbox"],
        offered: false,
        verbs: PLAIN,
    },
    Kind {
        word: "pipeline",
        title: "Pipeline",
        prefix: "pipe",
        first: &["Customer", "Interaction", "Offer Catalogue", "Consent"],
        second: &[" Import", " Export", " Enrichment", " Backfill"],
        offered: false,
        verbs: PUBLISHED,
    },
    Kind {
        word: "schema",
        title: "Schema",
        prefix: "schema",
        first: &["Customer", "Account", "Interaction", "Offer Response", "Consent", "Device"],
        second: &[" Profile", " Event"],
        offered: false,
        verbs: PUBLISHED,
    },
    Kind {
        word: "customer",
        title: "Customer",
        prefix: "cust",
        first: NAMELESS,
        second: &[""],
        offered: false,
        verbs: CUSTOMER,
    },
];

/// What people note when they publish a version.
pub(super) const PUBLISH_NOTES: &[&str] = &[
    "Initial publish",
    "Loyalty enrichment",
    "Add consent check before scoring",
    "Lower the weight of margin against propensity",
    "Experimental propensity model",
    "Swap the champion model for the challenger",
    "Seasonal offers for the spring campaign",
    "Filter customers with open complaints",
    "Shorter fallback path when scoring is slow",
    "Retrained on the last 90 days",
];

/// The note on the version that the story turns on; the place after the last of [`PUBLISH_NOTES`].
pub(super) const STORY_PUBLISH_NOTE: &str = "Try new propensity model";

/// Why a version was rolled back; the first is the story's.
pub(super) const ROLLBACK_NOTES: &[&str] = &[
    "CTR drop of 38 % on the home page since 14:20",
    "Reverting due to scoring regression",
    "Latency above 200 ms at p95",
    "Wrong eligibility for new customers",
    "Offers without a creative reached production",
    "Conversion below control in every segment",
];

/// What a reviewer wrote.
pub(super) const REVIEW_COMMENTS: &[&str] = &[
    "Checked against the brand guide",
    "Legal has signed off the wording",
    "Numbers agree with the test cell",
    "Missing the disclaimer for credit products",
    "Audience overlaps with the retention campaign",
    "Please add a control group first",
];

/// Why something was archived.
pub(super) const ARCHIVE_REASONS: &[&str] =
    &["Campaign ended", "Replaced by a newer one", "Not used for 90 days", "Created by mistake"];

/// The states an entity goes through.
pub(super) const STATUSES: &[&str] = &["draft", "active", "paused"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_as_large_as_the_world_promises() {
        let entities: usize = KINDS.iter().map(|kind| kind.first.len() * kind.second.len()).sum();
        assert_eq!(DESTINATIONS.len(), 12);
        assert!((300..400).contains(&entities), "{entities}");
        assert!(SETTINGS.iter().all(|setting| (2..=256).contains(&setting.values.len())));
    }

    #[test]
    fn no_two_entities_of_a_type_share_a_name_and_no_two_types_a_prefix() {
        for (place, kind) in KINDS.iter().enumerate() {
            assert!(KINDS[place + 1..].iter().all(|other| other.prefix != kind.prefix));
            let names: std::collections::BTreeSet<String> =
                kind.first.iter().flat_map(|a| kind.second.iter().map(move |b| format!("{a}{b}"))).collect();
            assert!(
                names.contains("") || names.len() == kind.first.len() * kind.second.len(),
                "{}",
                kind.word
            );
        }
        assert_eq!((KINDS[DECISION_FLOW].word, KINDS[CHANNEL].word), ("decision_flow", "channel"));
    }
}
