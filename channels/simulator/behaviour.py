"""What people do by themselves: read, play, answer."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from kernel.errors import Invalid


@dataclass(slots=True)
class Reply:
    """An answer: when a text of the business matches `when` ("" always), after so many seconds.

    `tap` presses the button or row of that position instead of writing. `times` bounds it.
    """

    text: str = ""
    when: str = ""
    after: float = 2.0
    tap: int | None = None
    times: int = 1

    def fits(self, text: str) -> bool:
        """Whether this answer is still to be given, and to this text."""
        return self.times != 0 and bool(re.search(self.when, text, re.IGNORECASE))


@dataclass(slots=True)
class Behaviour:
    """`read_after` None leaves it to the settings; `receipts` False never tells that they read.

    `open_chat` skips `delivered`, as the platform does for a chat that is open (contract 4.5).
    """

    delivered_after: float | None = None
    read_after: float | None = None
    play_after: float | None = None
    receipts: bool = True
    open_chat: bool = False
    replies: list[Reply] = field(default_factory=list)


def check_patterns(behaviour: Any) -> None:
    """Invalid when a reply of this JSON has a pattern that cannot be read."""
    replies = behaviour.get("replies") if isinstance(behaviour, dict) else None
    for reply in replies if isinstance(replies, list) else ():
        try:
            re.compile(str(reply.get("when", "")) if isinstance(reply, dict) else "")
        except re.error:
            raise Invalid("'when' is no pattern.", field=("behaviour", "replies")) from None
