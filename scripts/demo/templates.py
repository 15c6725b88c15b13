"""The houses' approved templates: as the platform keeps them, and as it tells of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.demo.houses import HOUSES, House

Json = dict[str, Any]

_FILE = Path(__file__).with_suffix(".json")
_SMALLEST_ID = 1_000_000_000_000_000


@dataclass(frozen=True)
class Template:
    """A template in one language."""

    house: House
    name: str
    category: str
    language: str
    text: Json
    example: Json

    @property
    def id(self) -> int:
        """The platform's id, the same each time."""
        key = f"{self.house.waba_id} {self.name} {self.language}"
        return _SMALLEST_ID + int.from_bytes(hashlib.sha256(key.encode()).digest()[:6])

    @property
    def url(self) -> str:
        """Where its button leads."""
        return f"https://{self.house.key}.example/"

    def in_town(self) -> Json:
        """The template as the simulator keeps it."""
        examples = [{"param_name": name, "example": text} for name, text in self.example.items()]
        button = {"type": "URL", "text": self.text["url"], "url": self.url}
        return {
            "waba_id": self.house.waba_id,
            "id": str(self.id),
            "name": self.name,
            "language": self.language,
            "category": self.category,
            "parameter_format": "NAMED",
            "components": [
                {
                    "type": "BODY",
                    "text": self.text["body"],
                    "example": {"body_text_named_params": examples},
                },
                {"type": "FOOTER", "text": self.text["footer"]},
                {"type": "BUTTONS", "buttons": [button]},
            ],
        }

    def changes(self) -> list[Json]:
        """What the platform tells of it: that it is approved, and how it reads (contract 4b)."""
        keys = {
            "message_template_id": self.id,
            "message_template_name": self.name,
            "message_template_language": self.language,
        }
        verdict = {"event": "APPROVED", **keys, "reason": "NONE"}
        button = {
            "message_template_button_type": "URL",
            "message_template_button_text": self.text["url"],
            "message_template_button_url": self.url,
        }
        reads = {
            **keys,
            "message_template_element": self.text["body"],
            "message_template_footer": self.text["footer"],
            "message_template_buttons": [button],
        }
        return [
            {
                "field": "message_template_status_update",
                "value": {**verdict, "message_template_category": self.category},
            },
            {"field": "message_template_components_update", "value": reads},
        ]


def templates() -> Iterator[Template]:
    """Every template of both houses."""
    pages = json.loads(_FILE.read_text())
    for house in HOUSES:
        for page in pages[house.key]:
            for language, text in page["texts"].items():
                yield Template(
                    house, page["name"], page["category"], language, text, page["example"]
                )


def template_bodies(at: int) -> list[Json]:
    """A webhook body for each house that tells of all its templates, as of `at` (epoch seconds)."""
    return [
        {
            "object": "whatsapp_business_account",
            "entry": [
                {
                    "id": house.waba_id,
                    "time": at,
                    "changes": [
                        change
                        for template in templates()
                        if template.house == house
                        for change in template.changes()
                    ],
                }
            ],
        }
        for house in HOUSES
    ]
