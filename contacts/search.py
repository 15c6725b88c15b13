"""Keyed search tokens of contacts: the search box works although names and numbers are sealed.

Stored are prefixes of 2 to 8 letters of each word, pairs of letters of scripts without spaces, and
the last 4 to 8 digits of numbers, each as a keyed hash (F50).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from kernel import database, keys, tenancy
from kernel.database import Batch
from kernel.ids import Id
from kernel.seal import Indexer
from kernel.words import UNSPACED, words

_SHORTEST, _LONGEST = 2, 8
_FEWEST_DIGITS, _MOST_DIGITS = 4, 8
_MOST_TOKENS = 64
_KIND = "contact.search"


def search_tokens(text: str) -> list[list[bytes]]:
    """What a contact must have to be found by this search text; [] finds nobody.

    Of each piece any of its tokens, one for each version of the index key.
    """
    digits = _digits(text)
    if digits:
        wanted = [f"#{digits[-_MOST_DIGITS:]}"] if len(digits) >= _FEWEST_DIGITS else []
    else:
        wanted = [piece for word in words(text) for piece in _pieces_asked(word)]
    return [
        [index.token(_KIND, piece) for index in keys.finders()] for piece in dict.fromkeys(wanted)
    ]


def pieces_of_name(name: str) -> set[str]:
    """What is stored so that this name is found."""
    pieces: set[str] = set()
    for word in words(name):
        longest = min(len(word), _LONGEST)
        pieces |= {word[:length] for length in range(min(_SHORTEST, longest), longest + 1)}
        if UNSPACED.search(word):
            pieces |= {word[at : at + 2] for at in range(len(word) - 1)}
    return set(sorted(pieces)[:_MOST_TOKENS])


def pieces_of_phone(digits: str) -> set[str]:
    """What is stored so that this number is found by its end."""
    longest = min(len(digits), _MOST_DIGITS)
    return {f"#{digits[-length:]}" for length in range(_FEWEST_DIGITS, longest + 1)}


async def remember(pieces: Iterable[tuple[Id, str]], index: Indexer) -> None:
    """Store the pieces of contacts of the current tenant, once each."""
    tenant_id = tenancy.current()
    await database.insert(
        "contact_search",
        [
            {
                "tenant_id": tenant_id,
                "token": index.token(_KIND, piece),
                "contact_id": contact_id,
            }
            for contact_id, piece in sorted(set(pieces))
        ],
        conflict="ON CONFLICT DO NOTHING",
    )


async def forget(pieces: Iterable[tuple[Id, str]]) -> None:
    """Find contacts of the current tenant by these pieces no more."""
    await database.run(
        """DELETE FROM contact_search WHERE tenant_id = $1::uuid
              AND (contact_id, token) IN (SELECT b.contact_id, b.token FROM ({batch}) AS b)""",
        tenancy.current(),
        batch=Batch(
            {"contact_id": "uuid", "token": "bytea"},
            [
                [one, index.token(_KIND, piece)]
                for one, piece in sorted(set(pieces))
                for index in keys.finders()
            ],
        ),
    )


def _digits(text: str) -> str:
    """A number in ASCII digits, in whichever it was typed; "" for a text that is none."""
    kept = re.sub(r"[\s()+.\-/]", "", text)
    return "".join(str(int(digit)) for digit in kept) if kept.isdecimal() else ""


def _pieces_asked(word: str) -> list[str]:
    if UNSPACED.search(word) and len(word) > 1:
        return [word[at : at + 2] for at in range(len(word) - 1)]
    return [word[:_LONGEST]]
