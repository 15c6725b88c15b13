"""`python -m api`: one process of the API, until SIGTERM or Ctrl-C."""

from __future__ import annotations

import signal
import sys
import warnings

import uvicorn

from kernel import loading, log
from kernel import settings as kernel_settings
from kernel.errors import BadSetting

# Seconds that open requests have to end in: a client that stops in the middle of one must not keep
# the process until its supervisor loses patience (10 s in most places).
_GRACE = 5
_IDLE = 75  # seconds that an unused connection stays open
_LARGEST_MESSAGE = 1_048_576


def main() -> None:
    """Serve; exit status 0 after a signal, 2 with one line for a wrong setting."""
    loading.begin()
    settings = kernel_settings.load_or_exit()
    # Once all has ended uvicorn raises the signal again, which by default is death by SIGTERM.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    log.start(settings.log_level, "api")
    # Where a field's error ends those beside it, graphql-core drops what it has not begun.
    warnings.filterwarnings("ignore", "coroutine '.*' was never awaited", RuntimeWarning)
    from api.app import App  # after the settings: a refusal shall not wait for the schema

    try:
        app = App(settings)
    except BadSetting as error:
        print(error.message, file=sys.stderr)
        raise SystemExit(2) from None
    loading.end()
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        ws_max_size=_LARGEST_MESSAGE,
        ws_per_message_deflate=False,
        # Our own log has no addresses of persons in it; uvicorn's access log would.
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        backlog=4096,
        # Longer than the idle minute of common balancers: whoever reuses a connection must not meet
        # one that we are just closing, for a POST is not tried again.
        timeout_keep_alive=_IDLE,
        timeout_graceful_shutdown=_GRACE,
    )


if __name__ == "__main__":
    main()
