/** The service worker's script, and the page that it keeps for when there is no way to the server. */
import { readFile } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';
import { type Assets, fileOf } from './assets.ts';
import type { Visitor } from './views.ts';

/** A browser keeps it where anybody finds it: it says nothing of whoever was signed in when it was fetched. */
const NOBODY: Visitor = { user: undefined, signedOut: false, unread: 0, inCall: undefined };

export function registerServiceWorker(app: FastifyInstance, assets: Assets): void {
  const path = fileOf(assets('service-worker.js'));

  // Always the same address, and at the root, since a worker is there for what lies below it (Service Workers §3.2).
  // Browsers ask for it again by themselves, and compare.
  app.get('/service-worker.js', async (_request, reply) =>
    reply
      .header('Cache-Control', 'no-cache')
      .type('text/javascript; charset=utf-8')
      .send(await readFile(path)),
  );

  app.get('/offline', (_request, reply) => reply.show('errors/offline', NOBODY));
}
