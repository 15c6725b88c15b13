"""Templates and files that the platform keeps."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

from channels.simulator.shapes import ONLY_HERE, Json
from kernel.clock import DAY

UPLOADED_FOR = 30 * DAY
RECEIVED_FOR = 7 * DAY
_FIRST_ID = 1_689_556_900_000_000


@dataclass(slots=True)
class Template:
    """A template in one language. `pacing` holds its sends back for a look at their quality."""

    waba_id: str
    name: str
    language: str
    id: str = ""
    category: str = "UTILITY"
    status: str = "APPROVED"
    parameter_format: str = "POSITIONAL"
    components: list[Any] = field(default_factory=list)
    quality: str = "UNKNOWN"
    rejected_reason: str = "NONE"
    message_send_ttl_seconds: int | None = None
    correct_category: str | None = None
    pacing: bool = False
    pauses: int = field(default_factory=int, metadata=ONLY_HERE)
    edits: list[int] = field(default_factory=list, metadata=ONLY_HERE)
    review: int = field(default_factory=int, metadata=ONLY_HERE)
    held: list[str] = field(default_factory=list, metadata=ONLY_HERE)


@dataclass(slots=True)
class Media:
    """A file; `received` when a person sent it, which makes it live 7 days instead of 30."""

    id: str
    number_id: str
    mime_type: str
    data: bytes = field(repr=False)
    at: int
    received: bool = False
    filename: str = ""

    @property
    def expires_at(self) -> int:
        """When it is gone (contract 7.1)."""
        return self.at + (RECEIVED_FOR if self.received else UPLOADED_FOR)


class TemplateStore:
    """Every template of every account."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Have none."""
        self.by_id: dict[str, Template] = {}
        self._named: dict[tuple[str, str, str], Template] = {}
        self.names_blocked_until: dict[tuple[str, str], int] = {}
        self._numbers = itertools.count(_FIRST_ID)

    def add(self, template: Template) -> Template:
        """Keep a template, under a fresh id unless it brings one; the older of that name goes."""
        older = self.find(template.waba_id, template.name, template.language)
        if older:
            self.remove(older)
            template.id = template.id or older.id
        template.id = template.id or str(next(self._numbers))
        self.by_id[template.id] = template
        self._named[template.waba_id, template.name, template.language] = template
        return template

    def remove(self, template: Template) -> None:
        """Keep it no longer."""
        del self.by_id[template.id]
        del self._named[template.waba_id, template.name, template.language]

    def find(self, waba_id: str, name: str, language: str) -> Template | None:
        """The one template of a name and language."""
        return self._named.get((waba_id, name, language))

    def of(self, waba_id: str) -> list[Template]:
        """The templates of an account, oldest first."""
        return [one for one in self.by_id.values() if one.waba_id == waba_id]


class MediaStore:
    """Every file, and the uploads of template examples that are not finished."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Have none."""
        self.by_id: dict[str, Media] = {}
        self.uploads: dict[str, Json] = {}
        self._numbers = itertools.count(_FIRST_ID + 500_000)

    def add(
        self,
        number_id: str,
        mime_type: str,
        data: bytes,
        at: int,
        *,
        received: bool = False,
        filename: str = "",
    ) -> Media:
        """Keep a file under a fresh id."""
        media = Media(str(next(self._numbers)), number_id, mime_type, data, at, received, filename)
        self.by_id[media.id] = media
        return media
