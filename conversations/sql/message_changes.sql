-- What the writer did to the message since: the latest edit gives the shown text, a withdrawal
  -- hides it. Changes are kept apart because they may come first; they find their message by token.
  LEFT JOIN message_change edit
    ON edit.tenant_id = $1::uuid
   AND edit.id = (SELECT x.id FROM message_change x
                   WHERE x.tenant_id = $1::uuid AND x.conversation_id = m.conversation_id
                     AND x.target_token = m.wamid_token AND x.kind = 'edit'
                   ORDER BY x.at DESC, x.id DESC LIMIT 1)
  LEFT JOIN message_change gone
    ON gone.tenant_id = $1::uuid
   AND gone.id = (SELECT x.id FROM message_change x
                   WHERE x.tenant_id = $1::uuid AND x.conversation_id = m.conversation_id
                     AND x.target_token = m.wamid_token AND x.kind = 'revoke'
                   ORDER BY x.at, x.id LIMIT 1)
