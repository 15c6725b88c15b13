"""The town that the simulator settles: the houses' accounts, their customers, their templates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from scripts.demo.customers import Customer
from scripts.demo.houses import HOUSES, House
from scripts.demo.private import secret
from scripts.demo.templates import templates

Json = dict[str, Any]

# A demo is looked at: what happens to a message is to be seen within a second.
_SETTINGS = {
    "statuses": {"sent_after": 0.05, "delivered_after": 0.25},
    "webhooks": {"most_per_post": 50, "gather": 0.05},
    # Whoever was connected by hand can be written to as well.
    "strangers": "reachable",
}


def app_secret() -> str:
    """What the simulated platform signs its webhooks with."""
    return secret("app secret")


def verify_token() -> str:
    """What it asks the webhook for before it is used."""
    return secret("verify token")


def access_token(house: House) -> str:
    """What opens the house's account at the simulated platform."""
    return secret(f"access token {house.key}")


def town(
    app: str, webhook: str, customers: Iterable[Customer], wrote_at: Mapping[str, int]
) -> Json:
    """The document for `python -m channels.simulator --town`.

    `wrote_at`: when customers (by id) wrote last, in microseconds, as far as the window that this
    opened is still open; the simulator itself remembers nothing from one start to the next.
    """
    people = list(customers)
    return {
        "settings": _SETTINGS,
        "apps": [
            {
                "id": app,
                "webhook_url": webhook,
                "app_secret": app_secret(),
                "verify_token": verify_token(),
            }
        ],
        "businesses": [{"id": f"{house.key}-business"} for house in HOUSES],
        "wabas": [
            {
                "id": house.waba_id,
                "name": house.name,
                "business_id": f"{house.key}-business",
                "currency": house.currency,
            }
            for house in HOUSES
        ],
        "numbers": [
            {
                "id": house.phone_number_id,
                "waba_id": house.waba_id,
                "display_phone_number": house.display_phone_number,
                "verified_name": house.name,
                "throughput": "HIGH",
                "token": access_token(house),
            }
            for house in HOUSES
        ],
        "templates": [one.in_town() for one in templates()],
        "people": [one.in_town() for one in people],
        "chats": [
            {
                "number": one.house.phone_number_id,
                "person": one.id,
                "last_user_at": wrote_at[one.id],
            }
            for one in people
            if one.id in wrote_at
        ],
    }
