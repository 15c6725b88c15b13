"""The demo: two invented stores, their people, and what customers write to them in eight languages.

Names are invented. Phone numbers are from ranges kept for fiction where a country has one (+44 7700
900…, +1 415 555 01…, +49 171 39200…, +61 491 570…), elsewhere rows of zeros.
"""

from scripts.demo.deliveries import addresses, bodies_in, deliver
from scripts.demo.houses import HOUSES, House
from scripts.demo.traffic import bodies

__all__ = ["HOUSES", "House", "addresses", "bodies", "bodies_in", "deliver"]
