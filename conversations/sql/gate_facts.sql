-- What the gate looks at, for a batch of messages to contacts from numbers. Most are of one template,
-- which is looked up once.
WITH wanted AS (
    SELECT DISTINCT b.number_id, b.template_name, b.template_language FROM ({batch}) AS b
     WHERE b.template_name IS NOT NULL
), chosen AS (
    -- Where a name was used again, the one that can be sent counts, or else the latest.
    SELECT w.number_id, x.name, x.language, x.status, x.category,
           row_number() OVER (
               PARTITION BY w.number_id, x.name, x.language
               ORDER BY CASE WHEN x.status = 'APPROVED' THEN 0 ELSE 1 END, x.status_at DESC, x.id
           ) AS place
      FROM wanted w
      JOIN number n ON n.tenant_id = $1::uuid AND n.id = w.number_id
      JOIN template x
        ON x.tenant_id = $1::uuid AND x.waba_row_id = n.waba_row_id
       AND x.name = w.template_name AND x.language = w.template_language
)
SELECT b.id, t.state AS tenant_state, c.state AS contact_state, cs.state AS marketing,
       c.suppressed_by IS NOT NULL AS is_suppressed,
       n.state AS number_state, n.token_sealed IS NOT NULL AS has_token, n.token_expires_at,
       n.held_because, n.quality, n.promotions_held_until,
       v.unreachable_because, coalesce(v.enough_until, 0) AS enough_until,
       (SELECT x.at FROM barred_country x
         WHERE x.tenant_id = $1::uuid AND x.waba_row_id = w.id AND x.country = c.country
       ) AS barred_at,
       w.state AS waba_state, w.restricted_until,
       coalesce(v.window_closed_at, 0) AS window_closed_at,
       m.status AS template_status, m.category AS template_category,
       r.expires_at AS request_expires_at,
       ct.state AS topic_consent, c.marketing_gap_days,
       CASE WHEN b.words_token IS NOT NULL THEN (
            SELECT max(s.created_at) FROM send s
             WHERE s.tenant_id = $1::uuid AND s.words_token = b.words_token
               AND s.state IN ('queued', 'claimed', 'unknown', 'sent')) END AS said_at,
       c.time_zone, c.country, coalesce(p.stage, '') AS stage, coalesce(p.tier, '') AS tier,
       p.first_purchase_at, p.best_hour,
       EXISTS (SELECT 1 FROM identity i
                WHERE i.tenant_id = $1::uuid AND i.contact_id = b.contact_id
                  AND i.kind IN ('phone', 'whatsapp_user_id') AND i.state = 'current'
              ) AS has_address
  FROM ({batch}) AS b
  JOIN tenant t ON t.id = $1::uuid
  JOIN contact c ON c.tenant_id = $1::uuid AND c.id = b.contact_id
  JOIN number n ON n.tenant_id = $1::uuid AND n.id = b.number_id
  JOIN waba w ON w.tenant_id = $1::uuid AND w.id = n.waba_row_id
  LEFT JOIN conversation v
    ON v.tenant_id = $1::uuid AND v.contact_id = b.contact_id AND v.number_id = b.number_id
  LEFT JOIN consent_state cs
    ON cs.tenant_id = $1::uuid AND cs.contact_id = b.contact_id
   AND cs.purpose = 'marketing' AND cs.topic = ''
  LEFT JOIN consent_state ct
    ON ct.tenant_id = $1::uuid AND ct.contact_id = b.contact_id
   AND ct.purpose = 'marketing' AND ct.topic = b.topic AND b.topic <> ''
  LEFT JOIN contact_pace p ON p.tenant_id = $1::uuid AND p.contact_id = b.contact_id
  -- Of the contact, and still waiting for their answer.
  LEFT JOIN consent_request r
    ON r.tenant_id = $1::uuid AND r.id = b.occasion_id AND r.contact_id = b.contact_id
   AND r.state = 'pending'
  LEFT JOIN chosen m
    ON m.number_id = b.number_id AND m.name = b.template_name AND m.language = b.template_language
   AND m.place = 1
