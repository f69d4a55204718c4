import {
  chownSync,
  createWriteStream,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import Sqlite from 'better-sqlite3';
import { create, Header, list } from 'tar';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { admin } from '../../../test/helpers/admin.ts';
import { openDatabase } from '../database/database.ts';
import { writeBackup } from './backup.ts';
import { restoreFrom } from './restore.ts';

const SECRET = 'something that was taken back';

let root = '';
let data = '';
let file = '';
let server: ReturnType<typeof openDatabase>;

/** A household whose server runs: what was written last is still in the log of the database. */
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'porchlight-backup-'));
  data = join(root, 'data');
  file = join(root, 'monday.tar');
  mkdirSync(join(data, 'uploads', '照片'), { recursive: true });
  writeFileSync(join(data, 'uploads', '照片', '奶奶.jpg'), 'a picture');
  server = openDatabase(join(data, 'porchlight.db'));
  server.exec(`INSERT INTO users (username, display_name, password_hash, is_owner, created_at) VALUES ('mei', '奶奶', '', 1, 0);
    INSERT INTO conversations (kind, direct_key, active_at) VALUES ('direct', '1:2', 0);
    INSERT INTO messages (conversation_id, author_id, key, body, first_rev, rev, sent_at)
      VALUES (1, 1, 'k', '${SECRET}', 1, 1, 0);`);
  server.exec(`UPDATE messages SET body = '', deleted_at = 1`);
});
afterEach(() => {
  server.close();
  rmSync(root, { recursive: true, force: true });
});

