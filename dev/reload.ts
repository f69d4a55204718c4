/**
 * Loaded into the server by `npm run dev` alone: gives each page a script that reloads it once the server has been
 * started anew. The script comes from the server itself, so the pages' Content-Security-Policy is the real one.
 */
import { randomUUID } from 'node:crypto';
import { subscribe } from 'node:diagnostics_channel';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';

/** A new one for each start of the server. */
const START = randomUUID();
const SCRIPT = readFileSync(join(import.meta.dirname, 'reload-page.js'), 'utf8');

const isServer = (message: unknown): message is { fastify: FastifyInstance } =>
  typeof message === 'object' && message !== null && 'fastify' in message;

// Fastify publishes each instance before anything is registered on it, so this hook sees pages before they are compressed.
subscribe('fastify.initialization', (message) => {
  if (!isServer(message)) return;
  const { fastify: app } = message;
  app.addHook('onSend', async (_request, reply, payload) => {
    const isPage = String(reply.getHeader('content-type')).startsWith('text/html');
    if (!isPage || typeof payload !== 'string') return payload;
    return payload.replace('</head>', `<script src="/dev/reload.js?${START}" defer></script></head>`);
  });
  app.get('/dev/reload.js', { logLevel: 'silent' }, (_request, reply) =>
    reply.type('text/javascript; charset=utf-8').header('Cache-Control', 'no-store').send(SCRIPT),
  );
  // Asked for several times a second: not worth a line in the log.
  app.get('/dev/start', { logLevel: 'silent' }, () => START);
});
