import { SourceMap } from 'node:module';
import { buildSync } from 'esbuild';
import { expect, test } from 'vitest';
import { translateFrame } from './source-maps.ts';

/** As the build compiles: a source of ours in the third line, and a package whose map knows only its name. */
function compile() {
  const contents = ['// A comment that is left out.', '', "throw new Error('broken');"].join('\n');
  const { outputFiles } = buildSync({
    stdin: { contents, sourcefile: '/house/src/server/broken.ts', loader: 'ts' },
    sourcemap: 'external',
    outfile: '/house/dist/server/main.js',
    write: false,
  });
  const [map] = outputFiles.filter(({ path }) => path.endsWith('.map'));
  return new SourceMap(JSON.parse(map?.text ?? ''));
}

const FILE = 'file:///house/dist/server/main.js';

test('a frame names the line of the source', () => {
  const map = compile();
  const translate = (frame: string) => translateFrame(frame, (file) => (file === FILE ? map : undefined));
  expect(translate(`${FILE}:1:7`)).toMatch(/^\/house\/src\/server\/broken\.ts:3:\d+$/);
  expect(translate(`async start (${FILE}:1:7)`)).toMatch(
    /^async start \(\/house\/src\/server\/broken\.ts:3:\d+\)$/,
  );
});

test('a frame of anything else stays as it is', () => {
  for (const frame of ['node:internal/main:1:2', 'new Promise (<anonymous>)', 'f (file:///elsewhere.js:3:4)'])
    expect(translateFrame(frame, () => undefined)).toBe(frame);
});

test('of a package the file is named, and no line that would be wrong', () => {
  const sources = ['../../node_modules/fastify/lib/reply.js'];
  const map = new SourceMap({
    file: 'main.js',
    version: 3,
    sources,
    sourcesContent: [],
    names: [],
    mappings: 'AAAA',
    sourceRoot: '',
  });
  expect(translateFrame(`send (${FILE}:1:500)`, () => map)).toBe(
    'send (/house/node_modules/fastify/lib/reply.js)',
  );
});
