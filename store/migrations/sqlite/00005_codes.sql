-- One-time codes, and since when a chat user is known to be a buyer.

-- +goose Up
ALTER TABLE identity_buyers ADD COLUMN proved_at timestamp NOT NULL DEFAULT '1970-01-01 00:00:00+00:00';
UPDATE identity_buyers SET proved_at = created_at;

CREATE TABLE one_time_codes (
    id           text NOT NULL PRIMARY KEY,
    account_id   text NOT NULL,
    purpose      text NOT NULL,
    identity_id  text NOT NULL,
    conversation text NOT NULL,
    buyer_id     text NOT NULL,
    purchase_id  text NOT NULL,
    facts        text NOT NULL,
    address_key  text NOT NULL,
    code_hash    text NOT NULL,
    tries        integer NOT NULL,
    created_at   timestamp NOT NULL,
    sent_at      timestamp,
    expires_at   timestamp,
    used_at      timestamp,
    voided_at    timestamp
);
CREATE INDEX one_time_codes_by_account ON one_time_codes (account_id, created_at);
CREATE INDEX one_time_codes_by_address ON one_time_codes (account_id, address_key, created_at);
CREATE INDEX one_time_codes_by_conversation ON one_time_codes (conversation);
CREATE INDEX one_time_codes_by_identity ON one_time_codes (identity_id, purpose, created_at);

-- +goose Down
DROP TABLE one_time_codes;
ALTER TABLE identity_buyers DROP COLUMN proved_at;
