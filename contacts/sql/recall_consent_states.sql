-- What the entries of others come to, where an import's stood last: the latest decision, of two of one
-- time the graver (contacts/consent.py).
INSERT INTO consent_state (tenant_id, contact_id, purpose, topic, state, since, entry_id)
SELECT $1::uuid, last.contact_id, last.purpose, last.topic,
       CASE last.kind WHEN 'requested' THEN 'pending' WHEN 'prompted' THEN 'pending'
                      WHEN 'superseded' THEN 'none' ELSE last.kind END,
       last.provider_at, last.id
  FROM (SELECT e.contact_id, e.purpose, e.topic, e.kind, e.provider_at, e.id,
               row_number() OVER (
                   PARTITION BY e.contact_id, e.purpose, e.topic
                   ORDER BY CASE WHEN e.kind IN ('requested', 'prompted', 'expired') THEN 0
                                 ELSE 1 END DESC,
                            e.provider_at DESC,
                            CASE e.kind WHEN 'withdrawn' THEN 6 WHEN 'refused' THEN 5
                                        WHEN 'expired' THEN 4 WHEN 'unproven' THEN 3
                                        WHEN 'confirmed' THEN 2 WHEN 'superseded' THEN 0
                                        ELSE 1 END DESC, e.id DESC) AS place
          FROM ({batch}) AS b
          JOIN consent_entry e ON e.tenant_id = $1::uuid AND e.contact_id = b.id
         WHERE e.method NOT IN ('import', 'import_undone')) AS last
 WHERE last.place = 1
ON CONFLICT DO NOTHING
