/** What a page and the place where its sound is rendered both have to know. */

/** Samples a second: what takes noise away knows this rate, and microphones have it. */
export const RATE = 48_000;

/** By how many samples a voice comes later without its noise: 31.9 ms. Measured in noise.test.ts. */
export const DELAY = 1530;

/** How processors are registered: that of the package, and ours. */
export const SUPPRESSOR = '@sapphi-red/web-noise-suppressor/gtcrn';
export const MIXER = 'porchlight/upper-band';
