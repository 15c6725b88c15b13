-- Messages of campaigns that the platform took and did not deliver, each once, whoever tells again.
-- What only spares a person (131049, 131050, 130472) harms nobody.
INSERT INTO campaign_failure (tenant_id, campaign_id, message_id, does_harm)
SELECT s.tenant_id, s.origin_id, s.message_id,
       CASE WHEN m.error_code IN (131049, 131050, 130472) THEN 0 ELSE 1 END
  FROM ({batch}) AS b
  JOIN message m ON m.tenant_id = $1::uuid AND m.id = b.message_id
  JOIN send s ON s.tenant_id = $1::uuid AND s.message_id = b.message_id
 WHERE s.origin = 'campaign' AND s.state = 'sent' AND m.status = 'failed'
ON CONFLICT DO NOTHING
