import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { openDatabase } from '../database/database.ts';
import { watchOtherProcesses } from './other-processes.ts';

const folder = mkdtempSync(join(tmpdir(), 'porchlight-other-processes-'));
const path = join(folder, 'porchlight.db');
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true, force: true });
});

test("another connection's commit is noticed once, one's own never", () => {
  vi.useFakeTimers();
  const own = openDatabase(path);
  const other = openDatabase(path);
  const seen = vi.fn();
  const stop = watchOtherProcesses(own, { attempt: (_what, work) => void work() }, seen);
  const write = `INSERT INTO users (username, display_name, password_hash, created_at) VALUES (?, 'x', '', 0)`;

  own.prepare(write).run('ana');
  vi.advanceTimersByTime(2_000);
  expect(seen).toHaveBeenCalledTimes(0);

  other.prepare(write).run('ben');
  vi.advanceTimersByTime(2_000);
  expect(seen).toHaveBeenCalledTimes(1);

  stop();
  other.prepare(write).run('cleo');
  vi.advanceTimersByTime(2_000);
  expect(seen).toHaveBeenCalledTimes(1);
  own.close();
  other.close();
});
