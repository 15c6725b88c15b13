"""What was said grows old: texts and contents go, and messages stay with their times and states."""

from __future__ import annotations

from kernel.aging import Aging

BODIES = (
    Aging(
        "message",
        when="t.body_sealed IS NOT NULL OR t.payload_sealed IS NOT NULL",
        emptied={"body_sealed": "NULL", "payload_sealed": "NULL"},
        whose="contact_id",
    ),
    Aging(
        "message_change",
        when="t.body_sealed IS NOT NULL",
        emptied={"body_sealed": "NULL"},
        whose="subject_id",
    ),
    # Nothing that may still go out: a send that waits keeps its content.
    Aging(
        "send",
        when="length(t.content_sealed) > 0 AND t.state IN ('sent', 'failed', 'refused', 'void')",
        emptied={"content_sealed": "''::bytea"},
        whose="contact_id",
    ),
)
