/** How pages look on the device that asks: theme and size of text. */
import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import { requireUser } from '../accounts/authentication.ts';
import type { Config } from '../config.ts';
import { appearanceFrom, keepAppearance } from '../http/appearance.ts';

const DisplayForm = v.object({
  theme: v.optional(v.string(), ''),
  textSize: v.optional(v.string(), ''),
});

export type DisplayParts = { config: Pick<Config, 'secure'> };

export function displayRoutes(app: FastifyInstance, { config }: DisplayParts): void {
  app.post('/settings/display', { preHandler: requireUser }, (request, reply) => {
    const { theme, textSize } = v.parse(DisplayForm, request.body);
    keepAppearance(reply, appearanceFrom(theme, textSize), config.secure);
    return reply.redirect('/settings?done=display#display', 303);
  });
}
