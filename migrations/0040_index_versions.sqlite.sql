-- By which version of a tenant's index key its people are found (docs/decisions/0005-keys-and-seals.md).
ALTER TABLE tenant ADD COLUMN index_version integer NOT NULL DEFAULT 1;
