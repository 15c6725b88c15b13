"""The data map: every column of every table, on pages by room.

Each says whose it is, what it is kept for, how it is kept (F50), how it is exported (F45) and, with
the manifest, how it is erased (F46). A test holds it against the real databases; archives, the
record of processing and the list of recipients are made from it. Whoever adds a table or a column
adds it to its room's page: `privacy.data_map.table.table` tells how.
"""

from privacy.data_map import (
    analytics,
    campaigns,
    channels,
    commerce,
    contacts,
    conversations,
    counters,
    imports,
    kernel,
    links,
    privacy,
    scoring,
    segments,
    tenants,
)
from privacy.data_map.activities import ACTIVITIES, RECIPIENTS, Activity, Recipient
from privacy.data_map.table import Column, Export, Format, Keeping, Table, Way, Whose

TABLES: dict[str, Table] = {
    **kernel.TABLES,
    **tenants.TABLES,
    **contacts.TABLES,
    **channels.TABLES,
    **conversations.TABLES,
    **commerce.TABLES,
    **links.TABLES,
    **scoring.TABLES,
    **segments.TABLES,
    **counters.TABLES,
    **analytics.TABLES,
    **campaigns.TABLES,
    **imports.TABLES,
    **privacy.TABLES,
}

__all__ = [
    "ACTIVITIES",
    "RECIPIENTS",
    "TABLES",
    "Activity",
    "Column",
    "Export",
    "Format",
    "Keeping",
    "Recipient",
    "Table",
    "Way",
    "Whose",
]
