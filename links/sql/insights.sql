-- What touchpoints brought, by people: who first came through one from $2 until before $3, and which
-- of these confirmed, bought and left from then on. A joined contact counts as its survivor. A
-- consent that a list proves is older than the list.
WITH first_use AS (
    SELECT u.touchpoint_id, coalesce(c.merged_into, c.id) AS contact_id, min(u.at) AS at
      FROM ({batch}) AS b
      JOIN touchpoint_use u ON u.tenant_id = $1::uuid AND u.touchpoint_id = b.id
      JOIN contact c ON c.tenant_id = $1::uuid AND c.id = u.contact_id
     GROUP BY 1, 2
), joined AS (
    SELECT f.touchpoint_id, f.contact_id, f.at FROM first_use f WHERE f.at >= $2 AND f.at < $3
), consented AS (
    SELECT j.touchpoint_id, j.contact_id,
           max(CASE WHEN e.kind = 'confirmed' THEN 1 ELSE 0 END) AS confirmed,
           max(CASE WHEN e.kind = 'withdrawn' THEN 1 ELSE 0 END) AS has_left
      FROM joined j
      JOIN consent_entry e ON e.tenant_id = $1::uuid AND e.contact_id = j.contact_id
       AND (e.provider_at >= j.at OR e.touchpoint_id = j.touchpoint_id) AND e.purpose = 'marketing' AND e.topic = ''
     GROUP BY 1, 2
), bought AS (
    SELECT DISTINCT j.touchpoint_id, j.contact_id
      FROM joined j
      JOIN activity a ON a.tenant_id = $1::uuid AND a.contact_id = j.contact_id
       AND a.at >= j.at AND a.kind = 'order.placed'
)
SELECT b.id, count(j.contact_id) AS joined, coalesce(sum(s.confirmed), 0) AS confirmed,
       count(o.contact_id) AS bought, coalesce(sum(s.has_left), 0) AS "left"
  FROM ({batch}) AS b
  LEFT JOIN joined j ON j.touchpoint_id = b.id
  LEFT JOIN consented s ON s.touchpoint_id = j.touchpoint_id AND s.contact_id = j.contact_id
  LEFT JOIN bought o ON o.touchpoint_id = j.touchpoint_id AND o.contact_id = j.contact_id
 GROUP BY b.id
