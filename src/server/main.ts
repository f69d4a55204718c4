/** Starts the server: config, database, app, listen, close with grace; nothing else. */
import { mkdirSync } from 'node:fs';
import closeWithGrace from 'close-with-grace';
import { buildApp } from './app.ts';
import { type Config, ConfigError, readConfig } from './config.ts';

/** How long requests in flight may take at a stop. */
const GRACE = 10_000;

/** The configuration, or a sentence and the end: a stack trace helps nobody who mistyped a port. */
function configOrExit(): Config {
  try {
    return readConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}

const config = configOrExit();
// Only this server's user may read what a family says to each other.
mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
const app = await buildApp(config);
await app.listen({ port: config.port, host: config.host });

const bound = app.server.address();
const port = typeof bound === 'object' && bound ? bound.port : config.port;
const address = config.publicUrl ?? `${config.tls ? 'https' : 'http'}://localhost:${port}`;
const setupCode = app.services.setup.code();
if (setupCode)
  console.log(
    `Open this link once to become the owner: ${address}/setup?code=${encodeURIComponent(setupCode)}`,
  );
console.log(`Porchlight is ready on ${address}`);

closeWithGrace({ delay: GRACE }, async ({ err }) => {
  if (err) app.log.fatal({ err }, 'stopping after an error');
  await app.close();
});
