"""Fetching an archive: so many times, so many days, by a link for one person (F45)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import tenants
from kernel import audit, clock, database, events, tenancy
from kernel.audit import Actor
from kernel.events import Event
from kernel.ids import Id
from privacy.exports import staging
from tenants import DeadLink, PublicLink


@dataclass(frozen=True, slots=True)
class Download:
    """An archive that is being fetched, in clear."""

    export_id: Id
    contact_id: Id
    size: int
    pieces: Iterator[bytes]


def export_token(export_id: Id, expires_at: int) -> str:
    """The token of the link to a ready export of the current tenant."""
    return tenants.write_public_link("export", export_id, expires_at)


async def read_export_link(token: str) -> PublicLink:
    """Where a link leads; DeadLink where it is forged or used up, or the export was taken back."""
    link = tenants.read_public_link("export", token)
    with tenancy.acting_for(link.tenant_id):
        found = await database.row(
            """SELECT 1 AS found FROM personal_export
                WHERE tenant_id = $1::uuid AND id = $2::uuid AND state = 'ready'
                  AND downloads_left > 0 AND expires_at > $3""",
            link.tenant_id,
            link.row_id,
            clock.now(),
        )
    if found is None:
        raise DeadLink(link, code="LINK_EXPIRED")
    return link


async def language_of_export(export_id: Id) -> str | None:
    """The language of the person whose export it is, where it is known."""
    row = await database.row(
        """SELECT c.language FROM personal_export e
             JOIN contact c ON c.tenant_id = $1::uuid AND c.id = e.contact_id
            WHERE e.tenant_id = $1::uuid AND e.id = $2::uuid""",
        tenancy.current(),
        export_id,
    )
    return row["language"] if row else None


async def begin_download(link: PublicLink) -> Download:
    """Take one of the downloads that are left; DeadLink where none is."""
    row = await database.row(
        """UPDATE personal_export
              SET downloads = downloads + 1, downloads_left = downloads_left - 1,
                  downloaded_at = $3, updated_at = $3
            WHERE tenant_id = $1::uuid AND id = $2::uuid AND state = 'ready'
              AND downloads_left > 0 AND expires_at > $3
        RETURNING contact_id, size""",
        tenancy.current(),
        link.row_id,
        clock.now(),
    )
    if row is None:
        raise DeadLink(link, code="LINK_EXPIRED")
    sealer = await staging.sealer_of(link.row_id)
    pieces = staging.archive(link.row_id, sealer, row["size"])
    return Download(link.row_id, row["contact_id"], row["size"], pieces)


async def finish_download(download: Download) -> None:
    """It was fetched to its end."""
    await audit.record(
        "export.download",
        {"export": [download.export_id], "contact": [download.contact_id]},
        actor=Actor("contact", download.contact_id),
    )
    await _tell(download)


async def note_broken(download: Download) -> None:
    """What lies there is not what was sealed: somebody altered it."""
    about = {"export": [download.export_id], "contact": [download.contact_id]}
    await audit.record("export.download", about, outcome="ARCHIVE_BROKEN")


async def give_back(download: Download) -> None:
    """It broke off: it does not count."""
    await database.run(
        """UPDATE personal_export
              SET downloads = downloads - 1, downloads_left = downloads_left + 1
            WHERE tenant_id = $1::uuid AND id = $2::uuid AND state = 'ready'""",
        tenancy.current(),
        download.export_id,
    )


@database.unit_of_work
async def _tell(download: Download) -> None:
    refs = {"export": download.export_id, "contact": download.contact_id}
    await events.record(Event("export.downloaded", refs))
