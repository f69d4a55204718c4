import { expect, test } from 'vitest';
import { isAbout } from './about.ts';

const ended = (call: string, key?: string) =>
  ({ type: 'ended', call, key, reason: 'cancelled', seconds: 0 }) as const;

test('until a call has its id, only what comes with the key of its ring is about it', () => {
  expect(isAbout(ended('other'), undefined, 'key')).toBe(false);
  expect(isAbout(ended('other', 'another key'), undefined, 'key')).toBe(false);
  expect(isAbout(ended('own', 'key'), undefined, 'key')).toBe(true);
  const joined = { type: 'joined', call: 'own', key: 'key', member: 'm', topology: 'mesh' } as const;
  expect(isAbout({ ...joined, peers: [], candidates: [] }, undefined, 'key')).toBe(true);
  expect(isAbout({ type: 'candidates', call: 'other', from: 'm', candidates: [] }, undefined, 'key')).toBe(
    false,
  );
  expect(isAbout(ended('other', undefined), undefined, undefined)).toBe(false);
});

test('then only what names it, and what names none at any time', () => {
  expect(isAbout(ended('own'), 'own', undefined)).toBe(true);
  expect(isAbout(ended('other', 'key'), 'own', 'key')).toBe(false);
  expect(isAbout({ type: 'error', code: 'too-many' }, 'own', 'key')).toBe(true);
  expect(isAbout({ type: 'error', code: 'too-many', about: 'ring' }, undefined, 'key')).toBe(true);
});
