/** Templates: one Eta for pages (through @fastify/view), fragments and what the live socket brings. */
import { join } from 'node:path';
import view from '@fastify/view';
import { Eta } from 'eta';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { anonymousReader } from '../language/anonymous-reader.ts';
import { initialOf, startOf } from '../language/graphemes.ts';
import type { Reader } from '../language/reader.ts';
import { ROOT } from '../paths.ts';
import { appearanceOf } from './appearance.ts';
import type { Assets } from './assets.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** What the page's live socket brings along to be told what it missed; empty while nobody is signed in. */
    mark: string;
  }
  interface FastifyReply {
    /** Sends a page, or a part of one. `data` is what the template reads beside reader, person and token. */
    show(template: string, data?: object): FastifyReply;
  }
}

const VIEWS = join(ROOT, 'views');

/** Renders a template for a reader without a request, as the live socket needs it. */
export type Render = (template: string, reader: Reader, data: object) => string;

export function createEta(): Eta {
  return new Eta({ views: VIEWS, cache: true, autoTrim: ['nl', 'nl'] });
}

/** Twelve shades are enough to tell a family apart; the same person always has the same. */
const hueOf = (id: number): number => id % 12;

/** What a person's circle shows: their picture, or else their initial. */
export const faceOf = (person: { id: number; displayName: string; picture?: string | undefined }) => ({
  id: person.id,
  hue: hueOf(person.id),
  initial: initialOf(person.displayName),
  picture: person.picture && `/pictures/${person.picture}`,
});

/** The same of a group. It has no id there: no page may take it for a person. */
export const groupFaceOf = (group: { id: number; title: string; picture?: string | undefined }) => ({
  id: 0,
  hue: hueOf(group.id),
  initial: initialOf(group.title),
  picture: group.picture && `/chats/${group.id}/picture/${group.picture}`,
});

/** What every template may use, whoever is reading. */
const helpers = { faceOf, groupFaceOf, startOf };

/** Who is asking for a page, as every template knows them. */
export type Visitor = {
  /** Missing while nobody is signed in. */
  user: object | undefined;
  /** The browser sent a session that has ended. */
  signedOut: boolean;
  /** How many conversations have something new for them, for the navigation's badge. */
  unread: number;
  /** The call that they are in with this browser, to which every page leads back. */
  inCall: { call: string; name: string } | undefined;
};

/** What every page shows or brings along. It is asked for each one, so that this room needs no other above it. */
export type PageState = {
  visitor(request: FastifyRequest): Visitor;
  /** How far the visitor's pages are when they are rendered now; empty while nobody is signed in. */
  mark(request: FastifyRequest): string;
  /** The https address to use instead of the one that was asked. */
  instead(request: FastifyRequest): string | undefined;
};

export async function registerViews(
  app: FastifyInstance,
  eta: Eta,
  assets: Assets,
  state: PageState,
): Promise<Render> {
  await app.register(view, {
    engine: { eta },
    templates: VIEWS,
    // Otherwise each page, and each live push, would read and compile its templates again.
    production: true,
    defaultContext: { ...helpers, asset: assets },
  });

  app.decorateRequest('mark', '');
  // Before anything is read for the page: what changes meanwhile is then sent again, not lost.
  app.addHook('onRequest', async (request) => {
    request.mark = state.mark(request);
  });

  function context(request: FastifyRequest, reply: FastifyReply): object {
    const visitor = state.visitor(request);
    return {
      ...request.reader,
      ...visitor,
      path: request.url.split('?')[0],
      csrf: reply.generateCsrf(),
      mark: request.mark,
      appearance: appearanceOf(request),
      // Where this matters, nobody can be signed in over plain http.
      instead: visitor.user ? undefined : state.instead(request),
    };
  }
  const render: Render = (template, reader, data) =>
    eta.render(template, { ...helpers, asset: assets, ...reader, ...data });

  app.decorateReply('show', function (template, data = {}) {
    // Each page is personal, or has a token of one browser: none may come from a cache.
    if (!this.hasHeader('cache-control')) this.header('Cache-Control', 'no-store');
    this.type('text/html; charset=utf-8');
    // For a file, or an error that came before the session was read.
    if (!this.request.reader) return this.send(render(template, anonymousReader(this.request.headers), data));
    return this.view(template, { ...context(this.request, this), ...data });
  });

  return render;
}
