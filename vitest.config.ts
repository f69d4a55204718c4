import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** What measures pictures and sound as they come: two of these at once on a small machine would measure the machine. */
const CALLS = [
  'test/e2e/calls-{media,group}.test.ts',
  'test/e2e/{effects,faces,recording,voice}.test.ts',
  'test/e2e/screen*.test.ts',
  'test/faults/{calls,calls-group,recording-page}.test.ts',
];

/** Needs a network of its own, which test/network/run.ts makes. */
const NETWORK = 'test/network/**/*.test.ts';

const END_TO_END = { testTimeout: 90_000, hookTimeout: 90_000, globalSetup: 'test/helpers/build.ts' };

/**
 * Three projects, each of whose workers keeps what it has loaded from file to file. `unit` runs beside the sources. The
 * others start servers, browsers and terminals: `pages` two files at a time, `calls` one. Nothing is retried: a test that passes the second time has found something.
 */
export default defineConfig({
  test: {
    retry: 0,
    allowOnly: false,
    isolate: false,
    projects: [
      {
        extends: true,
        // By itself vitest leaves a core out, which of two is half. Each worker waits for disks and for other processes at times.
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts'],
          testTimeout: 10_000,
          maxWorkers: availableParallelism() + 1,
        },
      },
      {
        extends: true,
        test: {
          name: 'pages',
          include: ['test/**/*.test.ts'],
          exclude: [...CALLS, NETWORK],
          ...END_TO_END,
          maxWorkers: 2,
        },
      },
      {
        extends: true,
        test: { name: 'calls', include: CALLS, ...END_TO_END, fileParallelism: false },
      },
      {
        extends: true,
        test: { name: 'network', include: [NETWORK], ...END_TO_END, fileParallelism: false },
      },
    ],
  },
});
