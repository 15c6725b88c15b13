"""Processors: systems of others that were given a tenant's people, told when one is erased.

They know the contact by the id that the API shows. Who does not take the notice is told again for a
day, while the receipt waits; then the receipt says that they were not (GDPR 17(2), 19).
"""

from __future__ import annotations

import asyncio
import base64
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypedDict, cast

import orjson
from yarl import URL

import channels
from kernel import audit, clock, database, ids, keys, tenancy
from kernel.database import Batch
from kernel.errors import Invalid, NotFound, TryLater
from kernel.ids import Id
from kernel.settings import Settings

_MOST = 20
_LONGEST = {"name": 200, "url": 500}
_PATIENCE = clock.DAY
_KEY = "processor.secret"
_is_public = True


class ProcessorRow(TypedDict):
    """A processor that is told; times in microseconds."""

    id: Id
    name: str
    url: str
    created_at: int


class NoticeRow(TypedDict):
    """A processor's notice of an erasure: when it took it, or why it has not (a code)."""

    erasure_id: Id
    name: str
    told_at: int | None
    trouble: str | None


@dataclass(frozen=True, slots=True)
class NewProcessor:
    """A processor just added; `secret` signs its notices and is told once."""

    id: Id
    secret: str


def start(settings: Settings) -> None:
    """Know whether notices go over the public internet."""
    global _is_public
    _is_public = settings.is_production


@database.unit_of_work
async def add_processor(name: str, url: str) -> NewProcessor:
    """Have a system told of erasures from now on; Invalid names the field."""
    if len(await list_processors()) >= _MOST:
        raise Invalid(f"At most {_MOST} processors are told.", field=("name",))
    processor_id, key = ids.new_id(), secrets.token_bytes(24)
    row = {
        "tenant_id": tenancy.current(),
        "id": processor_id,
        "name": _line(name, "name"),
        "url": _url(_line(url, "url")),
        "secret_sealed": keys.house().seal(_KEY, processor_id, key),
        "created_at": clock.now(),
        "removed_at": None,
    }
    await database.insert("processor", [row])
    await audit.record("processor.add", {"processor": [processor_id]})
    return NewProcessor(processor_id, f"whsec_{base64.b64encode(key).decode()}")


@database.unit_of_work
async def remove_processor(processor_id: Id) -> None:
    """Tell it of no further erasure; what it was told stays in the receipts."""
    removed = await database.run(
        """UPDATE processor SET removed_at = $3
            WHERE tenant_id = $1::uuid AND id = $2::uuid AND removed_at IS NULL""",
        tenancy.current(),
        processor_id,
        clock.now(),
    )
    if not removed:
        raise NotFound("There is no such processor.", field=("processor",))
    await audit.record("processor.remove", {"processor": [processor_id]})


async def list_processors() -> list[ProcessorRow]:
    """The processors that are told, the oldest first."""
    rows = await database.rows(
        """SELECT id, name, url, created_at FROM processor
            WHERE tenant_id = $1::uuid AND removed_at IS NULL ORDER BY id""",
        tenancy.current(),
    )
    return cast(list[ProcessorRow], rows)


async def tell_processors(erasure_id: Id, contact_id: Id, begun_at: int) -> int:
    """Tell everybody who is to be told and was not; how many know. TryLater while some do not."""
    await _put_down(erasure_id)
    waiting = await _waiting(erasure_id)
    body = orjson.dumps(
        {
            "type": "contact.erased",
            "timestamp": clock.moment(begun_at).isoformat(),
            "data": {
                "tenant": ids.show("tenant", tenancy.current()),
                "contact": ids.show("contact", contact_id),
                "erasure": ids.show("erasure", erasure_id),
            },
        }
    )
    troubles = await asyncio.gather(
        *(
            channels.post_notice(
                one["url"],
                f"{erasure_id}-{one['id']}",
                body,
                keys.house().open(_KEY, one["id"], one["secret_sealed"]),
            )
            for one in waiting
        )
    )
    await _note(erasure_id, dict(zip((one["id"] for one in waiting), troubles, strict=True)))
    if any(troubles) and clock.now() < begun_at + _PATIENCE:
        raise TryLater("somebody was not told yet", code="PROCESSOR_NOT_TOLD")
    return sum(one["told_at"] is not None for one in (await notices_of([erasure_id]))[erasure_id])


async def notices_of(erasure_ids: Iterable[Id]) -> dict[Id, list[NoticeRow]]:
    """Who is told of these erasures, and when they were."""
    rows = await database.rows(
        """SELECT n.erasure_id, p.name, n.told_at, n.trouble FROM ({batch}) AS b
             JOIN processor_notice n ON n.tenant_id = $1::uuid AND n.erasure_id = b.id
             JOIN processor p ON p.tenant_id = $1::uuid AND p.id = n.processor_id
            ORDER BY p.id""",
        tenancy.current(),
        batch=Batch({"id": "uuid"}, [[one] for one in erasure_ids]),
    )
    found: dict[Id, list[NoticeRow]] = {erasure_id: [] for erasure_id in erasure_ids}
    for row in rows:
        found[row["erasure_id"]].append(cast(NoticeRow, row))
    return found


async def _put_down(erasure_id: Id) -> None:
    """Who is to be told: who is a processor now, each once."""
    await database.run(
        """INSERT INTO processor_notice (tenant_id, erasure_id, processor_id)
           SELECT p.tenant_id, $2::uuid, p.id FROM processor p
            WHERE p.tenant_id = $1::uuid AND p.removed_at IS NULL
               ON CONFLICT DO NOTHING""",
        tenancy.current(),
        erasure_id,
    )


async def _waiting(erasure_id: Id) -> list[dict[str, Any]]:
    return await database.rows(
        """SELECT p.id, p.url, p.secret_sealed FROM processor_notice n
             JOIN processor p ON p.tenant_id = $1::uuid AND p.id = n.processor_id
            WHERE n.tenant_id = $1::uuid AND n.erasure_id = $2::uuid AND n.told_at IS NULL
              AND p.removed_at IS NULL
            ORDER BY p.id""",
        tenancy.current(),
        erasure_id,
    )


async def _note(erasure_id: Id, troubles: Mapping[Id, str | None]) -> None:
    now = clock.now()
    await database.run(
        """UPDATE processor_notice SET told_at = b.told_at, trouble = b.trouble
             FROM ({batch}) AS b
            WHERE processor_notice.tenant_id = $1::uuid
              AND processor_notice.erasure_id = $2::uuid
              AND processor_notice.processor_id = b.id AND processor_notice.told_at IS NULL""",
        tenancy.current(),
        erasure_id,
        batch=Batch(
            {"id": "uuid", "told_at": "bigint", "trouble": "text"},
            [[one, None if trouble else now, trouble] for one, trouble in troubles.items()],
        ),
    )


def _line(given: str, field: str) -> str:
    tidy = given.strip()
    if not 1 <= len(tidy) <= _LONGEST[field] or not tidy.isprintable():
        raise Invalid(f"It has 1 to {_LONGEST[field]} characters, in one line.", field=(field,))
    return tidy


def _url(given: str) -> str:
    """An address over https; in development, http will do."""
    schemes = ("https",) if _is_public else ("https", "http")
    try:
        address = URL(given)
    except ValueError:
        address = URL()
    if address.scheme not in schemes or not address.host or address.user or address.fragment:
        raise Invalid("An address such as https://tool.example/erased is wanted.", field=("url",))
    return str(address)
