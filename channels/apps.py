"""Platform apps: each has its webhook address, several live secrets and a verify token (F19)."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from kernel import clock, database, ids, keys
from kernel.errors import NotAllowed, NotFound
from kernel.ids import Id

# A secret added or withdrawn elsewhere counts here within so much time.
_REMEMBERED = 5 * clock.SECOND


@dataclass(frozen=True, slots=True)
class PlatformSecrets:
    """What proves that a delivery comes from the platform."""

    app_secrets: tuple[str, ...]
    verify_token: str
    good_until: int = 0


async def register_app(slug: str, secrets: Sequence[str], verify_token: str) -> Id:
    """Make an app known, or give it these secrets (newest first) and this verify token."""
    now, sealer = clock.now(), keys.platform()
    known = await database.row("SELECT id FROM platform_app WHERE slug = $1", slug)
    app_id: Id = known["id"] if known else ids.new_id()
    await database.insert(
        "platform_app",
        [
            {
                "id": app_id,
                "slug": slug,
                "secrets_sealed": sealer.seal(
                    "platform_app.secrets", app_id, orjson.dumps(list(secrets))
                ),
                "verify_token_sealed": sealer.seal_text(
                    "platform_app.verify_token", app_id, verify_token
                ),
                "created_at": now,
                "updated_at": now,
            }
        ],
        conflict="""ON CONFLICT (slug) DO UPDATE
            SET secrets_sealed = excluded.secrets_sealed,
                verify_token_sealed = excluded.verify_token_sealed,
                updated_at = excluded.updated_at""",
    )
    _known.pop(slug, None)
    return app_id


async def app_secrets(slug: str) -> PlatformSecrets:
    """The live secrets of an app; NotFound when there is no such app."""
    known = _known.get(slug)
    if known and known.good_until > clock.now():
        return known
    row = await database.row(
        "SELECT id, secrets_sealed, verify_token_sealed FROM platform_app WHERE slug = $1", slug
    )
    if row is None:
        raise NotFound("There is no such app.", code="UNKNOWN_APP")
    sealer = keys.platform()
    found = PlatformSecrets(
        tuple(orjson.loads(sealer.open("platform_app.secrets", row["id"], row["secrets_sealed"]))),
        sealer.open_text("platform_app.verify_token", row["id"], row["verify_token_sealed"]),
        clock.now() + _REMEMBERED,
    )
    _known[slug] = found
    return found


async def verify_subscription(
    slug: str, mode: str | None, token: str | None, challenge: str | None
) -> str:
    """The challenge to answer with when the platform checks the address (contract 3.1)."""
    secrets = await app_secrets(slug)
    right = hmac.compare_digest((token or "").encode(), secrets.verify_token.encode())
    if mode != "subscribe" or not right or challenge is None:
        raise NotAllowed("The verify token is not ours.", code="BAD_VERIFY_TOKEN")
    return challenge


def forget_apps() -> None:
    """Drop what this process remembers of secrets."""
    _known.clear()


_known: dict[str, PlatformSecrets] = {}
