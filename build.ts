/**
 * `npm run build`: makes what browsers load (public/build) and what `npm start` runs (dist/server).
 * `--if-missing` makes only what is older than its sources; `--dev` only what browsers load, and without compressed copies,
 * which take most of the time.
 */
import { buildClient, isClientFresh } from './bundling/client.ts';
import { buildServer, isServerFresh } from './bundling/server.ts';

const [ifMissing, isDev] = ['--if-missing', '--dev'].map((word) => process.argv.includes(word));
if (!isDev && !(ifMissing && isServerFresh())) await buildServer();
const copies = isDev ? 'plain' : 'compressed';
if (!(ifMissing && isClientFresh(copies))) await buildClient(copies);
