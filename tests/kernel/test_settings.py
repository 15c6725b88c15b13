"""Settings: what is wrong or unsafe is refused with one clear line, before anything starts."""

from __future__ import annotations

import base64
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

import pytest

from kernel import settings
from kernel.errors import BadSetting
from tests.servers import ROOT

KEY = base64.b64encode(bytes(range(7, 39))).decode()
PHRASE = base64.b64encode(b"a pass phrase of 32 characters!!").decode()
PRODUCTION = {
    "RAPPORT_ENV": "production",
    "RAPPORT_MASTER_KEY": KEY,
    "RAPPORT_PUBLIC_URL": "https://shop.example",
    "RAPPORT_METRICS_TOKEN": "a-token-of-the-tests",
    "RAPPORT_DATABASE_URL": "postgresql://rapport:hush-hush@db/rapport",
    "RAPPORT_KEYS_DATABASE_URL": "postgresql://rapport:hush-hush@keys/rapport",
    "RAPPORT_REDIS_URL": "redis://redis",
}
# Each alone, in development: the setting, a value, and what the line says.
WRONG = [
    ("RAPPORT_PROT", "8000", "there is no such setting; did you mean RAPPORT_PORT?"),
    ("RAPPORT_COLOUR", "red", "there is no such setting"),
    ("RAPPORT_ENV", "staging", "must be one of development, production"),
    ("RAPPORT_PORT", "0", "whole number from 1 to 65535"),
    ("RAPPORT_PORT", "80a", "whole number"),
    ("RAPPORT_PORT", "8001", "is the port of the API"),
    ("RAPPORT_HOST", "http://x", "must be a host name"),
    ("RAPPORT_DATABASE_URL", "mysql://db/x", "must begin with sqlite:// or postgresql://"),
    ("RAPPORT_DATABASE_URL", "sqlite:///", "must name a file"),
    ("RAPPORT_DATABASE_URL", "postgresql://db", "must end with the name of the database"),
    ("RAPPORT_DATABASE_URL", "postgresql://db:x/y", "is not a URL"),
    ("RAPPORT_KEYS_DATABASE_URL", "{main}", "must not be the main database"),
    ("RAPPORT_REDIS_URL", "http://redis", "must begin with redis://"),
    ("RAPPORT_REDIS_URL", "unix://", "must name a socket"),
    ("RAPPORT_DATABASE_POOL", "0", "whole number from 1 to 200"),
    ("RAPPORT_PGBOUNCER", "maybe", "must be 1 or 0"),
    ("RAPPORT_MASTER_KEY", "short", "must be base64"),
    ("RAPPORT_MASTER_KEY", base64.b64encode(b"x" * 31).decode(), "exactly 32 random bytes"),
    ("RAPPORT_MASTER_KEY", base64.b64encode(bytes(32)).decode(), "is a known default"),
    ("RAPPORT_MASTER_KEY", base64.b64encode(bytes(range(32))).decode(), "is a known default"),
    (
        "RAPPORT_MASTER_KEY",
        base64.b64encode(b"a pass phrase of 32 characters!!").decode(),
        "phrase",
    ),
    ("RAPPORT_GRAPH_URL", "https://evil.example", "its host must stand in RAPPORT_GRAPH_HOSTS"),
    ("RAPPORT_GRAPH_URL", "http://graph.facebook.com", "must be https: it carries access tokens"),
    ("RAPPORT_GRAPH_VERSION", "26", "must look like v26.0"),
    ("RAPPORT_GRAPH_CA", "/nowhere/ca.pem", "must be a file of certificates"),
    ("RAPPORT_GRAPH_CA", __file__, "must be a file of certificates"),
    ("RAPPORT_METRICS_TOKEN", "short", "at least 16 characters"),
    ("RAPPORT_ALLOWED_ORIGINS", "shop.example", "must be origins such as"),
    ("RAPPORT_LOG_LEVEL", "loud", "must be one of"),
    ("RAPPORT_DATA", "/proc/nowhere", "cannot be made"),
]
# Each on top of a right production.
UNSAFE = [
    ("RAPPORT_MASTER_KEY", "", "RAPPORT_MASTER_KEY: production needs 32 random bytes"),
    ("RAPPORT_KEYS_DATABASE_URL", "", "RAPPORT_KEYS_DATABASE_URL: production needs it"),
    ("RAPPORT_PUBLIC_URL", "http://shop.example", "RAPPORT_PUBLIC_URL: must be given as https"),
    ("RAPPORT_METRICS_TOKEN", "", "RAPPORT_METRICS_TOKEN: production needs it"),
    ("RAPPORT_ALLOWED_ORIGINS", "*", "RAPPORT_ALLOWED_ORIGINS: must name the origins"),
    ("RAPPORT_LOG_LEVEL", "debug", "RAPPORT_LOG_LEVEL: debug tells too much"),
    ("RAPPORT_GRAPH_URL", "http://localhost:8001", "RAPPORT_GRAPH_URL: "),
]


