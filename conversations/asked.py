"""What the gate is asked: a message that somebody wants to send, by what decides about it (F21)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from conversations.content import Content, TemplateMessage, needs_window
from kernel.ids import Id

# What a message is to its reader, by which its pace is set (F22); what serves them is free of it.
PaceKind = Literal["service", "promotion", "useful", "personal", "occasion"]

ASKS_CONSENT = "consent_request"


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a message is for, where that may be gone before it leaves: a `consent_request`."""

    kind: Literal["consent_request"]
    id: Id


@dataclass(frozen=True, slots=True)
class Asked:
    """A message for which the gate is asked; `id` is anything that names it in the batch.

    `is_new`: it stands in no queue yet, so it is better refused than to wait for somebody to act.
    `created_at` is when it was wished for, `due_at` when it is to go, both now unless told;
    `expires_at` is when it is of no use any more (microseconds). `words_token` is what the same
    words to the same person are known by, where saying them twice would be an accident.
    """

    id: Id
    contact_id: Id
    number_id: Id
    needs_window: bool
    template_name: str | None = None
    template_language: str | None = None
    is_new: bool = False
    occasion: str | None = None
    occasion_id: Id | None = None
    topic: str = ""
    origin: str = "system"
    origin_id: Id | None = None
    pace_kind: PaceKind = "service"
    created_at: int | None = None
    due_at: int | None = None
    expires_at: int | None = None
    words_token: bytes | None = None

    @classmethod
    def of(
        cls,
        row_id: Id,
        contact_id: Id,
        number_id: Id,
        content: Content,
        occasion: Occasion | None = None,
        *,
        topic: str,
        origin: str,
        origin_id: Id | None,
        pace_kind: PaceKind,
        expires_at: int | None,
        words_token: bytes | None = None,
    ) -> Asked:
        """The question for a content that somebody wants to send now."""
        template = content if isinstance(content, TemplateMessage) else None
        return cls(
            row_id,
            contact_id,
            number_id,
            needs_window(content),
            template.name if template else None,
            template.language if template else None,
            is_new=True,
            occasion=occasion.kind if occasion else None,
            occasion_id=occasion.id if occasion else None,
            topic=topic,
            origin=origin,
            origin_id=origin_id,
            pace_kind=pace_kind,
            expires_at=expires_at,
            words_token=words_token,
        )
