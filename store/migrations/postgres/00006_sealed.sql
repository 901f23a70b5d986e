-- Documents and phones of buyers, sealed, and what retention looks for: by age, and only what there is still to drop.

-- +goose Up
ALTER TABLE buyers ADD COLUMN document bytea;
ALTER TABLE buyers ADD COLUMN document_key text NOT NULL DEFAULT '';
ALTER TABLE buyers ADD COLUMN phone bytea;
ALTER TABLE buyers ADD COLUMN contact_at timestamptz;
CREATE INDEX buyers_by_contact ON buyers (contact_at, id) WHERE contact_at IS NOT NULL;

-- +goose Down
DROP INDEX buyers_by_contact;
ALTER TABLE buyers DROP COLUMN contact_at;
ALTER TABLE buyers DROP COLUMN phone;
ALTER TABLE buyers DROP COLUMN document_key;
ALTER TABLE buyers DROP COLUMN document;
