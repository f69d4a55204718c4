/** Secrets of this server itself, which must outlive a restart. */
import { randomBytes } from 'node:crypto';
import type { Database } from '../database/database.ts';

/** 256 bits by name, generated when first requested. */
export function secretOf(database: Database, name: string): Buffer {
  const find = database.prepare<[string], Buffer>('SELECT value FROM secrets WHERE name = ?').pluck();
  const known = find.get(name);
  if (known) return known;
  const made = randomBytes(32);
  try {
    // If two processes start at once, both get what the first one wrote.
    database
      .prepare('INSERT INTO secrets (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING')
      .run(name, made);
    return find.get(name) ?? made;
  } catch {
    // A server also starts on a full disk. What is signed with this secret becomes worthless at a restart.
    return made;
  }
}
