"""Every setting of Rapport, on one page: `RAPPORT_` + the field's name in capitals.

`load` reads them from the environment and refuses what is wrong or unsafe, so that no program
starts half right. Relative paths count from the project folder. An empty value counts as not given.
"""

from __future__ import annotations

import base64
import difflib
import fcntl
import os
import secrets
import sys
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kernel import setting_values as read
from kernel.errors import BadSetting
from kernel.setting_values import Wrong

PREFIX = "RAPPORT_"
ROOT = read.ROOT  # the project folder

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings of this environment; BadSetting names the first one that is wrong or unsafe."""
    given = {name: text.strip() for name, text in environ.items() if name.startswith(PREFIX)}
    given = {name: text for name, text in given.items() if text}
    pages = {name_of(page): page for page in fields(Settings)}
    for name in sorted(given.keys() - pages.keys()):
        raise BadSetting(name, "there is no such setting" + _did_you_mean(name, list(pages)))
    values: dict[str, Any] = {}
    for name, page in pages.items():
        text = given.get(name, default_of(page, values))
        try:
            values[page.name] = None if text is None else page.metadata["read"](text)
        except Wrong as error:
            raise BadSetting(name, str(error)) from None
    _refuse_what_does_not_fit(values, given)
    _make_folder(values["data"])
    if values["master_key"] is None:
        values["master_key"] = _development_key(values["data"] / "master.key")
    return Settings(**values)


def load_or_exit() -> Settings:
    """The settings for a program: on a wrong one it prints one line and ends with status 2."""
    try:
        return load()
    except BadSetting as error:
        print(error.message, file=sys.stderr)
        raise SystemExit(2) from None


def name_of(page: Field[Any]) -> str:
    """The environment variable of a field of Settings."""
    return PREFIX + page.name.upper()


def default_of(page: Field[Any], values: Mapping[str, Any]) -> str | None:
    """The text that stands in when the variable is not given; None when nothing does."""
    default: str | None = page.metadata["default"]
    return default.format_map(values) if default else default


def _did_you_mean(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {near[0]}?" if near else "; .env.example lists them all"


def _setting(
    reader: Callable[[str], Any], default: str | None, doc: str, *, secret: bool = False
) -> Any:
    """A field with its reader, its default (`{data}` and `{port}` are filled in) and its words."""
    return field(repr=not secret, metadata={"read": reader, "default": default, "doc": doc})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a process runs with. Secrets are kept out of its repr."""

    env: str = _setting(
        read.choice("development", "production"),
        "development",
        "development, or production, which refuses what is unsafe on a public machine.",
    )
    host: str = _setting(read.host, "127.0.0.1", "Address that the API listens on.")
    port: int = _setting(read.whole(1, 65535), "8000", "Port of the API.")
    simulator_port: int = _setting(read.whole(1, 65535), "8001", "Port of the WhatsApp simulator.")
    public_url: str = _setting(
        read.web_url,
        "http://127.0.0.1:{port}",
        "Where the world finds the API; https in production.",
    )
    data: Path = _setting(
        read.path, "./var", "Folder of databases, keys and logs, made with mode 700."
    )
    anchors: Path = _setting(
        read.path,
        "{data}/anchors",
        "Folder in which the heads of consent ledger and audit log are written down day by day; "
        "best on another machine, where it is only ever added to.",
    )
    database_url: str = _setting(
        read.database_url,
        "sqlite://{data}/rapport.sqlite3",
        "Main database: sqlite:///full/path or postgresql://user:password@host/name.",
        secret=True,
    )
    keys_database_url: str = _setting(
        read.database_url,
        "sqlite://{data}/keys.sqlite3",
        "Database of the keys of persons, never the main one: a copy of either then tells nothing. "
        "In production on PostgreSQL it must be given.",
        secret=True,
    )
    owner_database_url: str = _setting(
        read.database_url,
        "{database_url}",
        "Main database as the role that owns the tables and migrates; the programs sign in as "
        "another one, see README. Left out, migrations use RAPPORT_DATABASE_URL.",
        secret=True,
    )
    keys_owner_database_url: str = _setting(
        read.database_url,
        "{keys_database_url}",
        "Database of the keys of persons as the role that owns its tables and migrates.",
        secret=True,
    )
    database_pool: int = _setting(
        read.whole(1, 200), "10", "Most PostgreSQL connections that a process holds per database."
    )
    pgbouncer: bool = _setting(read.yes_no, "0", "1 behind PgBouncer in transaction mode.")
    redis_url: str = _setting(
        read.redis_url,
        "unix://{data}/redis.sock",
        "redis://, rediss:// or unix://. Left out, scripts/run starts a Redis of its own.",
        secret=True,
    )
    keyring: Path = _setting(
        read.path,
        "{data}/keyring",
        "Folder of the tenants' key versions; keep it out of the databases' backups.",
    )
    master_key: bytes = _setting(
        read.master_key,
        None,
        "Base64 of 32 random bytes that wrap the keyring: head -c 32 /dev/urandom | base64. "
        "Production needs it; development makes its own once, as master.key in RAPPORT_DATA.",
        secret=True,
    )
    other_master_key: bytes | None = _setting(
        read.master_key,
        None,
        "A second master key that opens the keyring too and wraps nothing, while the master key "
        "is being changed (scripts/keys).",
        secret=True,
    )
    key_copies: Path = _setting(
        read.path,
        "{data}/key-copies",
        "Folder for a tenant's wrapped keys of persons whenever its key was turned: older backups "
        "of the keys database open no more then. Best on another disk, and never with the keyring.",
    )
    samples: Path | None = _setting(
        read.existing_folder,
        "../shared",
        "Folder of real material to seed and test with, if there.",
    )
    graph_url: str = _setting(
        read.web_url, "https://graph.facebook.com", "Root of the WhatsApp API."
    )
    graph_version: str = _setting(
        read.matching(r"v[0-9]{2}\.[0-9]", "must look like v26.0"),
        "v26.0",
        "Version of the WhatsApp API.",
    )
    graph_app_id: str | None = _setting(
        read.matching(r"[A-Za-z0-9_-]{1,64}", "must be the id of an app"),
        None,
        "Id of the platform's app under which sample files of templates are uploaded; without it "
        "only templates without pictures, videos and documents can be submitted.",
    )
    graph_hosts: tuple[str, ...] = _setting(
        read.hosts,
        "graph.facebook.com,api.facebook.com,lookaside.fbsbx.com",
        "The only hosts that may see an access token, parted by commas.",
    )
    graph_ca: Path | None = _setting(
        read.certificates,
        None,
        "File of certificates (PEM) that count as the WhatsApp API's besides the system's own, as "
        "the simulator writes it with --tls.",
    )
    shopify_url: str | None = _setting(
        read.web_url, None, "Root of Shopify's Admin API instead of each shop's own domain."
    )
    webhook_limit: int = _setting(
        read.whole(65_536, 67_108_864), "3145728", "Largest webhook body in bytes (contract: 3 MB)."
    )
    grace_days: int = _setting(
        read.whole(1, 365),
        "30",
        "Days between the export of a tenant that leaves and its destruction, to be called off in.",
    )
    access_token_minutes: int = _setting(
        read.whole(1, 60),
        "10",
        "Minutes that a token of scripts/token lives; one of a sign-in lives 10.",
    )
    tenant_budget: int = _setting(
        read.whole(50_000, 60_000_000),
        "3000000",
        "Points that the GraphQL operations of a tenant may cost in a minute.",
    )
    viewer_budget: int = _setting(
        read.whole(50_000, 60_000_000),
        "600000",
        "Points that those of one person or key may cost in a minute.",
    )
    trusted_documents: str = _setting(
        read.choice("off", "allow", "only"),
        "off",
        "Whether GraphQL documents may come as the hash of one in the list of trusted ones: allow; "
        "and nothing but these is run: only.",
    )
    trusted_documents_file: Path = _setting(
        read.path,
        "{data}/documents.json",
        "That list: SHA-256 → text, as Relay's compiler writes it, or Apollo's manifest.",
    )
    app_url: str = _setting(
        read.web_url,
        "{public_url}",
        "Where people find the web application; mails link to its /verify, /reset and /join.",
    )
    smtp_url: str | None = _setting(
        read.smtp_url,
        None,
        "SMTP server: smtp://user:password@host:587 (with STARTTLS) or smtps://… Left out, mails "
        "wait in production, and are written to the folder mail of RAPPORT_DATA in development.",
        secret=True,
    )
    mail_from: str = _setting(
        read.matching(r"[^\x00-\x1f]*[^@\s<>]+@[^@\s<>]+", "must be an e-mail address"),
        "rapport@localhost.localdomain",
        "Address that mails come from.",
    )
    allowed_origins: tuple[str, ...] = _setting(
        read.origins, "", "Origins of browser applications that may ask (CORS), parted by commas."
    )
    trusted_proxies: tuple[str, ...] = _setting(
        read.networks,
        "",
        "Addresses or networks of proxies whose X-Forwarded-For is believed, parted by commas.",
    )
    metrics_token: str | None = _setting(
        read.matching(r"\S{16,}", "must be at least 16 characters"),
        None,
        "Bearer token that /metrics asks for.",
        secret=True,
    )
    metrics_open: bool = _setting(
        read.yes_no, "0", "1 lets everyone read /metrics in production, as in a closed network."
    )
    worker_metrics_port: int = _setting(
        read.whole(0, 65535), "0", "Port where a worker shows its own /metrics; 0 for none."
    )
    log_level: str = _setting(
        read.choice("debug", "info", "warning", "error"), "info", "Least level that is logged."
    )

    @property
    def is_production(self) -> bool:
        """Whether unsafe comforts are off."""
        return self.env == "production"


