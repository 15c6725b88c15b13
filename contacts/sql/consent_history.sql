-- What the ledger has of these contacts, in the order in which it was written down.
SELECT e.id, e.contact_id, e.subject_id, e.purpose, e.topic, e.kind, e.method, e.source_token,
       e.evidence_sealed, e.provider_at, e.recorded_at, e.request_id, e.touchpoint_id, e.wording_id,
       e.text_hash, e.notice, e.actor_kind, e.actor_id, e.prompt_id, e.answer_id, e.chain_seq,
       e.chain_hash
  FROM ({batch}) AS b
  JOIN consent_entry e ON e.tenant_id = $1::uuid AND e.contact_id = b.id
 ORDER BY e.contact_id, e.id
