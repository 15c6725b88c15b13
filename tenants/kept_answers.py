"""Answers to changes that a store's system may ask for again under one name (Idempotency-Key).

The name is claimed before the change runs, so that it never runs twice: not beside itself, and not
when its process died with nobody knowing how far it got. Answers stand sealed, for a day.
"""

from __future__ import annotations

from typing import Any

from kernel import clock, database, keys, tenancy
from kernel.errors import Conflict, Invalid
from kernel.ids import Id

_KEPT = clock.DAY
# Whoever has not answered after so long has died.
_LONGEST = 2 * clock.MINUTE
_PLACE = "kept_answer.answer"
_LONGEST_NAME = 255


async def claim_answer(key_id: Id, name: str, request: str) -> bytes | None:
    """The answer that was given under this name; None where it is new, and now claimed.

    Invalid IDEMPOTENCY_KEY_REUSED for another request; Conflict REQUEST_RUNNING or OUTCOME_UNKNOWN
    (whoever ran it died: look what happened, and ask under a new name).
    """
    if not (0 < len(name) <= _LONGEST_NAME and name.isascii() and name.isprintable()):
        raise Invalid(
            f"Idempotency-Key must be 1 to {_LONGEST_NAME} printable ASCII characters.",
            code="BAD_REQUEST",
        )
    request_token = keys.index().token("kept_answer.request", request)
    # Written before it is read: of two at once, one has the claim.
    if await _claim(key_id, name, request_token):
        return None
    row = await database.row(
        """SELECT request_token, answer_sealed, created_at FROM kept_answer
            WHERE tenant_id = $1::uuid AND key_id = $2::uuid AND name_token = $3::bytea""",
        *_key(key_id, name),
    )
    if row is None:  # given free meanwhile
        raise Conflict("The same request is just being run.", code="REQUEST_RUNNING")
    return _told(key_id, row, request_token)


async def keep_answer(key_id: Id, name: str, answer: bytes) -> None:
    """Keep the answer of a claim for whoever asks again."""
    await database.run(
        """UPDATE kept_answer SET answer_sealed = $4::bytea
            WHERE tenant_id = $1::uuid AND key_id = $2::uuid AND name_token = $3::bytea""",
        *_key(key_id, name),
        keys.house().seal(_PLACE, key_id, answer),
    )


async def release_answer(key_id: Id, name: str) -> None:
    """Free the name of a claim under which nothing was run."""
    await database.run(
        """DELETE FROM kept_answer
            WHERE tenant_id = $1::uuid AND key_id = $2::uuid AND name_token = $3::bytea""",
        *_key(key_id, name),
    )


async def blank_answers() -> int:
    """Empty all answers of the current tenant: somebody was forgotten, and any may tell of them.

    Whoever asks again is told that nobody knows the outcome, and nothing is done twice. How many.
    """
    return await database.run(
        """UPDATE kept_answer SET answer_sealed = NULL
            WHERE tenant_id = $1::uuid AND answer_sealed IS NOT NULL""",
        tenancy.current(),
    )


async def drop_old_answers() -> int:
    """Delete the answers of all tenants that are past their day; how many went."""
    with tenancy.across_tenants("answers that are past their day are swept away"):
        return await database.run(
            "DELETE FROM kept_answer WHERE expires_at <= $1::bigint", clock.now()
        )


async def _claim(key_id: Id, name: str, request_token: bytes) -> bool:
    now = clock.now()
    claimed = await database.rows(
        """INSERT INTO kept_answer
                  (tenant_id, key_id, name_token, request_token, created_at, expires_at)
           VALUES ($1::uuid, $2::uuid, $3::bytea, $4::bytea, $5::bigint, $6::bigint)
           ON CONFLICT (tenant_id, key_id, name_token) DO UPDATE
              SET request_token = excluded.request_token, answer_sealed = NULL,
                  created_at = excluded.created_at, expires_at = excluded.expires_at
            WHERE kept_answer.expires_at <= excluded.created_at
        RETURNING created_at""",
        *_key(key_id, name),
        request_token,
        now,
        now + _KEPT,
    )
    return bool(claimed)


def _told(key_id: Id, row: dict[str, Any], request_token: bytes) -> bytes:
    if row["request_token"] != request_token:
        raise Invalid(
            "This Idempotency-Key was used for another request; take a new one.",
            code="IDEMPOTENCY_KEY_REUSED",
        )
    if row["answer_sealed"] is not None:
        return keys.house().open(_PLACE, key_id, row["answer_sealed"])
    if clock.now() - row["created_at"] < _LONGEST:
        raise Conflict("The same request is just being run.", code="REQUEST_RUNNING")
    raise Conflict(
        "The same request was begun and nobody knows how far it got; look what happened, and ask "
        "with a new Idempotency-Key.",
        code="OUTCOME_UNKNOWN",
    )


def _key(key_id: Id, name: str) -> tuple[Id, Id, bytes]:
    return tenancy.current(), key_id, keys.index().token("kept_answer.name", name)
