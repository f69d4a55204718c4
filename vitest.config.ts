import { defineConfig } from 'vitest/config';

/**
 * Two projects. `unit` runs beside the sources, files in parallel. `e2e` starts servers, browsers and terminals:
 * one file at a time, since two calls at once on a small machine would measure the machine.
 * Nothing is retried: a test that passes the second time has found something.
 */
export default defineConfig({
  test: {
    retry: 0,
    allowOnly: false,
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['src/**/*.test.ts'], testTimeout: 10_000 },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 90_000,
          hookTimeout: 90_000,
        },
      },
    ],
  },
});
