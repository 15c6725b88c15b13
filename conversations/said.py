"""What a send says, as the ledger keeps it: the content, and the message that it is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson

from conversations.content import (
    Content,
    Reaction,
    TemplateMessage,
    as_json,
    as_wire,
    from_json,
)
from kernel.ids import Id
from kernel.seal import Sealer

_PLACE = "send.content"


@dataclass(frozen=True, slots=True)
class Said:
    """A content, with the platform's id of the message that it answers or reacts to."""

    content: Content
    about: str | None

    def seal(self, sealer: Sealer, send_id: Id) -> bytes:
        """It, sealed for its row."""
        kept = {"content": orjson.loads(as_json(self.content)), "about": self.about}
        return sealer.seal(_PLACE, send_id, orjson.dumps(kept))

    @classmethod
    def open(cls, sealer: Sealer, send_id: Id, sealed: bytes) -> Said:
        """What `seal` made; Unopenable, or Invalid (BAD_CONTENT), for anything else."""
        kept = orjson.loads(sealer.open(_PLACE, send_id, sealed))
        return cls(from_json(orjson.dumps(kept["content"])), kept["about"])

    def is_like(self, other: Said) -> bool:
        """Whether the two say the same; how a template reads may have changed meanwhile."""
        return self.about == other.about and _bare(self.content) == _bare(other.content)

    def as_wire(self, uploads: Mapping[Id, str]) -> dict[str, Any]:
        """Its part of the body for the platform (contract 2.1, 2.3)."""
        if isinstance(self.content, Reaction):
            return as_wire(self.content, reaction_to=self.about)
        body = as_wire(self.content, uploads=uploads)
        return body | {"context": {"message_id": self.about}} if self.about else body


def _bare(content: Content) -> Content:
    return replace(content, filled=None) if isinstance(content, TemplateMessage) else content
