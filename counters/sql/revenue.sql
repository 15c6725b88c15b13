-- What each of these campaigns brought, and how the store did at large since its first mailing.
SELECT b.id, coalesce(w.orders, 0) AS orders, coalesce(w.net, 0) AS net, w.average,
       coalesce(s.recipients, 0) AS recipients,
       (SELECT avg(o.base_total) FROM shop_order o
         WHERE o.tenant_id = $1::uuid AND o.placed_at >= s.began_at AND o.cancelled_at IS NULL
           AND o.deleted_at IS NULL AND o.is_test = 0) AS store_average
  FROM ({batch}) AS b
  LEFT JOIN (SELECT a.campaign_id, count(*) AS orders, avg(o.base_total) AS average,
                    sum(o.base_total - coalesce(o.base_refunded, 0)) AS net
               FROM attribution a
               JOIN shop_order o ON o.tenant_id = $1::uuid AND o.id = a.order_id
              WHERE a.tenant_id = $1::uuid
                AND a.campaign_id IN (SELECT x.id FROM ({batch}) AS x)
              GROUP BY a.campaign_id) AS w ON w.campaign_id = b.id
  LEFT JOIN (SELECT m.origin_id, min(m.created_at) AS began_at,
                    sum((SELECT coalesce(sum(c.n), 0) FROM mailing_count c
                          WHERE c.tenant_id = $1::uuid AND c.mailing_id = m.id
                            AND c.state = 'sent')) AS recipients
               FROM mailing m
              WHERE m.tenant_id = $1::uuid AND m.origin = 'campaign'
                AND m.origin_id IN (SELECT x.id FROM ({batch}) AS x)
              GROUP BY m.origin_id) AS s ON s.origin_id = b.id
