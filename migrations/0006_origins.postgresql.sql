-- 0006: origins of browser applications that may ask for a tenant (CORS), a list of texts.
ALTER TABLE tenant ADD COLUMN allowed_origins jsonb NOT NULL DEFAULT '[]';
