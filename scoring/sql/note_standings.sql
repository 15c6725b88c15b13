-- Contacts of a batch are to be judged at $2, or before where they are due before.
INSERT INTO contact_score (tenant_id, contact_id, engagement, engagement_class, reasons, action,
                           action_reason, computed_at, due_at)
SELECT $1::uuid, c.id, 0, 'none', '', '', '', 0, $2::bigint
  FROM ({batch}) AS b
  JOIN contact c ON c.tenant_id = $1::uuid AND c.id = b.id AND c.state = 'active'
 WHERE true
    ON CONFLICT (tenant_id, contact_id) DO UPDATE
   SET due_at = excluded.due_at
 WHERE contact_score.due_at IS NULL OR contact_score.due_at > excluded.due_at
