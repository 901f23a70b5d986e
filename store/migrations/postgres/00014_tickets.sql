-- Tickets of in-person events, and when and where these take place.

-- +goose Up
ALTER TABLE products ADD COLUMN starts_at timestamptz;
ALTER TABLE products ADD COLUMN ends_at timestamptz;
ALTER TABLE products ADD COLUMN timezone text NOT NULL DEFAULT '';
ALTER TABLE products ADD COLUMN place text NOT NULL DEFAULT '';
CREATE INDEX products_by_kind ON products (account_id, kind, starts_at);

CREATE TABLE tickets (
    id          text NOT NULL PRIMARY KEY,
    account_id  text NOT NULL,
    purchase_id text NOT NULL,
    product_id  text NOT NULL,
    number      bigint NOT NULL,
    state       text NOT NULL,
    name        text NOT NULL,
    email       text NOT NULL,
    email_key   text NOT NULL,
    document    bytea,
    code        bytea,
    code_key    text NOT NULL,
    sent_at     timestamptz,
    sent_count  bigint NOT NULL,
    filled_at   timestamptz,
    entered_at  timestamptz,
    entered_by  text NOT NULL,
    revision    bigint NOT NULL,
    created_at  timestamptz NOT NULL
);
CREATE UNIQUE INDEX tickets_by_purchase ON tickets (purchase_id, number);
CREATE INDEX tickets_by_product ON tickets (account_id, product_id, state);
CREATE UNIQUE INDEX tickets_by_code ON tickets (account_id, code_key) WHERE code_key <> '';
CREATE INDEX tickets_by_attendee ON tickets (account_id, email_key) WHERE email_key <> '';
CREATE INDEX tickets_filled ON tickets (filled_at) WHERE filled_at IS NOT NULL;

-- What was bought before there were tickets.
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
INSERT INTO tickets (id, account_id, purchase_id, product_id, number, state, name, email, email_key, code_key, sent_count, entered_by, revision, created_at)
SELECT p.id || '-' || n.i, p.account_id, p.id, p.product_id, n.i, 'pending', '', '', '', '', 0, '', 1, p.created_at
FROM purchases p JOIN products d ON d.id = p.product_id AND d.kind = 'event' JOIN n ON n.i = 1 OR n.i <= p.quantity
WHERE p.status NOT IN ('started', 'waiting_payment', 'processing', 'failed', 'expired', 'overdue');

-- +goose Down
DROP TABLE tickets;
DROP INDEX products_by_kind;
ALTER TABLE products DROP COLUMN place;
ALTER TABLE products DROP COLUMN timezone;
ALTER TABLE products DROP COLUMN ends_at;
ALTER TABLE products DROP COLUMN starts_at;
