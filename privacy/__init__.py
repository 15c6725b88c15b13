"""Privacy: the person's rights over every store below.

I own the list of all stores of personal data and how every column is kept.
My words: store (a table that points at a person), fate (what an erasure does to it).
"""

from privacy.columns import COLUMNS, Keeping
from privacy.manifest import STORES, Store

__all__ = ["COLUMNS", "STORES", "Keeping", "Store"]
