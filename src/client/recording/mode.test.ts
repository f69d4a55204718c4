import { expect, test } from 'vitest';
import type { Feeds } from '../media/feeds.ts';
import { feedsOf } from './mode.ts';

const shown = { name: '', person: '', video: {} as HTMLVideoElement, seen: true };
const track = {} as MediaStreamTrack;

/** In a call of three: oneself, 2 who shares a screen, 12, and somebody who isn't known yet. */
const FEEDS: Feeds = {
  video: [
    { ...shown, role: 'screen', own: false, user: 2 },
    { ...shown, role: 'other', own: false, user: 2 },
    { ...shown, role: 'other', own: false, user: 12 },
    { ...shown, role: 'other', own: false, user: undefined },
    { ...shown, role: 'self', own: true },
  ],
  audio: [
    { own: true, track },
    { own: false, user: 2, track },
    { own: false, user: 12, track },
  ],
};

test.each([
  ['everyone', ['screen 2', 'other 2', 'other 12', 'other', 'self'], ['', '2', '12']],
  ['me', ['self'], ['']],
  ['other', ['screen 2', 'other 2', 'other 12', 'other'], ['2', '12']],
  ['person-2', ['screen 2', 'other 2'], ['2']],
  ['person-12', ['other 12'], ['12']],
  ['person-1', [], []],
  ['sound', [], ['', '2', '12']],
])('%s', (mode, pictures, sounds) => {
  const { video, audio } = feedsOf(FEEDS, mode);
  expect(video.map(({ role, user }) => [role, user].join(' ').trim())).toEqual(pictures);
  expect(audio.map(({ user }) => String(user ?? ''))).toEqual(sounds);
});
