-- Work for many: runs and their items; mails that were given up; and proposals that are about a run, not a purchase.

-- +goose Up
CREATE TABLE bulk_runs (
    id            text COLLATE "C" NOT NULL PRIMARY KEY,
    account_id    text COLLATE "C" NOT NULL,
    kind          text COLLATE "C" NOT NULL,
    filter        bytea,
    state         text COLLATE "C" NOT NULL,
    reason        text COLLATE "C" NOT NULL,
    asked_by      text COLLATE "C" NOT NULL,
    asked_by_name text COLLATE "C" NOT NULL,
    asked_by_role text COLLATE "C" NOT NULL,
    reply_to      text COLLATE "C" NOT NULL,
    proposal_id   text COLLATE "C" NOT NULL,
    retries       text COLLATE "C" NOT NULL,
    total         bigint NOT NULL,
    left_out      bigint NOT NULL,
    place         text COLLATE "C" NOT NULL,
    slice         bigint NOT NULL,
    revision      bigint NOT NULL,
    paced_at      timestamptz,
    paced_from    bigint NOT NULL,
    shown         bigint NOT NULL,
    shown_at      timestamptz,
    changed_by    text COLLATE "C" NOT NULL,
    file          text COLLATE "C" NOT NULL,
    created_at    timestamptz NOT NULL,
    started_at    timestamptz,
    ended_at      timestamptz,
    touched_at    timestamptz NOT NULL
);

CREATE TABLE bulk_items (
    run_id     text COLLATE "C" NOT NULL,
    seq        bigint NOT NULL,
    account_id text COLLATE "C" NOT NULL,
    target     text COLLATE "C" NOT NULL,
    recipient  text COLLATE "C" NOT NULL,
    state      text COLLATE "C" NOT NULL,
    detail     text COLLATE "C" NOT NULL,
    parts      bigint NOT NULL,
    sent       bigint NOT NULL,
    again      text COLLATE "C" NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (run_id, seq)
);
CREATE INDEX bulk_runs_open ON bulk_runs (account_id, created_at) WHERE ended_at IS NULL;
CREATE INDEX bulk_runs_ended ON bulk_runs (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX bulk_items_by_state ON bulk_items (run_id, state, detail, seq);
CREATE INDEX bulk_items_by_recipient ON bulk_items (run_id, recipient);

-- The buyers of a product are walked in the order of their purchases' ids.
CREATE INDEX purchases_of_product ON purchases (account_id, product_id, id);

ALTER TABLE mails ADD COLUMN failed text COLLATE "C" NOT NULL DEFAULT '';

-- A proposal about a run has its id in the place of a purchase's.
ALTER TABLE proposals DROP CONSTRAINT proposals_purchase_id_fkey;

-- +goose Down
DELETE FROM proposals WHERE kind = 'bulk';
ALTER TABLE proposals ADD CONSTRAINT proposals_purchase_id_fkey FOREIGN KEY (purchase_id) REFERENCES purchases (id);
ALTER TABLE mails DROP COLUMN failed;
DROP INDEX purchases_of_product;
DROP TABLE bulk_items;
DROP TABLE bulk_runs;
