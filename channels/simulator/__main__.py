"""`python -m channels.simulator`: the simulator as a program, until SIGTERM or Ctrl-C.

`--town FILE` is a document as POST /control/town takes it. With `--tls FILE` it is reached at
https://: its certificate, new at every start, is written to this file, which RAPPORT_GRAPH_CA names
to whoever calls it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from pathlib import Path
from typing import Any

import structlog
import uvloop

from channels.simulator.running import running
from kernel import log
from kernel import settings as kernel_settings
from kernel.errors import Invalid, RapportError
from kernel.settings import Settings


async def run(settings: Settings, town: dict[str, Any], trusted: Path | None) -> None:
    """Serve this town on RAPPORT_HOST and RAPPORT_SIMULATOR_PORT until a signal comes.

    With `trusted` over TLS, whose certificate is written there.
    """
    asked_to_end = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, asked_to_end.set)
    async with running(
        host=settings.host, port=settings.simulator_port, trusted=trusted
    ) as simulator:
        simulator.settle(town)
        structlog.get_logger("simulator").info("simulator_ready", url=simulator.url)
        await asked_to_end.wait()


def main() -> int:
    """Exit status 0 after a signal, 1 when the port is taken, 2 for a wrong setting or town."""
    parser = argparse.ArgumentParser(prog="python -m channels.simulator")
    parser.add_argument(
        "--town", type=Path, metavar="FILE", help="settle this town; without the file it is empty"
    )
    parser.add_argument(
        "--tls", type=_writable, metavar="FILE", help="speak TLS; write there whom to trust"
    )
    given = parser.parse_args()
    town: Path | None = given.town
    settings = kernel_settings.load_or_exit()
    log.start(settings.log_level, "simulator")
    try:
        document = _read(town) if town else {}
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(run(settings, document, given.tls))
    except RapportError as error:
        place = f" ({'.'.join(error.field)})" if error.field else ""
        print(f"--town {town}: {error.message}{place}", file=sys.stderr)
        return 2
    except OSError as error:
        print(
            f"RAPPORT_SIMULATOR_PORT: cannot listen on {settings.host}:{settings.simulator_port} "
            f"({error.strerror})",
            file=sys.stderr,
        )
        return 1
    return 0


def _writable(text: str) -> Path:
    path = Path(text)
    try:
        path.touch()
    except OSError as error:
        raise argparse.ArgumentTypeError(f"cannot be written ({error.strerror})") from None
    return path


def _read(town: Path) -> dict[str, Any]:
    try:
        document = json.loads(town.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise Invalid(f"cannot be read ({type(error).__name__})") from None
    if not isinstance(document, dict):
        raise Invalid("The document has to be an object.")
    return document


if __name__ == "__main__":
    sys.exit(main())
