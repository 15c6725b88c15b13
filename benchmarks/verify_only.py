"""The floor of `webhooks`: the API as it is, except that a delivery is only verified, never stored.

`python -m benchmarks.verify_only` is `python -m api` with one verb replaced, so that server, route,
body reading, counting and answer are the same code in the same place.
"""

from __future__ import annotations

import orjson

import channels
from api.__main__ import main
from channels import wire
from kernel.errors import Invalid, NotAllowed


async def verify_only(app: str, body: bytes, signature: str | None) -> None:
    """As `channels.accept`, up to the point where something would be kept."""
    secrets = await channels.app_secrets(app)
    if wire.verify(body, signature, secrets.app_secrets) is None:
        raise NotAllowed("The signature does not fit the body.", code="BAD_SIGNATURE")
    if not isinstance(orjson.loads(body), dict):
        raise Invalid("The body is no JSON object.", code="BROKEN_JSON")


if __name__ == "__main__":
    channels.accept = verify_only
    main()
