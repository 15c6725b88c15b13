"""A program whose every library and exception speaks of a person: what does its log tell?"""

from __future__ import annotations

import asyncio
import logging
import warnings

import structlog

from kernel import database, log, settings, tenancy

PHONE, NAME, MAIL = "447700900122", "أمينة", "amina@example.com"
WORDS = f"{PHONE} {NAME} {MAIL}"


async def _chatter() -> None:
    ours = structlog.get_logger("chatter")
    with tenancy.acting_for("a" * 32):
        ours.info("said", message="b" * 32, at=1, sealed=b"bytes", people={"set"})
    try:
        raise ValueError(WORDS)
    except ValueError as error:
        ours.error("failed", exc_info=error)
        ours.error("failed_too", exc_info=True)
        logging.getLogger("library").exception("cannot reach %s", WORDS)
        # Some libraries put the values into the text themselves.
        logging.getLogger("library").error(f"cannot reach {PHONE} of {MAIL}\n{WORDS}")
    for name in ("tortoise.db_client", "tortoise", "asyncpg", "aiosqlite", "arq", "strawberry"):
        logging.getLogger(name).info("%s", WORDS)
        logging.getLogger(name).debug(WORDS)
    await database.start(settings.load())
    try:
        await database.rows("SELECT $1::text AS words", WORDS)
    finally:
        await database.stop()

    async def forgotten() -> None:
        raise ValueError(WORDS)

    asyncio.get_running_loop().create_task(forgotten())
    await asyncio.sleep(0.01)
    asyncio.get_running_loop().call_soon(_fail)
    await asyncio.sleep(0.01)


def _fail() -> None:
    raise ValueError(WORDS)


def main() -> None:
    """Nothing of WORDS may stand on standard error."""
    log.start("debug", "chatter")
    warnings.warn(WORDS, stacklevel=1)
    asyncio.run(_chatter())
    raise ValueError(WORDS)


if __name__ == "__main__":
    main()
