-- What threads show, after new messages. Every column is a greatest-of, so that the order of arrival
-- does not matter: the last message, the last inbound one, the last change of number.
-- The window is open for $3 after the last inbound message, but a new number has not written yet
-- (contract 4.4, 5.1). A live message later than the last step of a person wakes a resting thread.
UPDATE conversation
   SET last_message_id = CASE WHEN (b.said_at, b.said_tie)
                                   > (conversation.last_message_at, conversation.last_message_tie)
                              THEN b.said_id ELSE conversation.last_message_id END,
       last_message_tie = CASE WHEN (b.said_at, b.said_tie)
                                    > (conversation.last_message_at, conversation.last_message_tie)
                               THEN b.said_tie ELSE conversation.last_message_tie END,
       last_message_at = GREATEST(conversation.last_message_at, b.said_at),
       last_inbound_at = GREATEST(conversation.last_inbound_at, b.inbound_at),
       moved_at = GREATEST(conversation.moved_at, b.moved_at),
       window_closed_at = CASE WHEN GREATEST(conversation.last_inbound_at, b.inbound_at)
                                    > GREATEST(conversation.moved_at, b.moved_at)
                               THEN GREATEST(conversation.last_inbound_at, b.inbound_at) + $3::bigint
                               ELSE 0 END,
       unreachable_because = CASE WHEN b.inbound_at <= conversation.last_inbound_at
                                  THEN conversation.unreachable_because END,
       state = CASE WHEN b.live_at > conversation.state_at
                         AND conversation.state IN ('pending', 'snoozed', 'resolved')
                    THEN 'open' ELSE conversation.state END,
       snoozed_until = CASE WHEN b.live_at > conversation.state_at
                            THEN NULL ELSE conversation.snoozed_until END,
       updated_at = $2
  FROM ({batch}) AS b
 WHERE conversation.tenant_id = $1::uuid AND conversation.id = b.id
