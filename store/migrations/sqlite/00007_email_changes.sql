-- Changes of e-mail addresses, so that they can be put back; and documents that were typed in place of a lost mailbox.

-- +goose Up
CREATE TABLE email_changes (
    id          text NOT NULL PRIMARY KEY,
    account_id  text NOT NULL,
    purchase_id text NOT NULL,
    request_key text NOT NULL,
    old_email   text NOT NULL,
    new_email   text NOT NULL,
    old_buyer   text NOT NULL,
    new_buyer   text NOT NULL,
    created_at  timestamp NOT NULL,
    reverted_at timestamp,
    reverted_by text NOT NULL
);
CREATE UNIQUE INDEX email_changes_by_request ON email_changes (request_key);
CREATE INDEX email_changes_by_purchase ON email_changes (purchase_id, created_at);

CREATE TABLE document_checks (
    id           text NOT NULL PRIMARY KEY,
    account_id   text NOT NULL,
    identity_id  text NOT NULL,
    purchase_key text NOT NULL,
    purchase_id  text NOT NULL,
    buyer_id     text NOT NULL,
    matched      boolean NOT NULL,
    created_at   timestamp NOT NULL,
    used_at      timestamp
);
CREATE INDEX document_checks_by_purchase ON document_checks (account_id, purchase_key, created_at);
CREATE INDEX document_checks_by_identity ON document_checks (identity_id, created_at);

ALTER TABLE one_time_codes ADD COLUMN sealed blob;

-- +goose Down
ALTER TABLE one_time_codes DROP COLUMN sealed;
DROP TABLE document_checks;
DROP TABLE email_changes;
