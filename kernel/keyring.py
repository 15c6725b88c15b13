"""Keys that stand above the databases: tenants' key versions, index keys, the intake's day keys.

Embedded, each key is a file of its own, wrapped by the master key, in a folder outside both
databases. Destroying one is overwriting and deleting its file: what it wrapped can never be opened
again. A key management service fits in two places (docs/decisions/0005-keys-and-seals.md): as the
`Master` of these files, or, as a `Keyring`, instead of them.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kernel.errors import BadSetting, NotFound

PLATFORM = "platform"


class Keyring(Protocol):
    """Keys of 32 bytes by owner (a tenant id, or the platform), kind and version."""

    def get(self, owner: str, kind: str, version: str) -> bytes:
        """The key; NotFound KEY_GONE once it was destroyed."""

    def get_or_make(self, owner: str, kind: str, version: str) -> bytes:
        """The key, made now where it does not exist; makers beside each other agree on one."""

    def versions(self, owner: str, kind: str) -> list[str]:
        """The versions of a key that exist, oldest first."""

    def destroy(self, owner: str, kind: str, version: str) -> None:
        """Take a key away for good, everywhere; whoever remembers it forgets it at `forget`."""

    def destroy_all(self, owner: str) -> None:
        """As `destroy`, of every key of an owner."""

    def forget(self) -> None:
        """Drop from memory what was destroyed elsewhere."""


class Master(Protocol):
    """What wraps the files of keys: the master key, or a service that never gives it away."""

    def wrap(self, name: str, key: bytes) -> bytes:
        """The key encrypted, bound to its name."""

    def unwrap(self, name: str, wrapped: bytes) -> bytes | None:
        """The key again; None where another master wrapped it, or it was altered or renamed."""


class MasterKey:
    """A master key in this process's settings: AES-256-GCM."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def wrap(self, name: str, key: bytes) -> bytes:
        """The key encrypted, bound to its name."""
        nonce = os.urandom(12)
        return nonce + self._cipher.encrypt(nonce, key, name.encode())

    def unwrap(self, name: str, wrapped: bytes) -> bytes | None:
        """The key again, or None."""
        try:
            return self._cipher.decrypt(wrapped[:12], wrapped[12:], name.encode())
        except (InvalidTag, ValueError):  # ValueError: too short to hold a nonce
            return None


class FileKeyring:
    """The embedded keyring: a folder of wrapped keys, each opened once in a process.

    The first master wraps; the others only open, while the master key is being changed.
    """

    def __init__(self, folder: Path, *masters: Master) -> None:
        self._folder = folder
        self._masters = masters
        self._open: dict[str, bytes] = {}
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def get(self, owner: str, kind: str, version: str) -> bytes:
        """The key; NotFound once it was destroyed, BadSetting where no master opens it."""
        name = f"{owner}/{kind}.{version}"
        if name not in self._open:
            self._open[name] = self._read(name)
        return self._open[name]

    def get_or_make(self, owner: str, kind: str, version: str) -> bytes:
        """The key, made now where it does not exist; makers beside each other agree on one."""
        name = f"{owner}/{kind}.{version}"
        if name in self._open:
            return self._open[name]
        path = self._folder / name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft = _draft(path, self._masters[0].wrap(name, secrets.token_bytes(32)))
            try:
                os.link(draft, path)  # fails where another maker was first: then theirs counts
            except FileExistsError:
                pass
            finally:
                draft.unlink()
            _sync(path.parent)
            _sync(self._folder)
        return self.get(owner, kind, version)

    def versions(self, owner: str, kind: str) -> list[str]:
        """The versions of a key that exist, oldest first."""
        found = (self._folder / owner).glob(f"{kind}.*")
        return sorted(path.name.removeprefix(f"{kind}.") for path in found)

    def destroy(self, owner: str, kind: str, version: str) -> None:
        """Overwrite and delete a key; everything under it is closed for good."""
        name = f"{owner}/{kind}.{version}"
        self._open.pop(name, None)
        path = self._folder / name
        with self._alone():
            if path.exists():
                with path.open("r+b") as file:
                    _overwrite(file)
                path.unlink()
                _sync(path.parent)

    def destroy_all(self, owner: str) -> None:
        """As `destroy`, of every key of an owner."""
        for path in (self._folder / owner).glob("[!.]*.*"):
            kind, _, version = path.name.partition(".")
            self.destroy(owner, kind, version)

    def forget(self) -> None:
        """Drop from memory the keys whose files are gone."""
        for name in [name for name in self._open if not (self._folder / name).exists()]:
            del self._open[name]

    def wrap_again(self) -> int:
        """Wrap by the first master what another wrapped; how many keys were wrapped again.

        It may run beside everything, and again after it was killed: a file is replaced whole.
        """
        count = 0
        for path in sorted(self._folder.glob("*/[!.]*.*")):
            name = f"{path.parent.name}/{path.name}"
            with self._alone():  # what is being destroyed must not come back
                if not path.exists():
                    continue
                wrapped = path.read_bytes()
                if self._masters[0].unwrap(name, wrapped) is not None:
                    continue
                with path.open("r+b") as former:
                    key = _unwrapped(name, wrapped, self._masters)
                    _draft(path, self._masters[0].wrap(name, key)).replace(path)
                    _sync(path.parent)
                    _overwrite(former)
            count += 1
        return count

    def _read(self, name: str) -> bytes:
        path = self._folder / name
        try:
            wrapped = path.read_bytes()
            if not any(master.unwrap(name, wrapped) for master in self._masters):
                with self._alone():  # was it just being overwritten?
                    wrapped = path.read_bytes()
        except FileNotFoundError:
            raise NotFound("that key does not exist any more", code="KEY_GONE") from None
        return _unwrapped(name, wrapped, self._masters)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with (self._folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _unwrapped(name: str, wrapped: bytes, masters: Sequence[Master]) -> bytes:
    for master in masters:
        key = master.unwrap(name, wrapped)
        if key is not None:
            return key
    raise BadSetting("RAPPORT_MASTER_KEY", "is not the one that wrapped this keyring")


def _draft(path: Path, wrapped: bytes) -> Path:
    # What is sealed under a key may outlive a power cut only together with the key.
    draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(wrapped)
        file.flush()
        os.fsync(file.fileno())
    return draft


def _overwrite(file: BinaryIO) -> None:
    file.write(os.urandom(os.fstat(file.fileno()).st_size))
    file.flush()
    os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
