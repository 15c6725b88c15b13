-- Of these contacts, or of whom they were joined into, those of whom orders and messages come to
-- something else at $2 than what stands: all that they come to, and what was known (was_…).
-- $3: a day; $4: the tenant's currency; what stands in {} is asked whether it is of these contacts,
-- so that what is about them alone is read. MATERIALIZED: PostgreSQL would add up once for each
-- contact while it does not know yet how large the tables have become, and once for each mention.
WITH who AS (
/* who */
), purchase AS (
    SELECT o.contact_id, o.placed_at, coalesce(o.base_total, 0) AS total,
           coalesce(o.base_refunded, 0) AS refunded,
           first_value(coalesce(o.base_total, 0)) OVER (
               PARTITION BY o.contact_id ORDER BY o.placed_at, o.id
               ROWS UNBOUNDED PRECEDING) AS first_order
      FROM shop_order o
     WHERE o.tenant_id = $1::uuid AND {o.contact_id}
       AND o.cancelled_at IS NULL AND o.deleted_at IS NULL AND o.is_test = 0
), bought AS MATERIALIZED (
    SELECT p.contact_id, min(p.placed_at) AS first_order_at, max(p.placed_at) AS last_order_at,
           count(*) AS orders, CAST(sum(p.total) AS bigint) AS spent,
           CAST(sum(p.refunded) AS bigint) AS refunded,
           min(p.first_order) AS first_order, max(p.total) AS largest_order,
           count(*) FILTER (WHERE p.placed_at >= $2::bigint - 30 * $3::bigint) AS orders_30d,
           count(*) FILTER (WHERE p.placed_at >= $2::bigint - 90 * $3::bigint) AS orders_90d,
           count(*) FILTER (WHERE p.placed_at >= $2::bigint - 180 * $3::bigint) AS orders_180d,
           count(*) FILTER (WHERE p.placed_at >= $2::bigint - 365 * $3::bigint) AS orders_365d,
           CAST(sum(p.total) FILTER (WHERE p.placed_at >= $2::bigint - 365 * $3::bigint) AS bigint)
               AS spent_365d,
           -- When the first of these leaves a window.
           min(CASE WHEN p.placed_at >= $2::bigint - 30 * $3::bigint THEN p.placed_at + 30 * $3::bigint
                    WHEN p.placed_at >= $2::bigint - 90 * $3::bigint THEN p.placed_at + 90 * $3::bigint
                    WHEN p.placed_at >= $2::bigint - 180 * $3::bigint
                    THEN p.placed_at + 180 * $3::bigint
                    WHEN p.placed_at >= $2::bigint - 365 * $3::bigint
                    THEN p.placed_at + 365 * $3::bigint END) + 1 AS due_at
      FROM purchase p
     GROUP BY p.contact_id
), returned AS MATERIALIZED (
    -- Money given back without an order that it belongs to, by the rate of its day.
    SELECT r.contact_id,
           sum(CASE WHEN r.currency = $4 THEN r.amount
                    ELSE coalesce(CAST(round(r.amount * (
                        (SELECT x.rate FROM currency_rate x
                          WHERE x.tenant_id = $1::uuid AND x.currency = r.currency
                            AND x.valid_from <= r.at
                          ORDER BY x.valid_from DESC LIMIT 1) / 1000000000.0)) AS bigint), 0)
               END) AS amount
      FROM refund r
     WHERE r.tenant_id = $1::uuid AND {r.contact_id} AND r.order_external_id = ''
     GROUP BY r.contact_id
), said AS MATERIALIZED (
    SELECT m.contact_id,
           max(m.provider_at) FILTER (WHERE m.direction = 'in') AS last_inbound_at,
           max(coalesce(m.sent_at, m.provider_at)) FILTER (
               WHERE m.direction = 'out'
                 AND m.status IN ('accepted', 'sent', 'delivered', 'read', 'played')
           ) AS last_outbound_at,
           max(m.read_at) FILTER (WHERE m.direction = 'out') AS last_read_at,
           count(*) FILTER (WHERE m.direction = 'in'
                              AND m.provider_at >= $2::bigint - 30 * $3::bigint) AS inbound_30d,
           min(m.provider_at) FILTER (
               WHERE m.direction = 'in' AND m.provider_at >= $2::bigint - 30 * $3::bigint
           ) + 30 * $3::bigint + 1 AS due_at
      FROM message m
     WHERE m.tenant_id = $1::uuid AND {m.contact_id} AND m.direction IN ('in', 'out')
     GROUP BY m.contact_id
), clicked AS MATERIALIZED (
    SELECT a.contact_id, max(a.at) AS last_at,
           count(*) FILTER (WHERE a.at >= $2::bigint - 7 * $3::bigint) AS clicks_7d,
           min(a.at) FILTER (WHERE a.at >= $2::bigint - 7 * $3::bigint)
               + 7 * $3::bigint + 1 AS due_at
      FROM activity a
     WHERE a.tenant_id = $1::uuid AND {a.contact_id} AND a.kind = 'link.clicked'
       AND a.at >= $2::bigint - 181 * $3::bigint
     GROUP BY a.contact_id
), known AS MATERIALIZED (
    SELECT w.id, b.first_order_at, b.last_order_at, coalesce(b.orders, 0) AS orders,
           coalesce(b.spent, 0) AS spent,
           CAST(coalesce(b.spent - b.refunded, 0) - coalesce(t.amount, 0) AS bigint) AS spent_net,
           b.first_order, b.largest_order,
           coalesce(b.orders_30d, 0) AS orders_30d, coalesce(b.orders_90d, 0) AS orders_90d,
           coalesce(b.orders_180d, 0) AS orders_180d, coalesce(b.orders_365d, 0) AS orders_365d,
           coalesce(b.spent_365d, 0) AS spent_365d,
           s.last_inbound_at, s.last_outbound_at, s.last_read_at,
           coalesce(s.inbound_30d, 0) AS inbound_30d, coalesce(k.clicks_7d, 0) AS clicks_7d,
           -- The day on which they bought, wrote or clicked last; 0: never.
           GREATEST(coalesce(b.last_order_at, 0), coalesce(s.last_inbound_at, 0),
                    coalesce(k.last_at, 0)) / $3::bigint AS day,
           LEAST(coalesce(b.due_at, 9223372036854775807), coalesce(s.due_at, 9223372036854775807),
                 coalesce(k.due_at, 9223372036854775807)) AS due_at
      FROM who w
      LEFT JOIN bought b ON b.contact_id = w.id
      LEFT JOIN returned t ON t.contact_id = w.id
      LEFT JOIN said s ON s.contact_id = w.id
      LEFT JOIN clicked k ON k.contact_id = w.id
), classed AS (
    SELECT n.*,
           CASE WHEN n.day = 0 THEN NULL
                WHEN $2::bigint / $3::bigint - n.day <= 30 THEN 'active'
                WHEN $2::bigint / $3::bigint - n.day <= 89 THEN 'cooling'
                WHEN $2::bigint / $3::bigint - n.day <= 180 THEN 'sleeping'
                ELSE 'lost' END AS recency_class,
           CASE WHEN n.orders = 0 THEN NULL
                WHEN n.orders_30d >= 3 THEN 'high'
                WHEN n.orders_90d >= 1 THEN 'medium'
                WHEN n.orders_365d >= 1 THEN 'low'
                ELSE 'gone' END AS frequency_class,
           CASE WHEN n.spent_365d >= 10000000 AND n.orders_365d >= 4 THEN 'platinum'
                WHEN n.spent_365d >= 3000000 AND n.orders_365d >= 2 THEN 'gold'
                WHEN n.first_order >= 500000 THEN 'silver'
                WHEN n.orders = 0 AND n.last_inbound_at IS NOT NULL THEN 'prospect' END AS tier
      FROM known n
), staged AS (
    SELECT c.*,
           CASE WHEN c.day = 0 THEN NULL
                WHEN c.tier = 'platinum' THEN 'vip'
                WHEN c.recency_class IN ('sleeping', 'lost') THEN 'sleeping'
                WHEN c.orders > 0 THEN 'active'
                ELSE 'potential' END AS value_class,
           CASE WHEN c.recency_class IN ('sleeping', 'lost') THEN c.recency_class
                WHEN c.day = 0 THEN NULL
                WHEN c.orders = 0 THEN 'prospect'
                WHEN c.first_order_at + 3 * $3::bigint > $2::bigint THEN 'new'
                WHEN c.recency_class = 'active' AND c.orders_365d >= 3 THEN 'regular'
                ELSE c.recency_class END AS stage,
           NULLIF(LEAST(
               c.due_at,
               CASE WHEN c.first_order_at + 3 * $3::bigint > $2::bigint
                    THEN c.first_order_at + 3 * $3::bigint ELSE 9223372036854775807 END,
               CASE c.recency_class WHEN 'active' THEN (c.day + 31) * $3::bigint
                                    WHEN 'cooling' THEN (c.day + 90) * $3::bigint
                                    WHEN 'sleeping' THEN (c.day + 181) * $3::bigint
                                    ELSE 9223372036854775807 END
           ), 9223372036854775807) AS next_at
      FROM classed c
)
SELECT g.id AS contact_id, g.first_order_at, g.last_order_at, g.orders, g.spent, g.spent_net,
       g.first_order, g.largest_order, g.orders_30d, g.orders_90d, g.orders_180d, g.orders_365d,
       g.spent_365d, g.last_inbound_at, g.last_outbound_at, g.last_read_at, g.inbound_30d,
       g.clicks_7d, g.recency_class, g.frequency_class, g.tier, g.value_class, g.stage,
       $2::bigint AS computed_at, g.next_at AS due_at,
       f.last_order_at AS was_last_order_at, coalesce(f.orders, 0) AS was_orders,
       coalesce(f.spent, 0) AS was_spent, f.tier AS was_tier, f.stage AS was_stage
  FROM staged g
  LEFT JOIN contact_facts f ON f.tenant_id = $1::uuid AND f.contact_id = g.id
   AND {f.contact_id}
 WHERE (f.contact_id IS NOT NULL OR g.orders > 0 OR g.spent_net <> 0
        OR g.last_outbound_at IS NOT NULL OR g.day > 0)
   AND (f.contact_id IS NULL
        OR (f.first_order_at, f.last_order_at, f.orders, f.spent, f.spent_net, f.first_order,
            f.largest_order, f.orders_30d, f.orders_90d, f.orders_180d, f.orders_365d,
            f.spent_365d, f.last_inbound_at, f.last_outbound_at, f.last_read_at, f.inbound_30d,
            f.clicks_7d, f.recency_class, f.frequency_class, f.tier, f.value_class, f.stage,
            f.due_at)
           IS DISTINCT FROM
           (g.first_order_at, g.last_order_at, g.orders, g.spent, g.spent_net, g.first_order,
            g.largest_order, g.orders_30d, g.orders_90d, g.orders_180d, g.orders_365d,
            g.spent_365d, g.last_inbound_at, g.last_outbound_at, g.last_read_at, g.inbound_30d,
            g.clicks_7d, g.recency_class, g.frequency_class, g.tier, g.value_class, g.stage,
            g.next_at))
