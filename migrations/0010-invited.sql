-- Which invitation led to this account, so that its link leads home and not to a second account.
ALTER TABLE users ADD COLUMN invitation_id INTEGER REFERENCES invitations (id) ON DELETE SET NULL;
