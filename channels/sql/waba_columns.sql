w.id, w.waba_id, w.portfolio_id, w.state, w.state_at, w.restricted_until, w.messaging_limit,
       w.templates_synced_at, w.templates_trouble, w.created_at, w.updated_at
