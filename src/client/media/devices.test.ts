import { expect, test } from 'vitest';
import { audioConstraints, problemOf, videoConstraints } from './devices.ts';

test.each([
  ['NotAllowedError', 'Permission denied', 'refused'],
  ['NotAllowedError', 'Permission denied by system', 'system'],
  ['NotFoundError', 'Requested device not found', 'missing'],
  ['OverconstrainedError', '', 'missing'],
  ['NotReadableError', 'Could not start video source', 'busy'],
  ['AbortError', '', 'busy'],
] as const)('%s, "%s", is trouble of its own kind', (name, message, problem) => {
  expect(problemOf(new DOMException(message, name))).toBe(problem);
});

test('a device that is there is asked for, one that may be is preferred', () => {
  expect(audioConstraints({ id: 'a', isThere: true }, true).deviceId).toEqual({ exact: 'a' });
  expect(videoConstraints({ id: 'a', isThere: false }).deviceId).toEqual({ ideal: 'a' });
  expect(videoConstraints({ id: 'a', isThere: false })).not.toHaveProperty('facingMode');
  expect(videoConstraints(undefined)).toMatchObject({ facingMode: 'user' });
  for (const noiseSuppression of [true, false])
    expect(audioConstraints(undefined, noiseSuppression)).toMatchObject({
      echoCancellation: true,
      noiseSuppression,
    });
  expect(videoConstraints({ facing: 'environment' })).toMatchObject({ facingMode: { exact: 'environment' } });
});
