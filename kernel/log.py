"""Structured logs: one JSON line an event, with nothing of a person in it.

Values are codes, counts and ids. Exceptions are told by their type and place, never by their text,
which may quote a row, a URL or a message.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any, TextIO

import orjson
import structlog

from kernel import tenancy

Entry = MutableMapping[str, Any]

# Numbers, addresses and quoted things: what a value looks like in the middle of a template.
_VALUE = re.compile(r"\S*@\S*|\+?\d{5,}|'[^']*'|\"[^\"]*\"")


def start(level: str = "info", program: str = "rapport", stream: TextIO | None = None) -> None:
    """Log to standard error, or to a stream, as JSON; libraries that print values are kept down."""
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _with_tenant,
            _without_texts,
            lambda _logger, _name, entry: orjson.dumps(
                {"program": program, **entry}, default=lambda value: type(value).__name__
            ).decode(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(stream or sys.stderr),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers[:] = [_Passing()]
    root.setLevel(number)
    # These print statements with their values, or job arguments, at DEBUG and INFO.
    for chatty in ("tortoise", "tortoise.db_client", "asyncpg", "aiosqlite", "arq", "strawberry"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    logging.captureWarnings(True)
    sys.excepthook = _crashed


def _crashed(kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    structlog.get_logger("program").critical("crashed", exc_info=error)


class _Passing(logging.Handler):
    """Standard-library records: their template and place, not their arguments."""

    def emit(self, record: logging.LogRecord) -> None:
        # Some put values into the template: asyncio below the first line, others anywhere.
        template = _VALUE.sub("…", str(record.msg).partition("\n")[0][:80])
        if record.name == "py.warnings":
            template = ": ".join(template.split(": ")[:2])  # its place and kind
        structlog.get_logger(record.name).log(
            record.levelno, "library", template=template, exc_info=record.exc_info
        )


def _with_tenant(_logger: Any, _name: str, entry: Entry) -> Entry:
    tenant_id = tenancy.current_or_none()
    if tenant_id:
        entry.setdefault("tenant", tenant_id)
    return entry


def _without_texts(_logger: Any, _name: str, entry: Entry) -> Entry:
    info = entry.pop("exc_info", None)
    error = info[1] if isinstance(info, tuple) else sys.exc_info()[1] if info is True else info
    if isinstance(error, BaseException):
        entry["error"] = type(error).__name__
        frames = traceback.extract_tb(error.__traceback__)[-4:]
        entry["at"] = [
            f"{'/'.join(frame.filename.split('/')[-2:])}:{frame.lineno}" for frame in frames
        ]
    return entry
