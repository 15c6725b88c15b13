"""What rules may ask about and where it stands; what is sealed or keyed stands here too (F36, F50).

The sealing table of the house: values in clear can be compared, what is kept under a key can only
be equal or not, and what is sealed cannot be asked about at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from contacts import MARKETING
from scoring import INTENTS, LANGUAGES, TOPICS
from tenants import CATALOGUE


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table with one row for each contact; `missing` stands for no row, or null."""

    table: str
    name: str
    missing: int | None = None


TRAITS: Mapping[str, Column] = {
    "language": Column("contact", "language"),
    "country": Column("contact", "country"),
    "timeZone": Column("contact", "time_zone"),
    "source": Column("contact", "source"),
    "rfmSegment": Column("contact_facts", "rfm_segment"),
    "recencyClass": Column("contact_facts", "recency_class"),
    "frequencyClass": Column("contact_facts", "frequency_class"),
    "tier": Column("contact_facts", "tier"),
    "valueClass": Column("contact_facts", "value_class"),
    "stage": Column("contact_facts", "stage"),
    "engagementClass": Column("contact_score", "engagement_class"),
    "churnClass": Column("contact_score", "churn_class"),
}
FIGURES: Mapping[str, Column] = {
    "ORDERS": Column("contact_facts", "orders", 0),
    "ORDERS_30D": Column("contact_facts", "orders_30d", 0),
    "ORDERS_90D": Column("contact_facts", "orders_90d", 0),
    "ORDERS_180D": Column("contact_facts", "orders_180d", 0),
    "ORDERS_365D": Column("contact_facts", "orders_365d", 0),
    "INBOUND_30D": Column("contact_facts", "inbound_30d", 0),
    "CLICKS_7D": Column("contact_facts", "clicks_7d", 0),
    "RECENCY_SCORE": Column("contact_facts", "r"),
    "FREQUENCY_SCORE": Column("contact_facts", "f"),
    "MONETARY_SCORE": Column("contact_facts", "m"),
    "ENGAGEMENT": Column("contact_score", "engagement"),
    "CHURN_RISK": Column("contact_score", "churn_risk"),
}
AMOUNTS: Mapping[str, Column] = {
    "SPENT": Column("contact_facts", "spent", 0),
    "SPENT_NET": Column("contact_facts", "spent_net", 0),
    "SPENT_365D": Column("contact_facts", "spent_365d", 0),
    "FIRST_ORDER": Column("contact_facts", "first_order"),
    "LARGEST_ORDER": Column("contact_facts", "largest_order"),
}
# Kept under a key: equal or not. Sealed: not even that.
KEYED = ("phone", "email")
SEALED = ("name", "username", "userId", "address", "messageText", "note")

PURPOSES = (MARKETING,)
STATES = ("none", "pending", "confirmed", "unproven", "expired", "refused", "withdrawn")
KINDS = frozenset(kind.name for kind in CATALOGUE if "contact" in kind.refs)
SCORES: Mapping[str, frozenset[str]] = {
    "intents": frozenset(INTENTS),
    "topics": frozenset(TOPICS),
    "languages": frozenset(LANGUAGES),
}
