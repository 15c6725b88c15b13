"""What shops deleted: told without a time of its own, perhaps before the thing itself was told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from commerce.told import DeletedKind, Deletion
from kernel import database, keys, tenancy
from kernel.database import Batch
from kernel.ids import Id

_LATEST = """ON CONFLICT (tenant_id, store_id, kind, token) DO UPDATE
   SET gone_at = GREATEST(deletion.gone_at, excluded.gone_at),
       back_at = GREATEST(deletion.back_at, excluded.back_at)"""


@dataclass(frozen=True, slots=True)
class Gone:
    """When something was deleted last, and when it was brought back last; 0: never."""

    gone_at: int
    back_at: int

    @property
    def is_gone(self) -> bool:
        """Whether it is gone now."""
        return self.gone_at > self.back_at


async def write(store_id: Id, told: Sequence[Deletion]) -> None:
    """Note what was deleted and what was brought back."""
    latest: dict[tuple[str, bytes], list[int]] = {}
    for one in told:
        times = latest.setdefault((one.kind, _token(one.kind, one.external_id)), [0, 0])
        times[one.is_back] = max(times[one.is_back], one.at)
    await database.insert(
        "deletion",
        [
            {
                "tenant_id": tenancy.current(),
                "store_id": store_id,
                "kind": kind,
                "token": token,
                "gone_at": gone_at,
                "back_at": back_at,
            }
            for (kind, token), (gone_at, back_at) in sorted(latest.items())
        ],
        conflict=_LATEST,
    )


async def known(store_id: Id, kind: DeletedKind, names: Iterable[str]) -> dict[str, Gone]:
    """What is known of deletions of these things, by the shop's ids."""
    by_token = {_token(kind, name): name for name in names}
    if not by_token:
        return {}
    rows = await database.rows(
        """SELECT d.token, d.gone_at, d.back_at FROM deletion d
            WHERE d.tenant_id = $1::uuid AND d.store_id = $2::uuid AND d.kind = $3
              AND d.token = ANY (ARRAY(SELECT b.token FROM ({batch}) AS b))""",
        tenancy.current(),
        store_id,
        kind,
        batch=Batch({"token": "bytea"}, [[token] for token in sorted(by_token)]),
    )
    return {by_token[row["token"]]: Gone(row["gone_at"], row["back_at"]) for row in rows}


def _token(kind: str, name: str) -> bytes:
    return keys.index().token(f"deletion.{kind}", name)
