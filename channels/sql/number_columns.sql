n.id, n.waba_row_id, n.phone_number_id, n.display_phone_number, n.verified_name, n.state,
       n.quality, n.throughput, n.token_expires_at, n.trouble_code, n.trouble_at, n.created_at,
       n.updated_at
