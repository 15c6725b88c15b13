"""What is somebody else's becomes a stand-in: colleagues, and people on cards that were shared."""

from __future__ import annotations

from typing import Any

STAND_IN = "(another person)"
# A message of cards, and where it holds them: as the platform writes it, and as a send keeps it.
_OF_CARDS = "contacts"
_CARDS = ("contacts", "cards")
# Whoever is asked for their own number answers with a card of themselves (contract 4.3).
_THEIR_OWN = "contact_request"


def mask_cards(row: dict[str, Any]) -> dict[str, Any]:
    """The row of an archive, with a stand-in for each card of somebody else."""
    if row.get("kind") != _OF_CARDS:
        return row
    masked = {name: _masked(value) for name, value in row.items()}
    # What can be read of a card is the name on it.
    if masked.get("body") and STAND_IN in str(masked.get("payload")):
        masked["body"] = STAND_IN
    return masked


def _masked(value: Any) -> Any:
    if isinstance(value, list):
        return [_masked(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        name: [_card(one) for one in inner]
        if name in _CARDS and isinstance(inner, list)
        else _masked(inner)
        for name, inner in value.items()
    }


def _card(card: Any) -> Any:
    is_their_own = isinstance(card, dict) and card.get("origin") == _THEIR_OWN
    return card if is_their_own else STAND_IN
