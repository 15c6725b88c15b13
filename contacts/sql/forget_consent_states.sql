-- States that an import's entry, or the taking back of one, came to.
DELETE FROM consent_state
 WHERE tenant_id = $1::uuid
   AND entry_id IN (SELECT e.id FROM ({batch}) AS b
                      JOIN consent_entry e ON e.tenant_id = $1::uuid AND e.contact_id = b.id
                     WHERE e.method IN ('import', 'import_undone'))