@pytest.fixture
def place(tmp_path: Path) -> dict[str, str]:
    return {"RAPPORT_DATA": str(tmp_path / "var")}


def _refusal(environ: Mapping[str, str]) -> str:
    with pytest.raises(BadSetting) as caught:
        settings.load(environ)
    return caught.value.message


@pytest.mark.parametrize(("name", "value", "message"), WRONG)
def test_a_wrong_value_is_refused(
    place: dict[str, str], name: str, value: str, message: str
) -> None:
    main = f"sqlite://{place['RAPPORT_DATA']}/rapport.sqlite3"
    said = _refusal({**place, name: value.replace("{main}", main)})
    assert message in said
    assert said.startswith("RAPPORT_")
    assert "\n" not in said
    if name == "RAPPORT_MASTER_KEY":
        assert value not in said, "the line repeats a secret"


@pytest.mark.parametrize(("name", "value", "message"), UNSAFE)
def test_production_refuses_what_is_unsafe(
    place: dict[str, str], name: str, value: str, message: str
) -> None:
    assert settings.load({**place, **PRODUCTION}).is_production
    assert message in _refusal({**place, **PRODUCTION, name: value})


def test_nothing_given_is_enough_to_develop(place: dict[str, str]) -> None:
    page = settings.load(place)
    data = Path(place["RAPPORT_DATA"])
    assert page.database_url == f"sqlite://{data}/rapport.sqlite3"
    assert page.redis_url == f"unix://{data}/redis.sock"
    assert page.keyring == data / "keyring"
    assert (page.port, page.public_url) == (8000, "http://127.0.0.1:8000")
    assert data.stat().st_mode & 0o777 == 0o700
    assert (data / "master.key").stat().st_mode & 0o777 == 0o600
    assert settings.load({**place, "RAPPORT_PORT": "  "}).port == 8000, "empty is not given"


def test_starts_beside_each_other_make_one_key(place: dict[str, str]) -> None:
    made = []
    begin = threading.Barrier(8)

    def start() -> None:
        begin.wait()
        made.append(settings.load(place).master_key)

    starts = [threading.Thread(target=start) for _ in range(8)]
    for one in starts:
        one.start()
    for one in starts:
        one.join()
    assert len(made) == 8
    assert len(set(made)) == 1


def test_secrets_are_not_shown(place: dict[str, str]) -> None:
    page = settings.load({**place, **PRODUCTION})
    shown = repr(page)
    for secret in ("hush-hush", "a-token-of-the-tests", repr(page.master_key)):
        assert secret not in shown


def test_a_program_prints_one_line_and_ends(place: dict[str, str]) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "kernel.migrate"],
        cwd=ROOT,
        env={**place, "RAPPORT_PORT": "none"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 2
    assert ran.stdout == ""
    assert ran.stderr == "RAPPORT_PORT: must be a whole number from 1 to 65535\n"
