"""The simulator over TLS: only whoever trusts its certificate talks with it."""

from __future__ import annotations

import ssl
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

import channels
from channels.simulator import Simulator, running
from kernel import settings
from tests.servers import ROOT
from tests.simulator.ground import LEA_PHONE, NUMBER, TOKEN, Business, document, message


@asynccontextmanager
async def safe_town(trusted: Path) -> AsyncIterator[Simulator]:
    """The small town behind TLS."""
    async with running(trusted=trusted) as sim:
        sim.settle(document(""))
        yield sim


async def test_its_certificate_has_to_be_trusted(tmp_path: Path) -> None:
    trusted = tmp_path / "simulator.pem"
    async with safe_town(trusted) as sim:
        async with aiohttp.ClientSession() as stranger:
            with pytest.raises(aiohttp.ClientConnectorCertificateError):
                await Business(stranger, sim).send()
        knowing = aiohttp.TCPConnector(ssl=ssl.create_default_context(cafile=trusted))
        async with aiohttp.ClientSession(connector=knowing) as session:
            await Business(session, sim).send()
        assert (sim.url[:18], len(sim.accepted())) == ("https://127.0.0.1:", 1)
    assert "PRIVATE KEY" not in trusted.read_text()


async def test_the_wire_trusts_the_file_of_the_settings(tmp_path: Path) -> None:
    trusted = tmp_path / "simulator.pem"
    async with safe_town(trusted) as sim:
        environ = {
            "RAPPORT_DATA": str(tmp_path / "var"),
            "RAPPORT_GRAPH_URL": sim.url,
            "RAPPORT_GRAPH_HOSTS": "127.0.0.1",
        }
        fates = []
        for named in ({}, {"RAPPORT_GRAPH_CA": str(trusted)}):
            await channels.start(settings.load(environ | named))
            try:
                verdict = await channels.post_message(NUMBER, TOKEN, message(LEA_PHONE), 1)
            finally:
                await channels.stop()
            fates.append((verdict.fate, verdict.reason))
        # The token has not left: it may go again.
        assert fates == [("again", "UNREACHABLE"), ("accepted", "ACCEPTED")]


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "channels.simulator", "--tls", str(tmp_path / "no" / "file")]
    refused = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert "--tls: cannot be written (No such file or directory)" in refused.stderr
