"""`python -m workers`: one worker process. It ends when Redis goes away; whoever started it starts
it again."""

from __future__ import annotations

import asyncio
import os
import sys

import structlog
import uvloop
from prometheus_client import start_http_server
from redis.exceptions import RedisError

from kernel import loading, log, settings

# Where API and workers share a machine, whoever waits for an answer goes first.
_NICE = 5


def main() -> int:
    """Exit status 0 after a signal, 1 when Redis went away, 2 for a wrong setting."""
    loading.begin()
    os.nice(_NICE)
    page = settings.load_or_exit()
    log.start(page.log_level, "worker")
    if page.worker_metrics_port:
        start_http_server(page.worker_metrics_port, page.host)
    from workers.running import run  # after the settings: a refusal shall not wait for the rooms

    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(run(page))
    except (RedisError, OSError) as error:
        structlog.get_logger("worker").error("redis_went_away", error=type(error).__name__)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