async function entries(archive: string): Promise<string[]> {
  const paths: string[] = [];
  await list({ file: archive, onReadEntry: (entry) => void paths.push(entry.path.replace(/^\.\//, '')) });
  return paths.sort();
}

function namesIn(folder: string): string[] {
  const database = new Sqlite(join(folder, 'porchlight.db'), { readonly: true, fileMustExist: true });
  const names = database.prepare<[], string>('SELECT display_name FROM users').pluck().all();
  database.close();
  return names;
}

const restore = (folder: string, ...words: string[]) => admin(folder, ['restore', ...words]);

describe('backup', () => {
  test('holds what a running server has written last and the folders beside, readable by nobody else', async () => {
    expect((await admin(data, ['backup', file])).said).toContain(`Everything is in ${file}.`);
    expect(await entries(file)).toEqual([
      'porchlight.db',
      'uploads/',
      'uploads/照片/',
      'uploads/照片/奶奶.jpg',
    ]);
    expect(statSync(file).mode & 0o077).toBe(0);
    expect(readdirSync(root).sort()).toEqual(['data', 'monday.tar']);
    expect(readdirSync(data).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('does not hold the text of deleted messages, nor earlier backups and replaced data', async () => {
    writeFileSync(join(data, 'sunday.tar'), 'old');
    mkdirSync(join(data, 'replaced-2026-01-01T00-00-00'));
    const inside = join(data, 'monday.tar');
    expect((await admin(data, ['backup', inside])).code).toBe(0);
    expect(await entries(inside)).toEqual([
      'porchlight.db',
      'uploads/',
      'uploads/照片/',
      'uploads/照片/奶奶.jpg',
    ]);
    expect(readFileSync(inside).includes(SECRET)).toBe(false);
    // The log still has it, so the check above can fail.
    expect(readFileSync(join(data, 'porchlight.db-wal')).includes(SECRET)).toBe(true);
  });

  test('leaves out the keys of certificates and of the relay, and a restore leaves them where they are', async () => {
    for (const folder of ['tls', 'relay']) {
      mkdirSync(join(data, folder));
      writeFileSync(join(data, folder, 'secret'), 'a key');
    }
    expect((await admin(data, ['backup', file])).code).toBe(0);
    expect((await entries(file)).filter((path) => /^(tls|relay)/.test(path))).toEqual([]);
    server.close();
    expect((await restore(data, file, '--force')).code).toBe(0);
    for (const folder of ['tls', 'relay'])
      expect(readFileSync(join(data, folder, 'secret'), 'utf8')).toBe('a key');
  });

  test('takes what lies on another disk behind a link', async () => {
    mkdirSync(join(root, 'disk'));
    writeFileSync(join(root, 'disk', 'christmas.webm'), 'a film');
    symlinkSync(join(root, 'disk'), join(data, 'recordings'));
    await admin(data, ['backup', file]);
    expect(await entries(file)).toContain('recordings/christmas.webm');
  });

  test('never overwrites, and wants a place that is not part of the next backup', async () => {
    writeFileSync(file, 'precious');
    expect((await admin(data, ['backup', file])).noted).toContain('is there already');
    expect(readFileSync(file, 'utf8')).toBe('precious');
    for (const place of ['uploads/monday.tar', 'monday'])
      expect((await admin(data, ['backup', join(data, place)])).noted).toContain(
        'lies inside the data folder',
      );
    expect((await admin(data, ['backup', join(root, 'no', 'where.tar')])).noted).toContain(
      'There is no folder',
    );
    expect((await admin(root, ['backup', join(root, 'x.tar')])).noted).toContain('There is no database');
  });

  test('keeps second names of files as such, also where one comes last', async () => {
    rmSync(join(data, 'uploads'), { recursive: true });
    mkdirSync(join(data, 'recordings'));
    writeFileSync(join(data, 'recordings', 'film'), 'as it was received');
    linkSync(join(data, 'recordings', 'film'), join(data, 'recordings', 'film.raw'));
    expect((await admin(data, ['backup', file])).code).toBe(0);
    const fresh = join(root, 'fresh');
    expect((await restore(fresh, file)).code).toBe(0);
    const name = join(fresh, 'recordings', 'film.raw');
    expect(readFileSync(name, 'utf8')).toBe('as it was received');
    expect(statSync(name).nlink).toBe(2);
    expect(statSync(name).mode & 0o077).toBe(0);
  });

  test('says what it holds, and names what the database knows and the disk doesn’t', async () => {
    server.exec(`INSERT INTO files (id, owner_id, conversation_id, kind, name, type, bytes, state, created_at)
      VALUES ('there', 1, 1, 'attachment', 'x', 'x', 5, 'ready', 0), ('gone', 1, 1, 'attachment', 'x', 'x', 5, 'ready', 0)`);
    writeFileSync(join(data, 'uploads', 'there'), 'bytes');
    const { code, said } = await admin(data, ['backup', file]);
    expect(code).toBe(0);
    expect(said).toMatch(/The database and 2 files are in it \(\d\.\d MB\)\./);
    expect(said).toContain('missing or deleted while it was written: uploads/gone.');
    expect(said.split('\n')).toHaveLength(1);
  });

  const away = (name: string) => join(data, 'recordings', name);

  test.each([
    ['is missing', () => rmSync(join(data, 'recordings'), { recursive: true })],
    ['is empty', () => rmSync(away('.porchlight'))],
    ['is another’s', () => writeFileSync(away('.porchlight'), 'another')],
  ])('is refused while a folder %s', async (_what, takeAway) => {
    server.exec(`INSERT INTO files (id, owner_id, conversation_id, kind, name, type, bytes, state, created_at)
      VALUES ('film', 1, 1, 'recording', 'x', 'x', 5, 'ready', 0);
      INSERT INTO folders VALUES ('recordings', 'ours')`);
    mkdirSync(join(data, 'recordings'));
    writeFileSync(away('.porchlight'), 'ours');
    expect((await admin(data, ['backup', join(root, 'whole.tar')])).code).toBe(0);
    takeAway();
    const { code, noted } = await admin(data, ['backup', file]);
    expect(code).toBe(1);
    expect(noted).toContain(`The folder ${join(data, 'recordings')} is not there`);
    expect(existsSync(file)).toBe(false);
    expect(existsSync(`${file}.part.tar`)).toBe(false);
  });

  test('clears away what crashed runs left, and isn’t stopped by it', async () => {
    for (const name of ['.backup-AbCdEf', '.restore-AbCdEf']) {
      mkdirSync(join(data, name));
      writeFileSync(join(data, name, 'porchlight.db'), 'a copy');
    }
    writeFileSync(`${file}.part.tar`, 'half');
    expect((await admin(data, ['backup', file])).code).toBe(0);
    expect(readdirSync(data).filter((name) => name.startsWith('.'))).toEqual([]);
    expect(readdirSync(root).sort()).toEqual(['data', 'monday.tar']);
  });

  test('leaves nothing behind when it fails', async () => {
    server.close();
    writeFileSync(join(data, 'porchlight.db'), 'x'.repeat(5000));
    const outcome = await admin(data, ['backup', file]);
    expect(outcome.code).toBe(1);
    expect(outcome.noted).toContain('The database is damaged');
    expect(readdirSync(root)).toEqual(['data']);
    expect(readdirSync(data).filter((name) => name.startsWith('.'))).toEqual([]);
  });
});

describe('restore', () => {
  test('brings everything back into an empty folder', async () => {
    await admin(data, ['backup', file]);
    const fresh = join(root, 'fresh');
    expect((await restore(fresh, file)).said).toContain(`Restored into ${fresh}.`);
    expect(readdirSync(fresh).sort()).toEqual(['porchlight.db', 'uploads']);
    expect(namesIn(fresh)).toEqual(['奶奶']);
    expect(readFileSync(join(fresh, 'uploads', '照片', '奶奶.jpg'), 'utf8')).toBe('a picture');
    expect(statSync(fresh).mode & 0o077).toBe(0);
  });

  test('refuses while a server has the database open, --force or not', async () => {
    await admin(data, ['backup', file]);
    for (const words of [[file], [file, '--force']]) {
      const { code, noted } = await restore(data, ...words);
      expect(code).toBe(1);
      expect(noted).toContain('Porchlight is running');
    }
    expect(server.prepare('SELECT COUNT(*) AS n FROM users').get()).toEqual({ n: 1 });
  });

  test('a full folder needs --force, and what was there is kept aside, whole', async () => {
    await admin(data, ['backup', file]);
    server.exec(
      `INSERT INTO users (username, display_name, password_hash, created_at) VALUES ('tom', 'Tom', '', 0)`,
    );
    server.close();
    expect((await restore(data, file)).noted).toContain('Add --force');
    expect(namesIn(data)).toEqual(['奶奶', 'Tom']);
    expect((await restore(data, file, '--force')).code).toBe(0);
    expect(namesIn(data)).toEqual(['奶奶']);
    const [aside = ''] = readdirSync(data).filter((name) => name.startsWith('replaced-'));
    expect(namesIn(join(data, aside))).toEqual(['奶奶', 'Tom']);
    expect(readdirSync(join(data, aside)).sort()).toEqual(['porchlight.db', 'uploads']);
  });

  test('replaces even a database that is past reading', async () => {
    await admin(data, ['backup', file]);
    server.close();
    writeFileSync(join(data, 'porchlight.db'), 'x'.repeat(5000));
    expect((await restore(data, file, '--force')).code).toBe(0);
    expect(namesIn(data)).toEqual(['奶奶']);
  });

  test.each([
    ['cut short', () => truncateSync(file, statSync(file).size - 2_000)],
    ['cut in the database', () => truncateSync(file, 10_000)],
    ['not an archive', () => writeFileSync(file, 'Dear diary, '.repeat(500))],
    ['empty', () => writeFileSync(file, '')],
    ['somebody else’s', () => create({ file, cwd: join(data, 'uploads'), sync: true }, ['照片'])],
    [
      'from the future',
      async () => {
        server.pragma('user_version = 9999');
        await writeBackup(data, createWriteStream(file));
        server.pragma('user_version = 1');
      },
    ],
  ])('an archive that is %s changes nothing', async (_what, spoil) => {
    await admin(data, ['backup', file]);
    await spoil();
    server.close();
    const before = readdirSync(data).filter((name) => !/-(wal|shm)$/.test(name));
    const outcome = await restore(data, file, '--force');
    expect(outcome.code).toBe(1);
    expect(outcome.noted).toMatch(/backup|Porchlight/);
    expect(readdirSync(data)).toEqual(before);
    expect(namesIn(data)).toEqual(['奶奶']);
  });

  test.each(['../evil', '/etc/passwd', 'nothing'])('a link to %s ends it', async (linkpath) => {
    await admin(data, ['backup', file]);
    const header = new Header({ path: 'uploads/link', type: 'Link', linkpath, size: 0, mode: 0o600 });
    header.encode();
    const whole = readFileSync(file);
    writeFileSync(
      file,
      Buffer.concat([whole.subarray(0, -1024), header.block ?? Buffer.alloc(0), Buffer.alloc(1024)]),
    );
    writeFileSync(join(root, 'evil'), 'x');
    const { code, noted } = await restore(join(root, 'fresh'), file);
    expect(code).toBe(1);
    expect(noted).toContain('uploads/link is a link to something that is not in it');
    expect(readdirSync(join(root, 'fresh'))).toEqual([]);
  });

  test('another program’s database of that name is none of ours', async () => {
    const foreign = join(root, 'foreign');
    mkdirSync(foreign);
    const notes = new Sqlite(join(foreign, 'porchlight.db'));
    notes.exec('CREATE TABLE notes (body TEXT)');
    notes.close();
    create({ file, cwd: foreign, sync: true }, ['porchlight.db']);
    const { code, noted } = await restore(join(root, 'fresh'), file);
    expect(code).toBe(1);
    expect(noted).toContain('its database has no people in it');
    expect(readdirSync(join(root, 'fresh'))).toEqual([]);
  });

  test('what can’t be moved into its place takes back what was', async () => {
    await admin(data, ['backup', file]);
    const fresh = join(root, 'fresh');
    /** The archive, at whose end somebody else begins to use the folder. */
    async function* disturbed() {
      yield readFileSync(file);
      mkdirSync(join(fresh, 'uploads'));
      writeFileSync(join(fresh, 'uploads', 'of somebody else'), 'x');
    }
    await expect(restoreFrom(Readable.from(disturbed()), fresh, false)).rejects.toThrow('ENOTEMPTY');
    // The database had been moved already: names are taken in their order.
    expect(readdirSync(fresh)).toEqual(['uploads']);
    expect(readdirSync(join(fresh, 'uploads'))).toEqual(['of somebody else']);
  });

  test.runIf(process.getuid?.() === 0)('by root belongs to whose folder it is', async () => {
    await admin(data, ['backup', file]);
    const fresh = join(root, 'fresh');
    mkdirSync(fresh);
    chownSync(fresh, 12_345, 23_456);
    expect((await restore(fresh, file)).code).toBe(0);
    const names = ['porchlight.db', 'uploads', 'uploads/照片', 'uploads/照片/奶奶.jpg'];
    const owners = names.map((name) => statSync(join(fresh, name))).map(({ uid, gid }) => [uid, gid]);
    expect(owners).toEqual(names.map(() => [12_345, 23_456]));
  });

  test('an entry that leads out of the folder ends it', async () => {
    writeFileSync(join(root, 'evil'), 'x');
    await admin(data, ['backup', file]);
    create({ file, cwd: data, sync: true, preservePaths: true }, ['porchlight.db', '../evil']);
    rmSync(join(root, 'evil'));
    const { code } = await restore(join(root, 'fresh'), file);
    expect(code).toBe(1);
    expect(readdirSync(root).sort()).toEqual(['data', 'fresh', 'monday.tar']);
    expect(readdirSync(join(root, 'fresh'))).toEqual([]);
  });
});
