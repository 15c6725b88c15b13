"""Privacy: the person's rights over every store below.

I own the data map (whose every column is, how it is kept, exported and erased) and the list of all
stores of personal data in the order of an erasure.
My words: store (a table that points at a person), fate (what an erasure does to it).
"""

from privacy.data_map import ACTIVITIES, RECIPIENTS, TABLES, Column, Table, Way
from privacy.manifest import STORES, Store

__all__ = [
    "ACTIVITIES",
    "RECIPIENTS",
    "STORES",
    "TABLES",
    "Column",
    "Store",
    "Table",
    "Way",
]
