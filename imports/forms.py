"""How a file is written: its encoding and its delimiter, found by looking at its beginning."""

from __future__ import annotations

import codecs
import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from charset_normalizer import from_bytes

from kernel.errors import Invalid

_DELIMITERS = (",", ";", "\t", "|")
SAMPLE = 256 * 1024
_FEW_LINES = 50
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# What spreadsheets and shops of our customers' countries write; among all of the world's encodings
# a short text looks like many.
_LIKELY = "cp1252 cp1250 cp1251 gb18030 big5 shift_jis euc_kr cp1254 cp1253 cp1256 cp1255 koi8_r"


@dataclass(frozen=True, slots=True)
class Form:
    """An encoding, how many bytes of a mark stand before the text, what parts cells and lines."""

    encoding: str
    mark: int
    delimiter: str
    newline: str

    def text(self, data: Iterator[bytes], position: int) -> Iterator[bytes]:
        """The text as UTF-8 from a position in it, from the file's bytes after the mark."""
        if self.encoding == "utf-8":
            yield from data
            return
        decoder = codecs.getincrementaldecoder(self.encoding)(errors="replace")
        for piece in data:
            text = decoder.decode(piece).encode()
            yield text[position:]
            position = max(0, position - len(text))
        yield decoder.decode(b"", final=True).encode()[position:]


def recognise(sample: bytes, encoding: str | None = None, delimiter: str | None = None) -> Form:
    """The form of a file with this beginning; what is given is not guessed.

    Invalid where the bytes are no text.
    """
    mark, found = _marked(sample)
    encoding = encoding or found or _encoding(sample)
    try:
        text = codecs.getincrementaldecoder(encoding)(errors="replace").decode(sample[mark:])
    except LookupError:
        message = f"{encoding} is no encoding that is known; utf-8 would be one."
        raise Invalid(message, code="BAD_FORM", field=("encoding",)) from None
    if "\0" in text:
        message = "That is no text: send a CSV file, not a workbook or an archive."
        raise Invalid(message, code="BAD_FORM", field=("file",))
    newline = "\n" if "\n" in text or "\r" not in text else "\r"
    lines = [f"{line}\n" for line in text.split(newline, _FEW_LINES)[:_FEW_LINES]]
    return Form(codecs.lookup(encoding).name, mark, delimiter or _delimiter(lines), newline)


def _marked(sample: bytes) -> tuple[int, str | None]:
    for mark, encoding in _BOMS:
        if sample.startswith(mark):
            return len(mark), encoding
    return 0, None


def _encoding(sample: bytes) -> str:
    high, low = sample[1::2].count(0), sample[0::2].count(0)
    if high + low and not high * 10 > low > high / 10:
        # Plain letters and line ends of UTF-16 have an empty half, always the same one.
        return "utf-16-le" if high > low else "utf-16-be"
    try:
        # A letter may be cut in two at the end of the sample.
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        best = from_bytes(sample[: 64 * 1024], cp_isolation=_LIKELY.split()).best()
        return best.encoding if best else "cp1252"
    return "utf-8"


def _delimiter(lines: list[str]) -> str:
    """The one that parts most lines into equally many cells, and into most."""
    best, score = ",", (0, 0)
    for delimiter in _DELIMITERS:
        try:
            widths = Counter(len(cells) for cells in csv.reader(lines, delimiter=delimiter))
        except csv.Error:
            continue
        width, count = max(widths.items(), key=lambda one: (one[0] > 1, one[1]), default=(1, 0))
        if width > 1 and (count, width) > score:
            best, score = delimiter, (count, width)
    return best
