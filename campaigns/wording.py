"""What a campaign says: a template and its values, some of them each reader's own (F26)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import conversations
from conversations import Personal
from conversations.content import Parameter, TemplateMessage
from kernel import keys
from kernel.errors import Invalid
from kernel.ids import Id

_PLACE = "campaign.content"


@dataclass(frozen=True, slots=True)
class Value:
    """What stands at a place (`header`, `body.0`, `buttons.1`); with `field` where that is not
    known of a reader."""

    place: str
    name: str | None
    text: str
    field: str | None


@dataclass(frozen=True, slots=True)
class Wording:
    """A template with its values; of the personal ones what is said where nothing is known."""

    template: TemplateMessage
    personal: tuple[Personal, ...] = ()

    def check(self) -> None:
        """Invalid, naming the field, where the platform would not take it."""
        for one in self.personal:
            if not one.fallback:
                message = "What is said to those of whom this is not known."
                raise Invalid(
                    message,
                    code="MISSING",
                    field=("template", *place_of(one).split("."), "fallback"),
                )
        try:
            conversations.check_personal(self.template, self.personal)
        except Invalid as error:
            field = ("template", *error.field[1:])
            raise Invalid(error.message, code=error.code, field=field) from None

    def values(self) -> Iterator[Value]:
        """Its values, those of the header first."""
        fields = {place_of(one): one.field for one in self.personal}
        header = self.template.header
        if isinstance(header, Parameter):
            yield Value("header", header.name, header.text, fields.get("header"))
        for at, one in enumerate(self.template.body):
            yield Value(f"body.{at}", one.name, one.text, fields.get(f"body.{at}"))
        for at, button in enumerate(self.template.buttons):
            yield Value(f"buttons.{at}", None, button.value, fields.get(f"buttons.{at}"))


def seal(wording: Wording, campaign_id: Id) -> bytes:
    """A wording as its campaign keeps it: its values may name somebody."""
    kept = conversations.keep_personal(wording.template, wording.personal)
    return keys.house().seal(_PLACE, campaign_id, kept)


def open_sealed(sealed: bytes, campaign_id: Id) -> Wording:
    """The wording of a campaign."""
    kept = keys.house().open(_PLACE, campaign_id, sealed)
    return Wording(*conversations.read_personal(kept))


def place_of(one: Personal) -> str:
    """Where a value stands: `header`, `body.0`, `buttons.1`."""
    return "header" if one.part == "header" else f"{one.part}.{one.index}"
