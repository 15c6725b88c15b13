"""Documents that come as their SHA-256 alone, and the list of those that a deployment trusts.

The hash comes as `documentId` (GraphQL over HTTP, persisted documents) or as Apollo's
`extensions.persistedQuery`. Trusted ones stand in a file, as Relay's compiler (hash → text, with
`"algorithm": "SHA256"`) or Apollo's manifest has them. Others, sent once with their text, are kept
for their tenant for a while (automatic persisted queries).
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import orjson

from api.graphql.execute import Request
from kernel import shelf, tenancy
from kernel.errors import BadSetting, Invalid, NotAllowed, NotFound
from kernel.settings import Settings
from tenants import Viewer

_SHELF = "documents"
_LONGEST_KEPT = 10_000


class PersistedDocuments:
    """The documents that need not be spelt out; `off`, `allow` or `only` says which may run."""

    def __init__(self, settings: Settings) -> None:
        self._only = settings.trusted_documents == "only"
        self._trusted: dict[str, str] = {}
        if settings.trusted_documents != "off":
            self._trusted = _read(settings.trusted_documents_file)

    async def text_of(self, request: Request, viewer: Viewer | None) -> str:
        """The text that a request means.

        NotAllowed UNTRUSTED_DOCUMENT, NotFound PERSISTED_QUERY_NOT_FOUND (send the text as well),
        Invalid where hash and text do not fit.
        """
        named, text = request.document_hash, request.query
        if text is not None and named is not None and named != _hash(text):
            raise Invalid(
                "The hash is not the SHA-256 of query.",
                code="PERSISTED_QUERY_HASH_MISMATCH",
                field=("documentId",),
            )
        if self._only:
            text = self._trusted.get(named or _hash(text or ""))
            if text is None:
                raise NotAllowed(
                    "Only documents that this deployment trusts are run here.",
                    code="UNTRUSTED_DOCUMENT",
                )
        elif text is None and named is not None:
            text = self._trusted.get(named) or await _kept(named, viewer)
        if text is None:
            # Apollo's clients know this by its very words.
            raise NotFound("PersistedQueryNotFound", code="PERSISTED_QUERY_NOT_FOUND")
        return text

    async def keep(self, request: Request, viewer: Viewer) -> None:
        """Keep the text of a valid document for its tenant, where the client asks for that."""
        text, named = request.query, request.document_hash
        if text is None or named is None or not request.is_to_be_kept or self._only:
            return
        if len(text) <= _LONGEST_KEPT and named not in self._trusted:
            with tenancy.acting_for(viewer.tenant_id):
                await shelf.keep(_SHELF, named, text)


async def _kept(named: str, viewer: Viewer | None) -> str | None:
    if viewer is None:
        return None
    with tenancy.acting_for(viewer.tenant_id):
        return await shelf.find(_SHELF, named)


def _read(path: Path) -> dict[str, str]:
    try:
        documents = _listed(orjson.loads(path.read_bytes()))
    except OSError as error:
        raise _wrong(f"cannot be read: {error.strerror}") from None
    except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError):
        raise _wrong("is neither hash → text nor Apollo's manifest, in JSON") from None
    for named, text in documents.items():
        if named != _hash(text):
            raise _wrong(f"{named[:12]}… is not the SHA-256 of its document")
    return documents


def _listed(told: Any) -> dict[str, str]:
    if "operations" in told:
        return {one["id"]: one["body"] for one in told["operations"]}
    return dict(told.items())


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _wrong(message: str) -> BadSetting:
    return BadSetting("RAPPORT_TRUSTED_DOCUMENTS_FILE", message)
