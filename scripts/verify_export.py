"""Is an archive of personal data whole, unchanged and complete?

`python verify_export.py ARCHIVE --keys FILE|URL` reads nothing but the archive and the public keys,
and needs nothing but Python and the package cryptography, so that anybody can run it anywhere. The
keys are those of /.well-known/attestation-keys.json. Status 0: the signature is right, every file
is the one that was signed, and every column that the archive declares is there. Status 1: what is
wrong, and with which file. Status 2: there is nothing to check with.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import csv
import hashlib
import io
import json
import sys
import urllib.request
import zipfile
import zlib
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

KIND = "rapport.personal-export/1"
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig.json"
_PIECE = 1 << 20
# No manifest is as large: whoever sends one means no good.
_LARGEST = 64 << 20


class Tampered(Exception):
    """What is wrong with which file of the archive."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}")


def main(arguments: list[str] | None = None) -> int:
    """Check an archive and say what came of it."""
    parser = argparse.ArgumentParser(prog="verify-export", description=__doc__)
    parser.add_argument("archive", help="the ZIP file")
    parser.add_argument("--keys", required=True, help="the public keys: a file, or an https URL")
    given = parser.parse_args(arguments)
    try:
        keys = _read_keys(given.keys)
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"The keys cannot be read: {type(error).__name__}", file=sys.stderr)
        return 2
    try:
        with zipfile.ZipFile(given.archive) as archive:
            print(verify(archive, keys))
        return 0
    except Tampered as error:
        print(f"TAMPERED  {error}")
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError):
        print("TAMPERED  the archive: it is no whole ZIP file")
    except OSError as error:
        print(f"The archive cannot be read: {error.strerror}", file=sys.stderr)
        return 2
    return 1


def verify(archive: zipfile.ZipFile, keys: dict[str, Ed25519PublicKey]) -> str:
    """What was found right, as a line; Tampered names the first file that is not."""
    manifest, kid = _signed_manifest(archive, keys)
    listed = {str(file["path"]): file for file in manifest["files"]}
    names = archive.namelist()
    for name in names:
        if names.count(name) > 1:
            raise Tampered(name, "stands in the archive twice")
        if name not in listed and name not in (MANIFEST, SIGNATURE):
            raise Tampered(name, "is not in the manifest")
    for path, file in listed.items():
        _check_file(archive, path, file)
    rows = sum(_check_table(archive, listed, name, one) for name, one in manifest["map"].items())
    return (
        f"OK  {len(listed)} files, {rows} rows in {len(manifest['map'])} tables, made at "
        f"{manifest['madeAt']} by {manifest['tenant']['name']}, signed with {kid}"
    )


def _signed_manifest(
    archive: zipfile.ZipFile, keys: dict[str, Ed25519PublicKey]
) -> tuple[dict[str, Any], str]:
    body = _small(archive, MANIFEST)
    try:
        signature = json.loads(_small(archive, SIGNATURE))
        kid, signed = str(signature["kid"]), _decoded(signature["signature"])
    except (ValueError, KeyError, TypeError):
        raise Tampered(SIGNATURE, "is no signature") from None
    if kid not in keys:
        raise Tampered(SIGNATURE, f"was made with {kid}, which is none of the keys")
    try:
        keys[kid].verify(signed, body)
    except InvalidSignature:
        raise Tampered(MANIFEST, "is not what was signed") from None
    manifest: dict[str, Any] = json.loads(body)
    if manifest.get("kind") != KIND:
        raise Tampered(MANIFEST, f"is no {KIND}")
    return manifest, kid


def _check_file(archive: zipfile.ZipFile, path: str, file: dict[str, Any]) -> None:
    digest, size = hashlib.sha256(), 0
    try:
        with archive.open(path) as stream:
            while piece := stream.read(_PIECE):
                digest.update(piece)
                size += len(piece)
                if size > file["size"]:
                    break
    except KeyError:
        raise Tampered(path, "is missing") from None
    except (zipfile.BadZipFile, zlib.error, EOFError):
        raise Tampered(path, "is broken") from None
    if size != file["size"] or digest.hexdigest() != file["sha256"]:
        raise Tampered(path, "is not the file that was signed")


def _check_table(
    archive: zipfile.ZipFile, listed: dict[str, Any], name: str, declared: dict[str, Any]
) -> int:
    """Every declared column is there, and both forms have all rows; how many."""
    columns, count = list(declared["columns"]), 0
    for form, count_rows in (("json", _count_json), ("csv", _count_csv)):
        path = f"data/{name}.{form}"
        if path not in listed:
            raise Tampered(path, "is declared, and not there")
        with archive.open(path) as stream:
            count = count_rows(path, io.TextIOWrapper(stream, "utf-8-sig", newline=""), columns)
        if count != listed[path]["rows"]:
            raise Tampered(path, "has not as many rows as the manifest says")
    return count


def _count_json(path: str, text: io.TextIOWrapper, columns: list[str]) -> int:
    """The rows, one a line, each with the columns that are declared."""
    count = 0
    for line in text:
        if line.startswith("{"):
            count += 1
            if list(json.loads(line.rstrip().removesuffix(","))) != columns:
                raise Tampered(path, "has not the columns that are declared")
    return count


def _count_csv(path: str, text: io.TextIOWrapper, columns: list[str]) -> int:
    """The rows below a header of the columns that are declared."""
    usual = csv.field_size_limit(_LARGEST)
    try:
        reader = csv.reader(text)
        if next(reader, []) != columns:
            raise Tampered(path, "has not the columns that are declared")
        return sum(1 for _ in reader)
    finally:
        csv.field_size_limit(usual)


def _read_keys(place: str) -> dict[str, Ed25519PublicKey]:
    if place.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        with urllib.request.urlopen(place, timeout=30) as answer:  # noqa: S310 (checked above)
            told = json.loads(answer.read(_LARGEST))
    else:
        with open(place, encoding="utf-8") as file:
            told = json.load(file)
    return {
        str(key["kid"]): Ed25519PublicKey.from_public_bytes(_decoded(key["x"]))
        for key in told["keys"]
    }


def _small(archive: zipfile.ZipFile, path: str) -> bytes:
    try:
        with archive.open(path) as stream:
            return stream.read(_LARGEST)
    except KeyError:
        raise Tampered(path, "is missing") from None
    except (zipfile.BadZipFile, zlib.error, EOFError):
        raise Tampered(path, "is broken") from None


def _decoded(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        raise ValueError("no base64url") from None


if __name__ == "__main__":
    sys.exit(main())
