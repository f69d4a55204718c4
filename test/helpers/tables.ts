/**
 * A database without a server around it, for tests of stores. Three people, each two of whom have a conversation: a
 * clause that matches too much meets a row that isn't meant.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, openDatabase } from '../../src/server/database/database.ts';

export const ANA = 1;
export const BEN = 2;
export const EVE = 3;

/** Conversations of two, by who is in them. */
export const ANA_BEN = 1;
export const ANA_EVE = 2;
export const BEN_EVE = 3;

export type Tables = {
  database: Database;
  path: string;
  close(): void;
};

/** The password hash of each is "hash of" and the username; nobody is anybody's friend. */
export function openTables(): Tables {
  const folder = mkdtempSync(join(tmpdir(), 'porchlight-tables-'));
  const path = join(folder, 'porchlight.db');
  const database = openDatabase(path);
  const person = database.prepare<[number, string, string, string]>(
    'INSERT INTO users (id, username, display_name, password_hash, created_at) VALUES (?, ?, ?, ?, 0)',
  );
  for (const [id, name] of [
    [ANA, 'ana'],
    [BEN, 'ben'],
    [EVE, 'eve'],
  ] as const)
    person.run(id, name, name, `hash of ${name}`);
  const conversation = database.prepare<[number, string]>(
    `INSERT INTO conversations (id, kind, direct_key, active_at) VALUES (?, 'direct', ?, 0)`,
  );
  const member = database.prepare<[number, number]>(
    'INSERT INTO members (conversation_id, user_id) VALUES (?, ?)',
  );
  for (const [id, a, b] of [
    [ANA_BEN, ANA, BEN],
    [ANA_EVE, ANA, EVE],
    [BEN_EVE, BEN, EVE],
  ] as const) {
    conversation.run(id, `${a}:${b}`);
    member.run(id, a);
    member.run(id, b);
  }
  return {
    database,
    path,
    close() {
      database.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/**
 * Lets a kind of statement fail while `work` runs, on every connection to the database: what a transaction has written
 * before it must go with it.
 * @param statement such as "INSERT ON messages"
 */
export async function whileFailing<Result>(
  database: Database,
  statement: string,
  work: () => Result | Promise<Result>,
): Promise<Result> {
  database.exec(`CREATE TRIGGER failing BEFORE ${statement} BEGIN SELECT RAISE(ABORT, 'made to fail'); END`);
  try {
    return await work();
  } finally {
    database.exec('DROP TRIGGER failing');
  }
}
