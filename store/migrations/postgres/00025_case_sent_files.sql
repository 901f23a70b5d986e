-- Files of the team: who put them into a case, and with which replies they went to the buyer.

-- +goose Up
ALTER TABLE case_files ADD COLUMN author text NOT NULL DEFAULT '';
CREATE TABLE case_sent_files (
    message_id  text NOT NULL,
    file_id     text NOT NULL,
    case_id     text NOT NULL,
    delivery_id text NOT NULL,
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (message_id, file_id)
);
CREATE INDEX case_sent_files_by_case ON case_sent_files (case_id);
CREATE INDEX case_sent_files_by_delivery ON case_sent_files (delivery_id) WHERE delivery_id <> '';

-- +goose Down
DROP TABLE case_sent_files;
ALTER TABLE case_files DROP COLUMN author;
