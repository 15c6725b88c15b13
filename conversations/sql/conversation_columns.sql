c.id, c.contact_id, c.number_id, c.state, c.state_at, c.snoozed_until, c.assignee_id, c.holder,
       c.last_message_id, c.last_message_at, c.last_inbound_at, c.window_closed_at,
       c.free_entry_until, c.merged_into, c.created_at, c.updated_at
