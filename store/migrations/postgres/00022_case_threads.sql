-- What happened in cases, in order, and how far each thread of a case's card stands.

-- +goose Up
CREATE TABLE case_events (
    id         text NOT NULL PRIMARY KEY,
    account_id text NOT NULL,
    case_id    text NOT NULL,
    seq        bigint NOT NULL,
    kind       text NOT NULL,
    actor_name text NOT NULL,
    until      timestamptz,
    origin     text NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX case_events_by_case ON case_events (case_id, seq);
ALTER TABLE cards ADD COLUMN posted bigint NOT NULL DEFAULT 0;
ALTER TABLE cards ADD COLUMN busy_until timestamptz;
-- Where somebody writes below a card, it is found by its message.
CREATE INDEX cards_below ON cards (account_id, platform, message);
CREATE INDEX case_messages_below ON case_messages (account_id, author) WHERE via = 'thread';
ALTER TABLE web_messages ADD COLUMN below text NOT NULL DEFAULT '';
ALTER TABLE web_messages ADD COLUMN threaded boolean NOT NULL DEFAULT false;

-- +goose Down
ALTER TABLE web_messages DROP COLUMN threaded;
ALTER TABLE web_messages DROP COLUMN below;
DROP INDEX case_messages_below;
DROP INDEX cards_below;
ALTER TABLE cards DROP COLUMN busy_until;
ALTER TABLE cards DROP COLUMN posted;
DROP TABLE case_events;