def _refuse_what_does_not_fit(values: Mapping[str, Any], given: Mapping[str, str]) -> None:
    graph = urlsplit(values["graph_url"])
    production = values["env"] == "production"
    for name, wrong, message in (
        (
            "KEYS_DATABASE_URL",
            _place(values["keys_database_url"]) == _place(values["database_url"]),
            "must not be the main database",
        ),
        *(
            (
                f"{which}OWNER_DATABASE_URL",
                _place(values[f"{which}owner_database_url".lower()])
                != _place(values[f"{which}database_url".lower()]),
                f"must name the database of RAPPORT_{which}DATABASE_URL",
            )
            for which in ("", "KEYS_")
        ),
        ("SIMULATOR_PORT", values["simulator_port"] == values["port"], "is the port of the API"),
        ("WORKER_METRICS_PORT", values["worker_metrics_port"] == values["port"], "is the API's"),
        (
            "GRAPH_URL",
            graph.hostname not in values["graph_hosts"],
            "its host must stand in RAPPORT_GRAPH_HOSTS",
        ),
        (
            "GRAPH_URL",
            graph.scheme != "https" and (production or graph.hostname not in _LOOPBACK),
            "must be https: it carries access tokens",
        ),
        *(_unsafe_in_production(values, given) if production else ()),
    ):
        if wrong:
            raise BadSetting(PREFIX + name, message)


