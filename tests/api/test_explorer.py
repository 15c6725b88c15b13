"""The explorer: a page of our own, in development alone."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from tests.api.door import Door, open_door
from tests.conftest import House
from tests.servers import ROOT

_PAGE = (ROOT / "api" / "explorer.html").read_text()


@pytest.fixture
async def public(house: House) -> AsyncIterator[Door]:
    """A door as in production."""
    async with open_door(replace(house.settings, env="production")) as opened:
        yield opened


async def test_in_development_alone(door: Door) -> None:
    async with door.http.get(f"{door.root}/explorer") as answer:
        assert (answer.status, answer.content_type) == (200, "text/html")
        policy = answer.headers["content-security-policy"]
        page = await answer.text()
    [nonce] = set(re.findall(r'nonce="([^"]+)"', page))
    assert f"script-src 'nonce-{nonce}'" in policy
    assert policy.startswith("default-src 'none';")
    async with door.http.get(f"{door.root}/explorer") as answer:
        assert nonce not in await answer.text()


async def test_not_in_production(public: Door) -> None:
    for path in ("/explorer", "/graphql?query={__typename}"):
        async with public.http.get(public.root + path) as answer:
            assert answer.status == (404 if path == "/explorer" else 405)


def test_it_works_without_a_network() -> None:
    assert not re.search(r"https?:|//[a-z]|@import|url\(|<link|<img|\bsrc=|import\s", _PAGE)
    assert " style=" not in _PAGE
    assert not re.search(r'\son[a-z]+="', _PAGE)
