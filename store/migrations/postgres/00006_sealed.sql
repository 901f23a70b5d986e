-- Documents and phones of buyers, sealed, and what retention looks for: by age, and only what there is still to drop.

-- +goose Up
ALTER TABLE buyers ADD COLUMN document bytea;
ALTER TABLE buyers ADD COLUMN document_key text NOT NULL DEFAULT '';
ALTER TABLE buyers ADD COLUMN phone bytea;
ALTER TABLE buyers ADD COLUMN contact_at timestamptz;
CREATE INDEX buyers_by_contact ON buyers (contact_at, id) WHERE contact_at IS NOT NULL;
ALTER TABLE requests ADD COLUMN trimmed_at timestamptz;
ALTER TABLE proposals ADD COLUMN trimmed_at timestamptz;
CREATE INDEX requests_untrimmed ON requests (updated_at) WHERE trimmed_at IS NULL;
CREATE INDEX proposals_untrimmed ON proposals (created_at) WHERE trimmed_at IS NULL AND status <> 'open';
CREATE INDEX conversations_ended ON conversations (created_at) WHERE NOT open;
CREATE INDEX inbound_events_filled ON inbound_events (created_at) WHERE payload IS NOT NULL;
CREATE INDEX mails_filled ON mails (sent_at) WHERE "values" IS NOT NULL AND sent_at IS NOT NULL;
CREATE INDEX web_messages_by_age ON web_messages (updated_at);
CREATE INDEX identity_buyers_by_proof ON identity_buyers (proved_at);
-- All that is kept of one buyer is found without reading tables whole: he asks for it in a chat.
ALTER TABLE inbound_events ADD COLUMN buyer_id text NOT NULL DEFAULT '';
CREATE INDEX inbound_events_by_buyer ON inbound_events (buyer_id) WHERE buyer_id <> '';
CREATE INDEX inbound_events_of_nobody ON inbound_events (account_id, source, event_id) WHERE buyer_id = '' AND payload IS NOT NULL;
CREATE INDEX mails_by_mailbox ON mails (account_id, lower(recipient));
CREATE INDEX conversations_by_user ON conversations (account_id, platform, user_id) WHERE NOT open;

-- +goose Down
DROP INDEX conversations_by_user;
DROP INDEX mails_by_mailbox;
DROP INDEX inbound_events_of_nobody;
DROP INDEX inbound_events_by_buyer;
ALTER TABLE inbound_events DROP COLUMN buyer_id;
DROP INDEX identity_buyers_by_proof;
DROP INDEX web_messages_by_age;
DROP INDEX mails_filled;
DROP INDEX inbound_events_filled;
DROP INDEX conversations_ended;
DROP INDEX proposals_untrimmed;
DROP INDEX requests_untrimmed;
ALTER TABLE proposals DROP COLUMN trimmed_at;
ALTER TABLE requests DROP COLUMN trimmed_at;
DROP INDEX buyers_by_contact;
ALTER TABLE buyers DROP COLUMN contact_at;
ALTER TABLE buyers DROP COLUMN phone;
ALTER TABLE buyers DROP COLUMN document_key;
ALTER TABLE buyers DROP COLUMN document;
