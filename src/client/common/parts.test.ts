/** What is taken out of other packages, and what becomes of the worker's script: that it is what browsers need. */
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { readParts } from '../../../bundling/parts.ts';

const parts = readParts();

test.each(['segmentation', 'detection', 'landmarks'])('%s is a model', (name) => {
  // A TensorFlow Lite file says so after its first four bytes.
  expect(parts.get(name)?.subarray(4, 8).toString('latin1')).toBe('TFL3');
});

test.each(['runtimeWasm', 'plainRuntimeWasm', 'noise'])('%s is WebAssembly', (name) => {
  expect(parts.get(name)?.subarray(0, 4).toString('latin1')).toBe('\0asm');
});

test.each(['runtime', 'plainRuntime'])('%s is a script that our policy lets run', (name) => {
  const script = parts.get(name)?.toString() ?? '';
  expect(script).toContain('ModuleFactory');
  expect(script).not.toMatch(/\bnew Function\b|[^.\w]eval\(/);
});

test('whose they are is said with the licence', () => {
  const notices = parts.get('notices')?.toString() ?? '';
  for (const word of [
    ...['@litertjs/core', 'selfie_segmentation', 'face_mesh', 'END OF TERMS AND CONDITIONS'],
    ...['web-noise-suppressor', 'Rong Xiaobin', 'pffft'],
  ])
    expect(notices).toContain(word);
});

test('the worker is one classic script', async () => {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, '../effects/engine/effects-worker.ts')],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: ['chrome94', 'firefox130'],
  });
  const script = outputFiles[0]?.text ?? '';
  expect(script).toContain('importScripts');
  expect(script).not.toMatch(/\bimport\.meta\b|\bnew Function\b|[^.\w]eval\(/);
  expect(script.length).toBeLessThan(200_000);
});
