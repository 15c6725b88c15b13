-- 0019: to whom a file was sent, found by the file: one that was sent to nobody else goes when its
-- receiver is forgotten (F46).
CREATE INDEX message_media ON message (tenant_id, media_id) WHERE media_id IS NOT NULL;
