-- Limits that hold across replicas and restarts, and the alarms of products.

-- +goose Up
CREATE TABLE turn_counts (
    account_id text NOT NULL,
    platform   text NOT NULL,
    user_id    text NOT NULL,
    minute     bigint NOT NULL,
    turns      bigint NOT NULL,
    PRIMARY KEY (account_id, platform, user_id)
);

CREATE TABLE product_alarms (
    id          text NOT NULL PRIMARY KEY,
    account_id  text NOT NULL,
    product_id  text NOT NULL,
    day         text NOT NULL,
    refunds     bigint NOT NULL,
    chargebacks bigint NOT NULL,
    usual       bigint NOT NULL,
    rule        text NOT NULL,
    created_at  timestamptz NOT NULL
);
CREATE UNIQUE INDEX product_alarms_by_day ON product_alarms (account_id, product_id, day);

-- What came back lately is looked at every minute; it is a small part of all purchases.
CREATE INDEX purchases_given_back ON purchases (status_at) WHERE status IN ('refunded', 'partly_refunded', 'chargeback');
CREATE INDEX mails_by_recipient ON mails (account_id, template, recipient, created_at);
CREATE INDEX requests_by_action ON requests (account_id, action, created_at);

-- Codes are limited by what was typed and by who asks, which he may know, and by the address, which he may not.
ALTER TABLE one_time_codes ADD COLUMN typed_key text NOT NULL DEFAULT '';
CREATE INDEX one_time_codes_by_typed ON one_time_codes (account_id, typed_key, created_at);

-- +goose Down
DROP INDEX one_time_codes_by_typed;
ALTER TABLE one_time_codes DROP COLUMN typed_key;
DROP INDEX requests_by_action;
DROP INDEX mails_by_recipient;
DROP INDEX purchases_given_back;
DROP TABLE product_alarms;
DROP TABLE turn_counts;
