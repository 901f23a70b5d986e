-- What buyers say, and what reports count.

-- +goose Up
CREATE TABLE feedback (
    id          text NOT NULL PRIMARY KEY,
    account_id  text NOT NULL,
    about       text NOT NULL,
    source      text NOT NULL,
    product_id  text NOT NULL,
    purchase_id text NOT NULL,
    buyer_id    text NOT NULL,
    identity_id text NOT NULL,
    score       bigint NOT NULL,
    category    text NOT NULL,
    comment     text NOT NULL,
    case_id     text NOT NULL,
    created_at  timestamptz NOT NULL
);
CREATE UNIQUE INDEX feedback_about ON feedback (account_id, about);
CREATE INDEX feedback_by_time ON feedback (account_id, created_at DESC, id DESC);
CREATE INDEX feedback_by_product ON feedback (account_id, product_id, created_at DESC, id DESC);
CREATE INDEX feedback_by_buyer ON feedback (buyer_id) WHERE buyer_id <> '';

-- Somebody was asked, or is not to be: each thing is asked about once.
CREATE TABLE feedback_asks (
    account_id  text NOT NULL,
    about       text NOT NULL,
    buyer_id    text NOT NULL,
    identity_id text NOT NULL,
    state       text NOT NULL,
    asked_at    timestamptz NOT NULL,
    PRIMARY KEY (account_id, about)
);
CREATE INDEX feedback_asks_by_buyer ON feedback_asks (buyer_id, asked_at);

CREATE TABLE feedback_digests (
    account_id text NOT NULL,
    week       text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, week)
);

-- Sales are counted, and asked about, by when they were paid.
CREATE INDEX purchases_by_approval ON purchases (account_id, approved_at, product_id);

-- +goose Down
DROP INDEX purchases_by_approval;
DROP TABLE feedback_digests;
DROP TABLE feedback_asks;
DROP TABLE feedback;
