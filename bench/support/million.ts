/** A family with a short chat and one of a million messages: made once for each shape of the tables, then kept. */
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { openDatabase } from '../../src/server/database/database.ts';
import { makeFamily, type Pair, TEXT } from './family.ts';
import { makeFolder, ROOT } from './programs.ts';

export const FEW = 100;
export const MANY = 1_000_000;

const two = <Schema extends v.GenericSchema>(of: Schema) => v.tuple([of, of]);
const Pairs = v.array(v.object({ chat: v.number(), users: two(v.number()), cookies: two(v.string()) }));

/** Messages of both in turn, a minute apart, in one statement: the stores would take minutes. */
const FILL = `
  WITH RECURSIVE numbers (n) AS (SELECT :few + 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :many)
  INSERT INTO messages (conversation_id, author_id, key, body, first_rev, rev, sent_at)
  SELECT :chat, iif(n % 3 = 0, :first, :second), 'bench-many-' || n, n || ': ' || :text, n, n, :now - (:many - n) * 60000
  FROM numbers`;

function fill(dataDir: string, { chat, users: [first, second] }: Pair): void {
  const database = openDatabase(join(dataDir, 'porchlight.db'));
  const now = Date.now();
  database.prepare(FILL).run({ chat, first, second, few: FEW, many: MANY, text: TEXT, now });
  database.prepare('UPDATE conversations SET rev = ?, active_at = ? WHERE id = ?').run(MANY, now, chat);
  database
    .prepare('UPDATE members SET read_id = (SELECT MAX(id) FROM messages) WHERE conversation_id = ?')
    .run(chat);
  database.close();
}

/** The data folder, and the pairs in it: the first with the short chat, the second with the long one. */
export async function millionFamily(): Promise<{ dataDir: string; pairs: Pair[] }> {
  const hash = createHash('sha256').update(readFileSync(import.meta.filename));
  for (const file of globSync(join(ROOT, 'migrations/*.sql')).sort()) hash.update(readFileSync(file));
  const kept = join(tmpdir(), 'porchlight-bench-cache', hash.digest('hex').slice(0, 16));
  if (!existsSync(kept)) {
    const folder = makeFolder();
    const { pairs } = await makeFamily(folder, 2, FEW);
    const [, long] = pairs;
    if (long) fill(folder, long);
    writeFileSync(join(folder, 'pairs.json'), JSON.stringify(pairs));
    mkdirSync(dirname(kept), { recursive: true });
    // Last, so that a run that was stopped half-way leaves nothing that looks whole.
    renameSync(folder, kept);
  }
  return { dataDir: kept, pairs: v.parse(Pairs, JSON.parse(readFileSync(join(kept, 'pairs.json'), 'utf8'))) };
}
