-- 0026: contacts that are kept and not used (F49): few, and looked up with every page.

CREATE INDEX contact_frozen ON contact (tenant_id, id) WHERE state = 'frozen';
