-- The survivor's thread shows what both showed: greatest-of, as when messages come in. The step that
-- was taken last decides the state, and an open thread stays open.
UPDATE conversation
   SET last_message_id = CASE WHEN (theirs.last_message_at, theirs.last_message_tie)
                                   > (conversation.last_message_at, conversation.last_message_tie)
                              THEN theirs.last_message_id ELSE conversation.last_message_id END,
       last_message_tie = CASE WHEN (theirs.last_message_at, theirs.last_message_tie)
                                    > (conversation.last_message_at, conversation.last_message_tie)
                               THEN theirs.last_message_tie ELSE conversation.last_message_tie END,
       last_message_at = GREATEST(conversation.last_message_at, theirs.last_message_at),
       last_inbound_at = GREATEST(conversation.last_inbound_at, theirs.last_inbound_at),
       moved_at = GREATEST(conversation.moved_at, theirs.moved_at),
       window_closed_at = CASE WHEN GREATEST(conversation.last_inbound_at, theirs.last_inbound_at)
                                    > GREATEST(conversation.moved_at, theirs.moved_at)
                               THEN GREATEST(conversation.window_closed_at, theirs.window_closed_at)
                               ELSE 0 END,
       free_entry_until = GREATEST(conversation.free_entry_until, theirs.free_entry_until),
       state = CASE WHEN theirs.state = 'open' THEN 'open'
                    WHEN theirs.state_at > conversation.state_at THEN theirs.state
                    ELSE conversation.state END,
       state_at = GREATEST(conversation.state_at, theirs.state_at),
       assignee_id = coalesce(conversation.assignee_id, theirs.assignee_id)
  FROM conversation theirs
 WHERE conversation.tenant_id = $1::uuid AND conversation.id = $2::uuid
   AND theirs.tenant_id = $1::uuid AND theirs.id = $3::uuid
