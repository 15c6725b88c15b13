"""The demo's customers: two hundred and forty who talk with the houses on the founding day, and
those of the history before it.

`talks/*.json` hold, for each language, names, places and short talks that begin with the customer
and go to and fro. In a line, `{city}`, `{qty}` and `{order}` differ from customer to customer.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from scripts.demo.houses import HOUSES, House

Json = dict[str, Any]

_FOLDER = Path(__file__).parent / "talks"
# Every so many customers one has a username, hides the phone, tells nobody that they read.
_WITH_USERNAME, _HIDING, _SILENT = 5, 6, 15
_FIRST_PHONE = 30
_QUANTITIES = (60, 120, 240, 360, 480)
_READ_AFTER = (0.2, 0.4, 0.6, 0.8)  # seconds
# The platform tells times in whole seconds: sooner, and an answer could come to stand before what
# it answers.
_ANSWER_AFTER = 1.0
_CLOSE_AFTER = 3.0


@dataclass(frozen=True)
class Customer:
    """Somebody who writes to one of the houses; `hidden` keeps the phone from it.

    Every other line of `talk`, from the first on, is theirs; the lines between are the house's.
    """

    id: str
    house: House
    name: str
    phone: str | None
    user_id: str
    username: str | None
    country: str
    language: str
    hidden: bool = False
    receipts: bool = True
    talk: tuple[str, ...] = ()

    def in_town(self) -> Json:
        """The person as the simulator settles them, with all that they do by themselves."""
        return {
            "id": self.id,
            "name": self.name,
            "phone": self.phone,
            "user_id": self.user_id,
            "username": self.username,
            "country": self.country,
            "language": self.language,
            "hidden": self.hidden,
            "behaviour": {
                "read_after": _READ_AFTER[_number(self.id) % len(_READ_AFTER)],
                "receipts": self.receipts,
                "replies": [*self._answers(), *self._closing_words()],
            },
        }

    def _answers(self) -> Iterator[Json]:
        """What they say next, whenever the house has said its line of the talk."""
        for said, answer in zip(self.talk[1::2], self.talk[2::2], strict=False):
            yield {"when": _exactly(said), "text": answer, "after": _ANSWER_AFTER}

    def _closing_words(self) -> Iterator[Json]:
        """What they answer to whatever else they are told, one after the other."""
        lines = "|".join(_exactly(line) for line in self.talk[1::2])
        anything_else = f"^(?!{lines})" if lines else ""
        for words in _page(self.language)["closers"]:
            yield {"when": anything_else, "text": words, "after": _CLOSE_AFTER}


@cache
def talkers() -> tuple[Customer, ...]:
    """The customers who talk with the houses when the demo is founded; always the same."""
    languages = sorted(path.stem for path in _FOLDER.glob("*.json"))
    return tuple(one for language in languages for one in _talkers_of(language))


def _talkers_of(language: str) -> Iterator[Customer]:
    page, rounds = _page(language), len(_page(language)["places"])
    handles = iter(page["handles"])
    for at, name in enumerate(page["names"]):
        house = HOUSES[at % len(HOUSES)]
        place = page["places"][at % rounds]
        talks = page["talks"][house.key]
        key = f"{language}-{at + 1:02}"
        city = place["cities"][at // rounds % len(place["cities"])]
        filling = {
            "city": city,
            "qty": _QUANTITIES[_number(key) % len(_QUANTITIES)],
            "order": 20_000 + _number(key) % 9_000,
        }
        yield Customer(
            id=key,
            house=house,
            name=name,
            phone=_phone(place["phone"], at),
            user_id=f"{place['country']}.{_number(f'user {key}'):020}",
            username=next(handles) if at % _WITH_USERNAME == _WITH_USERNAME - 2 else None,
            country=place["country"],
            language=language,
            hidden=at % _HIDING == _HIDING - 1,
            receipts=at % _SILENT != _SILENT - 4,
            talk=tuple(line.format(**filling) for line in talks[at // len(HOUSES) % len(talks)]),
        )


def _phone(pattern: str, at: int) -> str:
    places = pattern.count("#")
    return pattern.replace("#" * places, f"{_FIRST_PHONE + at:0{places}}")


def _exactly(line: str) -> str:
    return f"^{re.escape(line)}$"


def _number(of: str) -> int:
    return int.from_bytes(hashlib.sha256(of.encode()).digest()[:8])


@cache
def _page(language: str) -> Json:
    page: Json = json.loads((_FOLDER / f"{language}.json").read_text())
    return page
