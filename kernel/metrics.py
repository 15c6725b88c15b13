"""What the house counts about itself (Prometheus), on one page. Labels never hold a person."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram, generate_latest

WEBHOOKS = Counter("rapport_webhooks_total", "Webhook requests by answer.", ["status"])
WEBHOOK_SECONDS = Histogram(
    "rapport_webhook_seconds",
    "From the first byte of a webhook to its answer.",
    buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
)
DRAINED = Counter("rapport_drained_total", "Updates drained from raw deliveries.", ["update"])
DEAD_DELIVERIES = Counter("rapport_dead_deliveries_total", "Deliveries given up after their tries.")
ASIDE = Counter("rapport_aside_total", "Updates for numbers that nobody has connected.")
GRAPHQL = Counter("rapport_graphql_total", "GraphQL operations by outcome.", ["outcome"])
GRAPHQL_SECONDS = Histogram("rapport_graphql_seconds", "Time of a GraphQL operation.")
SUBSCRIPTIONS = Gauge("rapport_subscriptions", "Open GraphQL subscriptions.")
EVENTS = Counter("rapport_events_total", "Events handled by reader.", ["reader"])
MEDIA = Counter("rapport_media_total", "Media fetches by outcome.", ["outcome"])
SENDS = Counter("rapport_sends_total", "Sends by what became of an attempt.", ["fate"])
OUTAGES = Gauge(
    "rapport_outages", "Business numbers whose messages do not get out, of all tenants."
)
SENDS_WAITING = Gauge("rapport_sends_waiting", "Sends that wait to go out, of all tenants.")
PORTFOLIO_WAITS = Counter(
    "rapport_portfolio_waits_total", "Sends put off because their portfolio's day was full."
)
PROMOTIONS_HELD = Counter(
    "rapport_promotions_held_total", "Times that the platform had promotions held back."
)
RATE_CUTS = Counter("rapport_rate_cuts_total", "Numbers told to send slower, and slowed.")
REDIS_TROUBLE = Counter("rapport_redis_trouble_total", "Bells that Redis did not take.")
WALL = Counter("rapport_wall_held_total", "Statements refused because of their tenant.")
ACROSS = Counter("rapport_across_tenants_total", "Work done over the walls, by reason.", ["why"])
JOBS = Counter("rapport_jobs_total", "Worker jobs by name and outcome.", ["job", "outcome"])


def exposition() -> bytes:
    """All counts in the Prometheus text format."""
    return generate_latest()
