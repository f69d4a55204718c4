/** Starts the server: config, database, app, listen, graceful shutdown; nothing else. Whatever runs calls `start`. */
import { mkdirSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import closeWithGrace from 'close-with-grace';
import { buildApp } from './app.ts';
import { systemClock } from './clock.ts';
import { readConfig } from './config.ts';
import { keepAssets } from './http/assets.ts';
import { collectWhenQuiet } from './process/idle-collection.ts';
import { nameSources } from './process/source-maps.ts';
import { sentenceFor } from './process/start-failure.ts';
import { anyAddress } from './tls/any-address.ts';
import { announcement } from './trust/announcement.ts';

/** How long requests in flight may take at a stop. */
const GRACE = 10_000;

/** ms after the start until it is over. */
const SETTLED = 1_000;

/** How often a function is called before V8's compilers optimise it, by V8's own account. */
const WORTH_OPTIMIZING = { maglev: 400, turbofan: 3000 };

async function open() {
  nameSources();
  // Only this server's user may read what a family says.
  process.umask(0o077);
  const config = readConfig(process.env);
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  const app = await buildApp(config);
  const host = config.host ?? (await anyAddress());
  await app.listen({
    ...{ port: config.port, host },
    // Fastify would say "http:" of a port that speaks https.
    listenTextResolver: (address) => `listening at ${new URL(address).host}`,
  });
  await app.services.tls.open(host);
  return { app, config };
}

/**
 * Starts it; the process ends with a sentence where that fails.
 * @param settled called a second later, when all that only a start does has been done
 */
export async function start(settled = () => {}): Promise<void> {
  const { app, config } = await open().catch((error: unknown) => {
    const sentence = sentenceFor(error);
    if (sentence === undefined) throw error;
    console.error(sentence);
    process.exit(1);
  });

  const bound = app.server.address();
  const port = typeof bound === 'object' && bound ? bound.port : config.port;
  const { tls } = app.services;
  const address = tls.houseOrigin() ?? `${config.tls ? 'https' : 'http'}://localhost:${port}`;
  const setupCode = app.services.setup.code();
  if (setupCode)
    console.log(
      `Open this link once to become the owner: ${address}/setup?code=${encodeURIComponent(setupCode)}`,
    );
  console.log(`Porchlight is ready on ${address}`);
  for (const line of await announcement(tls, process.stdout.isTTY === true)) console.log(line);

  closeWithGrace({ delay: GRACE }, async ({ err }) => {
    if (err) app.log.fatal({ err }, 'stopping after an error');
    await app.close();
  });

  // Without `--expose-gc` garbage stays.
  const collect = () => globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  app.server.on('request', collectWhenQuiet(systemClock, collect));

  systemClock.at(systemClock.now() + SETTLED, () => {
    // Files are copied, for which the first page needn't wait.
    keepAssets(config.dataDir, Date.now(), app.log);
    // Before V8's flags change, which what it has compiled depends on.
    settled();
    // Nothing that only a start does is worth optimising, and the memory of the compilers that do it would stay: `npm start`
    // has them wait until now.
    for (const [compiler, count] of Object.entries(WORTH_OPTIMIZING))
      setFlagsFromString(`--invocation-count-for-${compiler}=${count}`);
    collect();
  });
}
