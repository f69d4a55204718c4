/** Templates: one Eta for pages (through @fastify/view), fragments and what the live socket brings. */
import { join } from 'node:path';
import view from '@fastify/view';
import { Eta } from 'eta';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Assets } from './assets.ts';
import type { Reader } from './reader.ts';

declare module 'fastify' {
  interface FastifyReply {
    /** Sends a page, or a part of one. `data` is what the template reads beside reader, person and token. */
    show(template: string, data?: object): FastifyReply;
  }
}

const VIEWS = join(import.meta.dirname, '../../../views');

/** Renders a template for a reader without a request, as the live socket needs it. */
export type Render = (template: string, reader: Reader, data: object) => string;

export function createEta(): Eta {
  return new Eta({ views: VIEWS, cache: true, autoTrim: ['nl', 'nl'] });
}

/** Twelve shades are enough to tell a family apart; the same person always has the same. */
const hueOf = (id: number): number => id % 12;
const initialOf = (name: string): string => [...name.trim()][0]?.toUpperCase() ?? '?';

/** What every template may use, whoever reads. */
const helpers = { hueOf, initialOf };

/** @param unread how many conversations have something new for a person, for the navigation's badge */
export async function registerViews(
  app: FastifyInstance,
  eta: Eta,
  assets: Assets,
  unread: (user: number) => number,
): Promise<Render> {
  await app.register(view, {
    engine: { eta },
    templates: VIEWS,
    // Otherwise each page, and each live push, would read and compile its templates anew.
    production: true,
    defaultContext: { ...helpers, asset: assets },
  });

  function context(request: FastifyRequest, reply: FastifyReply): object {
    const user = request.signedIn?.user;
    return {
      ...request.reader,
      user,
      path: request.url.split('?')[0],
      csrf: reply.generateCsrf(),
      unread: user ? unread(user.id) : 0,
    };
  }
  app.decorateReply('show', function (template, data = {}) {
    const it = { ...context(this.request, this), ...data };
    return this.type('text/html; charset=utf-8').view(template, it);
  });

  return (template, reader, data) => eta.render(template, { ...helpers, asset: assets, ...reader, ...data });
}
