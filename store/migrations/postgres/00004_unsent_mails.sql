-- Mails that did not leave are looked for every minute.

-- +goose Up
CREATE INDEX mails_unsent ON mails (created_at) WHERE sent_at IS NULL;

-- +goose Down
DROP INDEX mails_unsent;
