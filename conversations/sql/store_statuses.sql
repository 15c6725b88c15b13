-- Keep each status once with the first time the platform told; what a later telling adds (prices are
-- told once, with sent or delivered) is taken up.
INSERT INTO message_status
       (tenant_id, number_id, wamid_token, status, participant_token, at, received_at, error_code,
        pricing_category, pricing_type, pricing_model, entry_until, subject_id, extra_sealed)
SELECT $1::uuid, b.number_id, b.wamid_token, b.status, b.participant_token, b.at, b.received_at,
       b.error_code, b.pricing_category, b.pricing_type, b.pricing_model, b.entry_until,
       b.subject_id, b.extra_sealed
  FROM ({batch}) AS b
 WHERE true
    ON CONFLICT (tenant_id, number_id, wamid_token, status, participant_token) DO UPDATE
   SET at = LEAST(message_status.at, excluded.at),
       error_code = coalesce(message_status.error_code, excluded.error_code),
       pricing_category = coalesce(message_status.pricing_category, excluded.pricing_category),
       pricing_type = coalesce(message_status.pricing_type, excluded.pricing_type),
       pricing_model = coalesce(message_status.pricing_model, excluded.pricing_model),
       entry_until = coalesce(message_status.entry_until, excluded.entry_until),
       extra_sealed = coalesce(message_status.extra_sealed, excluded.extra_sealed)
 WHERE excluded.at < message_status.at
    OR (excluded.pricing_type IS NOT NULL AND message_status.pricing_type IS NULL)
