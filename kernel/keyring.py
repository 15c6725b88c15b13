"""Keys that stand above the databases: tenants' key versions, index keys, the intake's day keys.

Each key is a file of its own, wrapped by the master key, in a folder outside both databases.
Destroying one is deleting its file: what it wrapped can never be opened again. A key management
service fits the same few calls.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kernel.errors import BadSetting, NotFound

PLATFORM = "platform"


class Keyring:
    """Keys by owner (a tenant id, or the platform), kind and version; opened once."""

    def __init__(self, folder: Path, master_key: bytes) -> None:
        self._folder = folder
        self._master = AESGCM(master_key)
        self._open: dict[str, bytes] = {}
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def get(self, owner: str, kind: str, version: str) -> bytes:
        """The 32 bytes of a key; NotFound once it was destroyed."""
        name = f"{owner}/{kind}.{version}"
        if name not in self._open:
            try:
                wrapped = (self._folder / name).read_bytes()
            except FileNotFoundError:
                raise NotFound("that key does not exist any more", code="KEY_GONE") from None
            try:
                self._open[name] = self._master.decrypt(wrapped[:12], wrapped[12:], name.encode())
            except (InvalidTag, ValueError):
                raise BadSetting(
                    "RAPPORT_MASTER_KEY", "is not the one that wrapped this keyring"
                ) from None
        return self._open[name]

    def get_or_make(self, owner: str, kind: str, version: str) -> bytes:
        """The key, made now where it does not exist; makers beside each other agree on one."""
        name = f"{owner}/{kind}.{version}"
        if name in self._open:
            return self._open[name]
        path = self._folder / name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            nonce = os.urandom(12)
            wrapped = nonce + self._master.encrypt(nonce, secrets.token_bytes(32), name.encode())
            draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
            _write_durably(draft, wrapped)
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
        """Delete a key; everything under it is closed for good in this process and the next."""
        self._open.pop(f"{owner}/{kind}.{version}", None)
        (self._folder / owner / f"{kind}.{version}").unlink(missing_ok=True)


def _write_durably(path: Path, wrapped: bytes) -> None:
    # What is sealed under a key may outlive a power cut only together with the key.
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(wrapped)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
