-- Of these contacts, whose facts come to nothing, or who are no contact any more.
DELETE FROM contact_facts
 WHERE tenant_id = $1::uuid AND contact_id IN (
       SELECT f.contact_id
         FROM ({batch}) AS b
         JOIN contact c ON c.tenant_id = $1::uuid AND c.id = b.id
         JOIN contact_facts f ON f.tenant_id = $1::uuid
          AND (f.contact_id = c.id OR f.contact_id = c.merged_into)
         JOIN contact k ON k.tenant_id = $1::uuid AND k.id = f.contact_id
        WHERE k.state NOT IN ('active', 'frozen')
           OR (f.orders = 0 AND f.spent_net = 0 AND f.recency_class IS NULL
               AND f.last_outbound_at IS NULL))
