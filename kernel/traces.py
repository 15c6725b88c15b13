"""Finding what leads to somebody in texts that are not kept under their key, and taking it out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

_NOT_A_DIGIT = re.compile(r"[^0-9]")


@dataclass(frozen=True, slots=True)
class Traces:
    """Words (in small letters) and numbers (digits) that lead to somebody, however they stand."""

    words: frozenset[str]
    numbers: frozenset[str]

    def are_in(self, value: Any) -> bool:
        """Whether a JSON value tells one of them, anywhere."""
        if isinstance(value, dict):
            return any(map(self.are_in, value.values())) or any(map(self.are_in, value))
        if isinstance(value, list):
            return any(map(self.are_in, value))
        return self.are_in_text(str(value))

    def are_in_text(self, text: str) -> bool:
        """Whether a text tells one of them; digits count however they are grouped."""
        small = text.casefold()
        if any(word in small for word in self.words):
            return True
        digits = _NOT_A_DIGIT.sub("", text)
        return any(number in digits for number in self.numbers)

    def taken_out(self, value: Any) -> Any:
        """A JSON value without the items of lists that tell one; None where it tells one itself."""
        if isinstance(value, list):
            return [left for one in value if (left := self.taken_out(one)) is not None]
        if isinstance(value, dict):
            left = {name: self.taken_out(one) for name, one in value.items()}
            is_told = any(left[name] is None and one is not None for name, one in value.items())
            return None if is_told else left
        return None if value is not None and self.are_in_text(str(value)) else value
