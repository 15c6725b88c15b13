-- One row in the ledger for each contact of the audience from $3 up to $4: due in their time zone,
-- or their country, where one is known, else at $5. What they are told is written when it leaves.
INSERT INTO send (tenant_id, id, origin, origin_id, contact_id, subject_id, number_id, mailing_id,
                  topic, pace_kind, kind, category, template_name, template_language,
                  content_sealed, state, decision, due_at, expires_at, lease_until, fence, attempts, created_at)
SELECT $1::uuid, /* new id */, m.origin, m.origin_id, c.id, c.subject_id, m.number_id, m.id,
       m.topic, m.pace_kind, 'template', m.category, m.template_name, m.template_language,
       $8::bytea, 'queued', '{"ruling":"send"}'::jsonb, coalesce(z.due_at, $5::bigint), m.expires_at, 0, 0, 0, $6::bigint
  FROM mailing m
  JOIN contact c ON c.tenant_id = $1::uuid AND c.id > $3::uuid AND c.id <= $4::uuid
                AND /* selection */
  LEFT JOIN ({batch}) AS z ON z.zone = coalesce(c.time_zone, c.country)
 WHERE m.tenant_id = $1::uuid AND m.id = $2::uuid
 ORDER BY c.id
