"""What a colleague wrote on the phone, as the platform echoes it."""

from __future__ import annotations

from typing import Any

from tests.api.door import Store, delivery


def echo(store: Store, phone: str, text: str, wamid: str, second: int) -> dict[str, Any]:
    """A delivery with a message of the shop to this phone."""
    message = {
        "from": "34600000000",
        "to": phone,
        "id": wamid,
        "timestamp": str(second),
        "type": "text",
        "text": {"body": text},
    }
    body = delivery(store, message_echoes=[message])
    body["entry"][0]["changes"][0]["field"] = "smb_message_echoes"
    return body
