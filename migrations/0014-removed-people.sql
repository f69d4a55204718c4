-- Somebody whom the owner has removed. The row stays, because what they wrote and sent stays in other people's chats under
-- their name; it signs nobody in, and its username is free again ("removed:<id>", which no form accepts).
ALTER TABLE users ADD COLUMN removed_at INTEGER;
