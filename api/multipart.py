"""The one file of a form (RFC 7578), taken out of the body as it comes.

Nothing is written to disk on the way, where it would lie in clear.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from kernel.errors import Invalid

_BOUNDARY = re.compile(r"""boundary=(?:"([^"]{1,70})"|([^\s;",]{1,70}))""", re.IGNORECASE)
_NAME = re.compile(rb';\s*name="?([^";]*)"?', re.IGNORECASE)
_TYPE = re.compile(rb"^content-type:[ \t]*([^\r\n]+)", re.IGNORECASE | re.MULTILINE)
_END_OF_HEADERS = b"\r\n\r\n"
# All that is not the file: other fields, headers, boundaries.
_MOST_AROUND = 16_384


class FilePart:
    """Takes a body in pieces; at its end `data` is the part named `file` and `mime` its type.

    `check` is told the type and how many bytes there are so far, and raises to end it.
    """

    def __init__(self, content_type: str, check: Callable[[str, int], None]) -> None:
        kind, found = content_type.partition(";")[0].strip().lower(), _BOUNDARY.search(content_type)
        if kind != "multipart/form-data" or found is None:
            raise _wrong()
        self._delimiter = b"\r\n--" + (found[1] or found[2]).encode("latin-1")
        # The first boundary has no line before it.
        self._waiting = bytearray(b"\r\n")
        self._check = check
        self._around = 0
        self._step: Callable[[], bool] = self._skip
        self._pieces: list[bytes] | None = None
        self._size = 0
        self.is_complete = False
        self.mime = ""

    def feed(self, piece: bytes) -> None:
        """The next piece of the body; Invalid where it is no form with one file."""
        self._waiting += piece
        while not self.is_complete and self._step():
            pass
        if self._around > _MOST_AROUND:
            raise _wrong()

    @property
    def data(self) -> bytes:
        """The file; Invalid where the body ended before it did."""
        if self._pieces is None or not self.is_complete:
            raise _wrong()
        return b"".join(self._pieces)

    def _skip(self) -> bool:
        """Over what is not the file, up to the next boundary."""
        before = self._up_to_boundary()
        self._around += len(before)
        return self._step != self._skip

    def _take(self) -> bool:
        """The file's bytes, up to the next boundary."""
        taken = self._up_to_boundary()
        assert self._pieces is not None  # noqa: S101 (made with the headers)
        self._size += len(taken)
        if taken:
            self._pieces.append(taken)
            self._check(self.mime, self._size)
        return self._step != self._take

    def _up_to_boundary(self) -> bytes:
        """What certainly stands before the next boundary; past it, headers are next."""
        end = self._waiting.find(self._delimiter)
        if end < 0:
            # A boundary may begin in the last bytes.
            end = max(0, len(self._waiting) - len(self._delimiter) + 1)
            past = end
        else:
            past = end + len(self._delimiter)
            self._step = self._read_headers
        taken = bytes(self._waiting[:end])
        del self._waiting[:past]
        return taken

    def _read_headers(self) -> bool:
        """What stands behind a boundary: the end of the form, or the headers of a part."""
        if len(self._waiting) < 2:
            return False
        if self._waiting.startswith(b"--"):
            self.is_complete = True
            return False
        end = self._waiting.find(_END_OF_HEADERS)
        if end < 0:
            if len(self._waiting) > _MOST_AROUND:
                raise _wrong()
            return False
        headers = bytes(self._waiting[:end])
        del self._waiting[: end + len(_END_OF_HEADERS)]
        self._around += len(headers)
        self._begin_part(headers)
        return True

    def _begin_part(self, headers: bytes) -> None:
        name, kind = _NAME.search(headers), _TYPE.search(headers)
        if name is None or name[1] != b"file":
            self._step = self._skip
            return
        if self._pieces is not None:
            raise _wrong()
        self._pieces = []
        self.mime = kind[1].decode("latin-1").strip() if kind else "application/octet-stream"
        self._step = self._take


def _wrong() -> Invalid:
    message = "Send multipart/form-data with one file, in a part named file."
    return Invalid(message, code="BAD_REQUEST", field=("file",))