def _unsafe_in_production(
    values: Mapping[str, Any], given: Mapping[str, str]
) -> tuple[tuple[str, bool, str], ...]:
    on_postgresql = values["database_url"].startswith("postgresql")
    has_keys_url = PREFIX + "KEYS_DATABASE_URL" in given
    is_guarded = values["metrics_token"] is not None or values["metrics_open"]
    is_https = values["public_url"].startswith("https://")
    return (
        ("MASTER_KEY", values["master_key"] is None, "production needs 32 random bytes, in base64"),
        ("KEYS_DATABASE_URL", on_postgresql and not has_keys_url, "production needs it"),
        ("PUBLIC_URL", not is_https, "must be given as https://… in production"),
        ("METRICS_TOKEN", not is_guarded, "production needs it, or RAPPORT_METRICS_OPEN=1"),
        (
            "ALLOWED_ORIGINS",
            "*" in values["allowed_origins"],
            "must name the origins in production, not *",
        ),
        ("LOG_LEVEL", values["log_level"] == "debug", "debug tells too much in production"),
    )


def _place(url: str) -> tuple[object, ...]:
    """What tells two databases apart, whoever signs in."""
    parts = urlsplit(url)
    return (parts.hostname or parts.query, parts.port or 5432, parts.path)


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise BadSetting("RAPPORT_DATA", f"cannot be made: {error.strerror}") from None
    if not os.access(path, os.W_OK | os.X_OK):
        raise BadSetting("RAPPORT_DATA", "is a folder that this user may not write to")


def _development_key(path: Path) -> bytes:
    """The key in the file, made on first use; several starts at once agree on one."""
    try:
        with open(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            text = file.read().strip()
            if not text:
                text = base64.b64encode(secrets.token_bytes(32)).decode()
                file.write(text + "\n")
        return read.master_key(text)
    except (OSError, Wrong) as error:
        raise BadSetting("RAPPORT_MASTER_KEY", f"{path.name} in RAPPORT_DATA: {error}") from None
