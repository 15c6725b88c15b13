"""The demo: two invented stores, their people, and what customers write to them in eight languages.

Names are invented. Phone numbers are from ranges kept for fiction where a country has one (+44 7700
900…, +1 415 and 604 555 01…, +49 171 39200… and 176 040690…, +61 491 570…), elsewhere rows of
zeros.
"""

from scripts.demo.acquaintance import threads_of
from scripts.demo.campaigns import draft_campaign
from scripts.demo.customers import Customer, talkers
from scripts.demo.deliveries import addresses, bodies_in, deliver, reconnected
from scripts.demo.description import describe
from scripts.demo.houses import HOUSES, House
from scripts.demo.private import secret, write
from scripts.demo.purchases import purchases
from scripts.demo.retail import real_orders
from scripts.demo.shop import fill_shop
from scripts.demo.talking import Desk, hold_talks
from scripts.demo.templates import template_bodies
from scripts.demo.town import access_token, app_secret, town, verify_token
from scripts.demo.traffic import bodies, earlier_customers

__all__ = [
    "HOUSES",
    "Customer",
    "Desk",
    "House",
    "access_token",
    "addresses",
    "app_secret",
    "bodies",
    "bodies_in",
    "deliver",
    "describe",
    "draft_campaign",
    "earlier_customers",
    "fill_shop",
    "hold_talks",
    "purchases",
    "real_orders",
    "reconnected",
    "secret",
    "talkers",
    "template_bodies",
    "threads_of",
    "town",
    "verify_token",
    "write",
]
