-- The promotion that each of these orders belongs to: the last that its buyer read in the window
-- before it, else the last that was delivered (the evidence sorts so). $2 is a day.
SELECT t.order_id, t.contact_id, t.evidence, t.send_id, t.campaign_id, t.touched_at
  FROM (SELECT r.*, row_number() OVER (
                        PARTITION BY r.order_id
                            ORDER BY r.evidence DESC, r.touched_at DESC, r.send_id DESC) AS place
          FROM (SELECT o.id AS order_id, o.contact_id, s.id AS send_id,
                       CASE WHEN s.origin = 'campaign' THEN s.origin_id END AS campaign_id,
                       CASE WHEN coalesce(m.read_at, m.played_at)
                                 BETWEEN o.placed_at - h.attribution_days * $2::bigint
                                     AND o.placed_at
                            THEN 'read' ELSE 'delivery' END AS evidence,
                       CASE WHEN coalesce(m.read_at, m.played_at)
                                 BETWEEN o.placed_at - h.attribution_days * $2::bigint
                                     AND o.placed_at
                            THEN coalesce(m.read_at, m.played_at)
                            ELSE m.delivered_at END AS touched_at,
                       o.placed_at - h.attribution_days * $2::bigint AS since, o.placed_at
                  FROM ({batch}) AS b
                  JOIN shop_order o ON o.tenant_id = $1::uuid AND o.id = b.id
                   AND o.cancelled_at IS NULL AND o.deleted_at IS NULL AND o.is_test = 0
                  JOIN tenant h ON h.id = $1::uuid
                  JOIN send s ON s.tenant_id = $1::uuid AND s.contact_id = o.contact_id
                   AND (s.category = 'marketing' OR s.origin = 'campaign')
                  JOIN message m ON m.tenant_id = $1::uuid AND m.id = s.message_id) AS r
         WHERE r.touched_at BETWEEN r.since AND r.placed_at) AS t
 WHERE t.place = 1
