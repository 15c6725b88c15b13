"""`scripts/verify-proof PROOF KEYS`: whether a proof of consents is whole and really signed.

PROOF is the document of `consentProof`, KEYS the public keys of the deployment
(/.well-known/attestation-keys.json). It reads these two files alone, and needs no other part of the
project.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def faults_of(document: dict[str, Any], keys: list[dict[str, Any]]) -> list[str]:
    """What is wrong with a proof, in words; nothing where it holds."""
    signature = document["signature"]
    signing = [key for key in keys if key.get("kid") == signature["kid"]]
    if not signing:
        return [f"no key is called {signature['kid']}"]
    public = Ed25519PublicKey.from_public_bytes(_bytes(signing[0]["x"]))
    try:
        public.verify(_bytes(signature["signature"]), document["signed"].encode())
    except InvalidSignature:
        return ["the signature is not of these words"]
    proof = json.loads(document["signed"])
    found = []
    if _sha256(document["page"].encode()) != proof["page_sha256"]:
        found.append("the page is another one")
    for text, told in [
        *((one["statement"], one["sha256"]) for one in proof["wordings"]),
        *((one["text"], one["sha256"]) for one in proof["prompts"]),
    ]:
        if _sha256(text.encode()) != told:
            found.append("a text is not the one that its hash is of")
    for line in proof["ledger"]:
        link = line["link"]
        whole = bytes.fromhex(link["previous"]) + link["covered"].encode() if link else b""
        if not link or _sha256(whole) != link["hash"]:
            found.append(f"{line['id']} is not what its link covers")
    return found


def main(arguments: list[str]) -> int:
    """Exit status 0 for a proof that holds, 1 for one that does not, 2 for a wrong call."""
    if len(arguments) != 2:
        sys.stderr.write(__doc__ or "")
        return 2
    document, keys = (json.loads(Path(one).read_text()) for one in arguments)
    found = faults_of(document, keys["keys"])
    sys.stdout.write("\n".join(found) + "\n" if found else "The proof holds.\n")
    return 1 if found else 0


def _sha256(value: bytes) -> str:
    return hashlib.sha256(value).hexdigest()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
