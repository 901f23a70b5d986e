-- Work for many: runs and their items; mails that were given up; and proposals that are about a run, not a purchase.

-- +goose Up
CREATE TABLE bulk_runs (
    id            text NOT NULL PRIMARY KEY,
    account_id    text NOT NULL,
    kind          text NOT NULL,
    filter        blob,
    state         text NOT NULL,
    reason        text NOT NULL,
    asked_by      text NOT NULL,
    asked_by_name text NOT NULL,
    asked_by_role text NOT NULL,
    reply_to      text NOT NULL,
    proposal_id   text NOT NULL,
    retries       text NOT NULL,
    total         integer NOT NULL,
    left_out      integer NOT NULL,
    place         text NOT NULL,
    slice         integer NOT NULL,
    revision      integer NOT NULL,
    paced_at      timestamp,
    paced_from    integer NOT NULL,
    shown         integer NOT NULL,
    shown_at      timestamp,
    changed_by    text NOT NULL,
    file          text NOT NULL,
    created_at    timestamp NOT NULL,
    started_at    timestamp,
    ended_at      timestamp,
    touched_at    timestamp NOT NULL
);

CREATE TABLE bulk_items (
    run_id     text NOT NULL,
    seq        integer NOT NULL,
    account_id text NOT NULL,
    target     text NOT NULL,
    recipient  text NOT NULL,
    state      text NOT NULL,
    detail     text NOT NULL,
    parts      integer NOT NULL,
    sent       integer NOT NULL,
    again      text NOT NULL,
    updated_at timestamp NOT NULL,
    PRIMARY KEY (run_id, seq)
);
CREATE INDEX bulk_runs_open ON bulk_runs (account_id, created_at) WHERE ended_at IS NULL;
CREATE INDEX bulk_runs_ended ON bulk_runs (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX bulk_items_by_state ON bulk_items (run_id, state, detail, seq);
CREATE INDEX bulk_items_by_recipient ON bulk_items (run_id, recipient);

-- The buyers of a product are walked in the order of their purchases' ids.
CREATE INDEX purchases_of_product ON purchases (account_id, product_id, id);

ALTER TABLE mails ADD COLUMN failed text NOT NULL DEFAULT '';

-- A proposal about a run has its id in the place of a purchase's.
CREATE TABLE proposals_new (
    id              text NOT NULL PRIMARY KEY,
    account_id      text NOT NULL,
    kind            text NOT NULL,
    purchase_id     text NOT NULL,
    "transaction"   text NOT NULL,
    payload         blob,
    seal            text NOT NULL,
    verdict         blob,
    facts           text NOT NULL,
    asked_by        text NOT NULL,
    asked_by_name   text NOT NULL,
    asked_by_role   text NOT NULL,
    reason          text NOT NULL,
    amount          integer NOT NULL,
    currency        text NOT NULL,
    status          text NOT NULL,
    decided_by      text NOT NULL,
    decided_by_name text NOT NULL,
    decided_reason  text NOT NULL,
    decided_at      timestamp,
    replaced_by     text NOT NULL,
    request_key     text NOT NULL,
    reply_to        text NOT NULL,
    expires_at      timestamp NOT NULL,
    revision        integer NOT NULL,
    created_at      timestamp NOT NULL,
    trimmed_at      timestamp,
    reminded        integer NOT NULL DEFAULT 0
);
INSERT INTO proposals_new (id, account_id, kind, purchase_id, "transaction", payload, seal, verdict, facts, asked_by, asked_by_name, asked_by_role, reason, amount, currency, status, decided_by, decided_by_name, decided_reason, decided_at, replaced_by, request_key, reply_to, expires_at, revision, created_at, trimmed_at, reminded)
    SELECT id, account_id, kind, purchase_id, "transaction", payload, seal, verdict, facts, asked_by, asked_by_name, asked_by_role, reason, amount, currency, status, decided_by, decided_by_name, decided_reason, decided_at, replaced_by, request_key, reply_to, expires_at, revision, created_at, trimmed_at, reminded FROM proposals;
DROP TABLE proposals;
ALTER TABLE proposals_new RENAME TO proposals;
CREATE UNIQUE INDEX proposals_one_open ON proposals (purchase_id, kind) WHERE status = 'open';
CREATE INDEX proposals_by_status ON proposals (account_id, status, expires_at, id);
CREATE INDEX proposals_by_purchase ON proposals (purchase_id, created_at);
CREATE INDEX proposals_by_request ON proposals (request_key) WHERE request_key <> '';
CREATE INDEX proposals_untrimmed ON proposals (created_at) WHERE trimmed_at IS NULL AND status <> 'open';

-- +goose Down
DELETE FROM proposals WHERE kind = 'bulk';
CREATE TABLE proposals_new (
    id              text NOT NULL PRIMARY KEY,
    account_id      text NOT NULL,
    kind            text NOT NULL,
    purchase_id     text NOT NULL REFERENCES purchases (id),
    "transaction"   text NOT NULL,
    payload         blob,
    seal            text NOT NULL,
    verdict         blob,
    facts           text NOT NULL,
    asked_by        text NOT NULL,
    asked_by_name   text NOT NULL,
    asked_by_role   text NOT NULL,
    reason          text NOT NULL,
    amount          integer NOT NULL,
    currency        text NOT NULL,
    status          text NOT NULL,
    decided_by      text NOT NULL,
    decided_by_name text NOT NULL,
    decided_reason  text NOT NULL,
    decided_at      timestamp,
    replaced_by     text NOT NULL,
    request_key     text NOT NULL,
    reply_to        text NOT NULL,
    expires_at      timestamp NOT NULL,
    revision        integer NOT NULL,
    created_at      timestamp NOT NULL,
    trimmed_at      timestamp,
    reminded        integer NOT NULL DEFAULT 0
);
INSERT INTO proposals_new (id, account_id, kind, purchase_id, "transaction", payload, seal, verdict, facts, asked_by, asked_by_name, asked_by_role, reason, amount, currency, status, decided_by, decided_by_name, decided_reason, decided_at, replaced_by, request_key, reply_to, expires_at, revision, created_at, trimmed_at, reminded)
    SELECT id, account_id, kind, purchase_id, "transaction", payload, seal, verdict, facts, asked_by, asked_by_name, asked_by_role, reason, amount, currency, status, decided_by, decided_by_name, decided_reason, decided_at, replaced_by, request_key, reply_to, expires_at, revision, created_at, trimmed_at, reminded FROM proposals;
DROP TABLE proposals;
ALTER TABLE proposals_new RENAME TO proposals;
CREATE UNIQUE INDEX proposals_one_open ON proposals (purchase_id, kind) WHERE status = 'open';
CREATE INDEX proposals_by_status ON proposals (account_id, status, expires_at, id);
CREATE INDEX proposals_by_purchase ON proposals (purchase_id, created_at);
CREATE INDEX proposals_by_request ON proposals (request_key) WHERE request_key <> '';
CREATE INDEX proposals_untrimmed ON proposals (created_at) WHERE trimmed_at IS NULL AND status <> 'open';
ALTER TABLE mails DROP COLUMN failed;
DROP INDEX purchases_of_product;
DROP TABLE bulk_items;
DROP TABLE bulk_runs;
