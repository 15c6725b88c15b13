f.id, f.message_id, f.mime, f.sha256, f.size, f.state, f.trouble, f.created_at
