"""What is counted, on one page: every metric, what one of it is, and by what it can be broken down.

A thing that happened (a message, an episode, an order, …) gives each of its metrics to exactly one
hour and, in every dimension, to exactly one value: so whatever is broken down comes to its total.
"""

# ruff: noqa: E501 (a table: one line a metric)

from __future__ import annotations

from dataclasses import dataclass

_TAGGED = ("country", "tag", "touchpoint")
_BOUGHT = ("customer", *_TAGGED)
_SOLD = ("campaign", *_BOUGHT)
_AGREED = ("local_hour", *_TAGGED)
_HEARD = ("customer", "local_hour", "media", *_TAGGED)
_TALKED = ("agent", "customer", "local_hour", "service", *_TAGGED)
_WRITTEN = (
    *("agent", "campaign", "customer", "local_hour", "media", "number", "service", "template"),
    *_TAGGED,
)
_PLANNED = ("campaign", "customer", "local_hour", "template", *_TAGGED)

# Grows with every change of what a metric means: counters are then counted anew.
VERSION = 2

# What stands for more tags than one.
SEVERAL = "several"

DIMENSIONS: dict[str, str] = {
    "campaign": "The campaign that wrote; empty where none did.",
    "customer": "`returning` who had bought before that moment, else `new`.",
    "template": "The template's name; empty for words of one's own.",
    "tag": f"The contact's only tag; empty without one, `{SEVERAL}` with more than one.",
    "number": "The number that it was written from.",
    "country": "The contact's, as it is known now; empty where it is unknown.",
    "agent": "The person who wrote, or who answered first; empty where nobody did.",
    "touchpoint": "Through which the contact came first; empty where through none.",
    "service": "`person`, `bot` (whatever no person wrote), `both`; `none` where nobody did.",
    "media": "text, image, template, interactive and so on.",
    "local_hour": "Weekday and hour by the contact's clock: `0-09` is Monday from nine on.",
}
# What will be a dimension as soon as somebody writes it down.
WITHOUT_SOURCE = {
    "journey": "journeys",
    "variant": "tests of variants",
    "team": "teams",
    "segment": "segments as they were at the time",
}


@dataclass(frozen=True, slots=True)
class Metric:
    """What one of it is; sums of durations are in microseconds, of money in 1/10,000.

    One that `is_binned` counts durations by the bin in which each lies: percentiles within 1 %.
    """

    says: str
    dimensions: tuple[str, ...]
    is_binned: bool = False


# fmt: off
METRICS: dict[str, Metric] = {
    # Sends, in the hour in which they came into the ledger
    "planned": Metric("a send came to its end: sent, failed, refused or called off", _PLANNED),
    "left": Metric("one of these was accepted by the platform", _PLANNED),

    # Messages to customers that the platform accepted, in the hour in which they were written
    "sent": Metric("a message to a customer that the platform accepted", _WRITTEN),
    "delivered": Metric("one of these was delivered, read or played", _WRITTEN),
    "read": Metric("one of these was read or played", _WRITTEN),
    "failed": Metric("one of these did not arrive, says the platform", _WRITTEN),
    "blocked": Metric("one of these failed because the customer blocked the number", _WRITTEN),
    "direct_delivered": Metric("a delivered message that no campaign wrote", _WRITTEN),
    "direct_read": Metric("one of these was read or played", _WRITTEN),
    "approaches": Metric("a customer was written to: the first message to them in an episode, and every campaign's", _WRITTEN),
    "replies": Metric("the customer wrote after it, in the same episode and before the next approach", _WRITTEN),
    "customer_waits": Metric("the customer answered our turn", _WRITTEN),
    "customer_wait": Metric("how long it took, from our first message of the turn, without their quiet hours", _WRITTEN),
    "customer_wait_bins": Metric("the same, by bins", _WRITTEN, is_binned=True),

    # Messages of customers, in the hour in which they were written
    "received": Metric("a message of a customer", _HEARD),
    "levelled": Metric("a message whose level is known", _HEARD),
    "level_1": Metric("a courtesy", _HEARD),
    "level_2": Metric("an exchange of information", _HEARD),
    "level_3": Metric("a call to action", _HEARD),
    "delivery_questions": Metric("a message about a delivery", _HEARD),

    # Episodes, in the hour in which they began
    "episodes": Metric("a stretch of a thread up to its resolution, or to 72 hours of silence", _TALKED),
    "customer_started": Metric("one that the customer began", _TALKED),
    "customer_orders": Metric("one of these whose customer ordered within 7 days of its start", _TALKED),
    "turns": Metric("runs of messages of one side", _TALKED),
    "resolved": Metric("an episode that was resolved by hand", _TALKED),
    "resolution": Metric("how long that took from its start, by the clock on the wall", _TALKED),
    "resolution_bins": Metric("the same, by bins", _TALKED, is_binned=True),

    # Answers by people, in the hour in which the customer began to wait
    "answers": Metric("a person answered what a customer had written; bots and campaigns do not count, and end no wait", _TALKED),
    "answer_wall": Metric("how long the customer waited, by the clock on the wall", _TALKED),
    "answer_wall_bins": Metric("the same, by bins", _TALKED, is_binned=True),
    "answer_open": Metric("how long the customer waited in business hours, without holidays", _TALKED),
    "answer_open_bins": Metric("the same, by bins", _TALKED, is_binned=True),

    # Orders that were not tests and not called off, in the hour in which they were placed
    "orders": Metric("an order", _BOUGHT),
    "revenue": Metric("what was ordered, in the tenant's currency; orders without a rate are left out", _BOUGHT),
    "refunded_orders": Metric("an order of which money went back", _BOUGHT),
    "refunded": Metric("the money that went back", _BOUGHT),
    "known_orders": Metric("an order of a known customer", _BOUGHT),
    "repeat_orders": Metric("one of these that was not the customer's first", _BOUGHT),
    "attributed_orders": Metric("an order that belongs to a message or a coupon", _SOLD),
    "attributed_revenue": Metric("what was ordered by these", _SOLD),
    "buyers": Metric("a customer's first order", _BOUGHT),
    "lifetime": Metric("all that these customers ordered up to now, less what went back", _BOUGHT),
    "half_year_due": Metric("a first order 183 days ago", _BOUGHT),
    "half_year_back": Metric("one of these after which the customer ordered again within the 183 days", _BOUGHT),
    "year_due": Metric("a repeat order 365 days ago", _BOUGHT),
    "year_lost": Metric("one of these after which the customer did not order for the 365 days", _BOUGHT),

    # Carts, in the hour in which they came
    "carts": Metric("a cart of a known customer", _BOUGHT),
    "cart_orders": Metric("one of these that became an order", _BOUGHT),

    # Consent to marketing, in the hour in which it was given or withdrawn
    "opt_ins": Metric("a second yes", _AGREED),
    "opt_outs": Metric("a withdrawal", _AGREED),
}
# fmt: on
