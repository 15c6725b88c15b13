m.id, m.conversation_id, m.contact_id, m.subject_id, m.number_id, m.direction, m.kind, m.origin,
       m.author_id, m.media_id, m.provider_at, m.received_at, m.tie, m.wamid_token, m.reply_to_token,
       m.body_sealed, m.payload_sealed, m.status, m.sent_at, m.delivered_at, m.read_at, m.played_at,
       m.failed_at, m.error_code,
       edit.id AS edit_id, edit.subject_id AS edit_subject_id, edit.body_sealed AS edit_sealed,
       edit.at AS edited_at, gone.at AS revoked_at
