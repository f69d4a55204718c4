/** The least a file can cost: Node that serves one, in the ranges that players ask for. Takes its path and type. */
import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';

const [path = '', type = ''] = process.argv.slice(2);
const { size } = statSync(path);

const server = createServer(({ url, headers }, response) => {
  if (url !== '/file') return void response.writeHead(200, { 'content-type': 'text/html' }).end('hello');
  const [, first, last] = /bytes=(\d+)-(\d*)/.exec(headers.range ?? '') ?? [];
  const start = Number(first ?? 0);
  const end = last ? Math.min(Number(last), size - 1) : size - 1;
  response.writeHead(first === undefined ? 200 : 206, {
    'content-type': type,
    'accept-ranges': 'bytes',
    // Without it, or something to tell the file by, Chromium now and then waits most of a second for its own cache.
    'cache-control': 'no-store',
    'content-length': end - start + 1,
    ...(first !== undefined && { 'content-range': `bytes ${start}-${end}/${size}` }),
  });
  const stream = createReadStream(path, { start, end });
  response.once('close', () => stream.destroy());
  stream.pipe(response);
});
server.listen(0, '127.0.0.1', () => {
  const bound = server.address();
  console.log(`ready on http://127.0.0.1:${typeof bound === 'object' && bound ? bound.port : 0}`);
});
process.once('SIGTERM', () => process.exit());
