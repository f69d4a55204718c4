import { expect, test } from 'vitest';
import { displayOptions, screenProblemOf } from './screen-share.ts';

test('the sound of the system is shared only where the call’s own can be taken out of it', () => {
  expect(displayOptions(true)).toMatchObject({ systemAudio: 'include', audio: { restrictOwnAudio: true } });
  expect(displayOptions(false).systemAudio).toBe('exclude');
  expect(displayOptions(false).audio).not.toHaveProperty('restrictOwnAudio');
});

test.each([
  // Chromium: the picker was closed; macOS doesn't let the browser record the screen.
  ['NotAllowedError', 'Permission denied', undefined],
  ['NotAllowedError', 'Permission denied by system', 'forbidden'],
  // Firefox and Safari have the same words for both.
  [
    'NotAllowedError',
    'The request is not allowed by the user agent or the platform in the current context.',
    undefined,
  ],
  ['NotFoundError', 'The object can not be found here.', 'none'],
  ['NotReadableError', 'Could not start video source', 'failed'],
] as const)('%s, "%s"', (name, message, problem) => {
  expect(screenProblemOf(new DOMException(message, name))).toBe(problem);
});
