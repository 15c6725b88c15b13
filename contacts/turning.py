"""People found by a new version of the index key: ids, and pieces of names and numbers (F50).

Tokens cannot be translated. They are made anew from what is sealed beside them, in pages, beside
everything else; the first byte of a token says by which version it was made.
"""

from __future__ import annotations

from contacts import search
from contacts.found_by import pieces_of
from contacts.sightings import as_shown
from kernel import database, keys, tenancy
from kernel.database import Batch
from kernel.seal import Indexer

_AT_ONCE = 500


async def turn_ids(index: Indexer) -> None:
    """Have every id found by this version; what is done is passed over."""
    after = "0" * 32
    while rows := await database.rows(
        """SELECT id, subject_id, kind, scope, token, value_sealed FROM identity
            WHERE tenant_id = $1::uuid AND id > $2::uuid ORDER BY id LIMIT $3::bigint""",
        tenancy.current(),
        after,
        _AT_ONCE,
    ):
        after = rows[-1]["id"]
        former = [row for row in rows if row["token"][0] != index.version]
        sealers = await keys.of(row["subject_id"] for row in former)
        tokens = []
        for row in former:
            if sealer := sealers.get(row["subject_id"]):
                value = sealer.open_text("identity.value", row["id"], row["value_sealed"])
                shown = as_shown(row["kind"], row["scope"], value)
                tokens.append([row["id"], index.token(f"identity.{row['kind']}", shown[2])])
        await database.run(
            """UPDATE identity SET token = b.token FROM ({batch}) AS b
                WHERE identity.tenant_id = $1::uuid AND identity.id = b.id""",
            tenancy.current(),
            batch=Batch({"id": "uuid", "token": "bytea"}, tokens),
        )


async def turn_search(index: Indexer) -> None:
    """Have everybody found by this version alone; from wherever it was left."""
    while rows := await database.rows(
        """SELECT DISTINCT s.contact_id FROM contact_search s
            WHERE s.tenant_id = $1::uuid AND s.token < $2::bytea LIMIT $3::bigint""",
        tenancy.current(),
        index.version.to_bytes(),
        _AT_ONCE,
    ):
        await _search_anew([row["contact_id"] for row in rows], index)


@database.unit_of_work
async def _search_anew(contact_ids: list[str], index: Indexer) -> None:
    pieces = await pieces_of(contact_ids)
    await database.run(
        """DELETE FROM contact_search WHERE tenant_id = $1::uuid AND token < $2::bytea
              AND contact_id IN (SELECT b.id FROM ({batch}) AS b)""",
        tenancy.current(),
        index.version.to_bytes(),
        batch=Batch({"id": "uuid"}, [[one] for one in contact_ids]),
    )
    found = ((one, piece) for one, own in pieces.items() for piece in own)
    await search.remember(found, index)
