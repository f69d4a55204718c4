import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createProof, proofPath, questionFor } from './house-proof.ts';

let folder: string;
let warned: unknown[];
const log = { warn: (...words: unknown[]) => void warned.push(words) };
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'porchlight-proof-'));
  warned = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

test('who has the folder knows the server of the folder, and no other', () => {
  const prove = createProof(folder, log);
  const question = questionFor(folder);
  if (!question) throw new Error('no question');
  const proof = prove(question.text);
  expect(question.isAnsweredBy(proof)).toBe(true);
  // The server has started anew since, or it is another one.
  const other = createProof(folder, log);
  expect(other(question.text)).toBeUndefined();
  expect(questionFor(folder)?.isAnsweredBy(proof)).toBe(false);
});

test('nobody without the key gets an answer, and none fits another question', () => {
  const prove = createProof(folder, log);
  const question = questionFor(folder);
  if (!question) throw new Error('no question');
  const [word = '', sign = ''] = question.text.split('.');
  for (const asked of [
    ...[undefined, '', 7, [], word, `${word}.`, `${word}.${'A'.repeat(43)}`, `${'A'.repeat(22)}.${sign}`],
    ...[`${question.text}x`, question.text.toUpperCase(), `${question.text}\n`],
  ])
    expect(prove(asked), String(asked)).toBeUndefined();
  for (const proof of [undefined, '', sign, 'ü'.repeat(43), [prove(question.text)]])
    expect(question.isAnsweredBy(proof), String(proof)).toBe(false);
  expect(questionFor(folder)?.text).not.toBe(question.text);
});

test('the key is for the server’s user only, and what is no key asks nothing', () => {
  createProof(folder, log);
  expect(statSync(proofPath(folder)).mode & 0o777).toBe(0o600);
  expect(readFileSync(proofPath(folder), 'utf8')).toMatch(/^[\da-f]{64}$/);
  writeFileSync(proofPath(folder), '');
  expect(questionFor(folder)).toBeUndefined();
  expect(questionFor(join(folder, 'nowhere'))).toBeUndefined();
});

test('a server whose folder takes nothing starts all the same', () => {
  const prove = createProof(join(folder, 'nowhere'), log);
  expect(warned).toHaveLength(1);
  expect(prove('x')).toBeUndefined();
});
