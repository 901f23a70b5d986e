-- Cases: questions of buyers that the team answers, what was said in them, and those that nobody had to ask.

-- +goose Up
CREATE TABLE cases (
    id             text NOT NULL PRIMARY KEY,
    account_id     text NOT NULL,
    number         bigint NOT NULL,
    buyer_id       text NOT NULL,
    identity_id    text NOT NULL,
    purchase_id    text NOT NULL,
    topic          text NOT NULL,
    source         text NOT NULL,
    status         text NOT NULL,
    assignee       text NOT NULL,
    assignee_name  text NOT NULL,
    opened_at      timestamptz NOT NULL,
    due_at         timestamptz NOT NULL,
    last_at        timestamptz NOT NULL,
    waiting_since  timestamptz,
    promised_at    timestamptz,
    resolve_by     timestamptz,
    reminded_at    timestamptz,
    escalated_at   timestamptz,
    first_reply_at timestamptz,
    closed_at      timestamptz,
    snoozed_until  timestamptz,
    reopened       bigint NOT NULL,
    messages       bigint NOT NULL,
    revision       bigint NOT NULL,
    trimmed_at     timestamptz
);
CREATE UNIQUE INDEX cases_by_number ON cases (account_id, number);
CREATE INDEX cases_by_status ON cases (account_id, status, due_at, id);
CREATE INDEX cases_by_assignee ON cases (account_id, assignee, due_at, id) WHERE status <> 'closed';
CREATE INDEX cases_by_buyer ON cases (account_id, buyer_id, number);
CREATE INDEX cases_by_identity ON cases (account_id, identity_id, number);
CREATE INDEX cases_by_opening ON cases (account_id, opened_at);
-- What the clock looks at every minute: few cases wait.
CREATE INDEX cases_promised ON cases (account_id, promised_at, id) WHERE promised_at IS NOT NULL AND reminded_at IS NULL;
CREATE INDEX cases_waiting ON cases (account_id, waiting_since, id) WHERE waiting_since IS NOT NULL AND escalated_at IS NULL;
CREATE INDEX cases_snoozed ON cases (account_id, snoozed_until, id) WHERE status = 'snoozed';
CREATE INDEX cases_untrimmed ON cases (closed_at) WHERE status = 'closed' AND trimmed_at IS NULL;

CREATE TABLE case_messages (
    id          text NOT NULL PRIMARY KEY,
    account_id  text NOT NULL,
    case_id     text NOT NULL,
    kind        text NOT NULL,
    author      text NOT NULL,
    author_name text NOT NULL,
    body        bytea,
    via         text NOT NULL,
    request_key text NOT NULL,
    created_at  timestamptz NOT NULL
);
CREATE INDEX case_messages_by_case ON case_messages (case_id, created_at, id);
CREATE UNIQUE INDEX case_messages_by_request ON case_messages (account_id, request_key);

CREATE TABLE case_deflections (
    id          text NOT NULL PRIMARY KEY,
    account_id  text NOT NULL,
    identity_id text NOT NULL,
    buyer_id    text NOT NULL,
    topic       text NOT NULL,
    flow        text NOT NULL,
    created_at  timestamptz NOT NULL,
    returned_at timestamptz
);
CREATE INDEX case_deflections_by_identity ON case_deflections (account_id, identity_id, topic, created_at);
CREATE INDEX case_deflections_by_buyer ON case_deflections (account_id, buyer_id, topic, created_at);
CREATE INDEX case_deflections_by_time ON case_deflections (account_id, created_at);

CREATE TABLE case_counters (
    account_id text NOT NULL PRIMARY KEY,
    last       bigint NOT NULL
);

-- +goose Down
DROP TABLE case_counters;
DROP TABLE case_deflections;
DROP TABLE case_messages;
DROP TABLE cases;
