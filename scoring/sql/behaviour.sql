-- What each contact of a batch did, for engagement, churn risk and the next action: one row each.
-- $2 now, $3 a day; messages are counted by how much they are about, and what we sent by its ticks.
-- The + keeps SQLite from walking all later threads of the tenant instead of the contact's.
SELECT b.id AS contact_id,
       coalesce(said.light_7, 0) AS light_7, coalesce(said.light_30, 0) AS light_30,
       coalesce(said.light_90, 0) AS light_90, coalesce(said.heavy_7, 0) AS heavy_7,
       coalesce(said.heavy_30, 0) AS heavy_30, coalesce(said.heavy_90, 0) AS heavy_90,
       coalesce(said.replies, 0) AS replies, coalesce(said.heavy, 0) AS heavy,
       coalesce(said.ours, 0) AS ours, coalesce(said.delivered, 0) AS delivered,
       coalesce(said.seen, 0) AS seen,
       coalesce(bought.orders, 0) AS orders,
       GREATEST(coalesce(said.last_sign_at, 0), coalesce(lived.last_at, 0)) AS last_sign_at,
       coalesce(lived.days, 0) AS days, coalesce(lived.span, 0) AS span,
       CASE WHEN withdrawn.state = 'withdrawn' THEN 1 ELSE 0 END AS has_withdrawn,
       v.id AS conversation_id, last.direction AS last_direction, last.id AS last_id,
       CASE WHEN k.intent IS NULL THEN s.intent ELSE k.intent END AS intent,
       coalesce(k.mood, s.mood) AS mood, e.starter,
       q.state AS silence, q.step
  FROM ({batch}) AS b
  JOIN contact c ON c.tenant_id = $1::uuid AND c.id = b.id AND c.state = 'active'
  LEFT JOIN (
        SELECT m.contact_id,
               sum(CASE WHEN m.direction = 'in' AND coalesce(x.level, 2) < 2
                         AND m.provider_at > $2::bigint - 7 * $3::bigint
                        THEN 1 ELSE 0 END) AS light_7,
               sum(CASE WHEN m.direction = 'in' AND coalesce(x.level, 2) < 2
                         AND m.provider_at > $2::bigint - 30 * $3::bigint
                        THEN 1 ELSE 0 END) AS light_30,
               sum(CASE WHEN m.direction = 'in' AND coalesce(x.level, 2) < 2
                         AND m.provider_at > $2::bigint - 90 * $3::bigint
                        THEN 1 ELSE 0 END) AS light_90,
               sum(CASE WHEN m.direction = 'in' AND coalesce(x.level, 2) >= 2
                         AND m.provider_at > $2::bigint - 7 * $3::bigint
                        THEN 1 ELSE 0 END) AS heavy_7,
               sum(CASE WHEN m.direction = 'in' AND coalesce(x.level, 2) >= 2
                         AND m.provider_at > $2::bigint - 30 * $3::bigint
                        THEN 1 ELSE 0 END) AS heavy_30,
               sum(CASE WHEN m.direction = 'in' AND coalesce(x.level, 2) >= 2
                         AND m.provider_at > $2::bigint - 90 * $3::bigint
                        THEN 1 ELSE 0 END) AS heavy_90,
               sum(CASE WHEN m.direction = 'in' THEN 1 ELSE 0 END) AS replies,
               sum(CASE WHEN m.direction = 'in' AND x.level >= 2 THEN 1 ELSE 0 END) AS heavy,
               sum(CASE WHEN m.direction = 'out' AND m.sent_at IS NOT NULL
                        THEN 1 ELSE 0 END) AS ours,
               sum(CASE WHEN m.direction = 'out' AND m.delivered_at > $2::bigint - 90 * $3::bigint
                        THEN 1 ELSE 0 END) AS delivered,
               sum(CASE WHEN m.direction = 'out' AND m.delivered_at > $2::bigint - 90 * $3::bigint
                         AND coalesce(m.read_at, m.played_at) IS NOT NULL
                        THEN 1 ELSE 0 END) AS seen,
               max(CASE WHEN m.direction = 'in' THEN m.provider_at
                        ELSE coalesce(m.read_at, m.played_at) END) AS last_sign_at
          FROM ({batch}) AS b
          JOIN message m ON m.tenant_id = $1::uuid AND m.contact_id = b.id
           AND m.direction IN ('in', 'out')
          LEFT JOIN message_score x ON x.tenant_id = $1::uuid AND x.message_id = m.id
         GROUP BY m.contact_id) AS said ON said.contact_id = b.id
  LEFT JOIN (
        SELECT a.contact_id, count(DISTINCT a.reference) AS orders
          FROM ({batch}) AS b
          JOIN activity a ON a.tenant_id = $1::uuid AND a.contact_id = b.id
           AND a.kind = 'order.placed' AND a.at > $2::bigint - 365 * $3::bigint
         GROUP BY a.contact_id) AS bought ON bought.contact_id = b.id
  LEFT JOIN (
        SELECT d.contact_id, count(*) AS days, max(d.day) - min(d.day) AS span,
               max(d.last_at) AS last_at
          FROM (SELECT a.contact_id, a.at / $3::bigint AS day, max(a.at) AS last_at,
                       row_number() OVER (PARTITION BY a.contact_id
                                              ORDER BY a.at / $3::bigint DESC) AS place
                  FROM ({batch}) AS b
                  JOIN activity a ON a.tenant_id = $1::uuid AND a.contact_id = b.id
                   AND a.kind IN ('message.received', 'order.placed', 'call.received',
                                  'link.clicked') AND a.at <= $2::bigint
                 GROUP BY a.contact_id, a.at / $3::bigint) AS d
         WHERE d.place <= 12
         GROUP BY d.contact_id) AS lived ON lived.contact_id = b.id
  LEFT JOIN consent_state withdrawn
         ON withdrawn.tenant_id = $1::uuid AND withdrawn.contact_id = b.id
        AND withdrawn.purpose = 'marketing' AND withdrawn.topic = ''
  LEFT JOIN conversation v
         ON v.tenant_id = $1::uuid AND v.contact_id = b.id AND v.state <> 'merged'
        AND NOT EXISTS (SELECT 1 FROM conversation w
                         WHERE w.tenant_id = $1::uuid AND w.contact_id = b.id
                           AND w.state <> 'merged'
                           AND (+w.last_message_at, w.id) > (v.last_message_at, v.id))
  LEFT JOIN message last ON last.tenant_id = $1::uuid AND last.id = v.last_message_id
  LEFT JOIN message_score s ON s.tenant_id = $1::uuid AND s.message_id = last.id
  LEFT JOIN score_correction k ON k.tenant_id = $1::uuid AND k.message_id = last.id
  LEFT JOIN episode e
         ON e.tenant_id = $1::uuid AND e.conversation_id = v.id
        AND NOT EXISTS (SELECT 1 FROM episode f
                         WHERE f.tenant_id = $1::uuid AND f.conversation_id = v.id
                           AND f.ordinal > e.ordinal)
  LEFT JOIN thread_silence q ON q.tenant_id = $1::uuid AND q.conversation_id = v.id
