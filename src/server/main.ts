/** Starts the server from its sources. */
import { start } from './start.ts';

await start();
