/**
 * `npm run build`: makes what browsers load (public/build) and what `npm start` runs (dist/server).
 * `--if-missing` makes only what is older than its sources, `--client` only what browsers load.
 */
import { buildClient, isClientFresh } from './bundling/client.ts';
import { buildServer, isServerFresh } from './bundling/server.ts';

const [ifMissing, clientOnly] = ['--if-missing', '--client'].map((word) => process.argv.includes(word));
if (!clientOnly && !(ifMissing && isServerFresh())) await buildServer();
if (!(ifMissing && isClientFresh())) await buildClient();
