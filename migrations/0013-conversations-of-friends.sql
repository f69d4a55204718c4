-- A friendship begins with a conversation. Friends of before have one from when either of them first looked for it.
INSERT INTO conversations (kind, direct_key, active_at)
  SELECT 'direct', user_a || ':' || user_b, accepted_at FROM friendships WHERE accepted_at IS NOT NULL
  ON CONFLICT DO NOTHING;

INSERT INTO members (conversation_id, user_id)
  SELECT conversations.id, users.id FROM friendships
    JOIN conversations ON direct_key = user_a || ':' || user_b
    JOIN users ON users.id IN (user_a, user_b)
  WHERE accepted_at IS NOT NULL
  ON CONFLICT DO NOTHING;
