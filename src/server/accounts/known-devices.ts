/**
 * A cookie that says "this person has been signed in on this device". It outlives their session and signs nobody
 * in: it only gives the device sign-in attempts of its own, which strangers' guesses don't use up. Nothing is stored;
 * the server recognises its own signature. Browsers send it to the sign-in page only.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../clock.ts';

/** Browsers keep no cookie longer (RFC 6265bis §5.5), in seconds. */
const LIFETIME = 400 * 24 * 60 * 60;

/** @param secure whether the cookie is limited to https */
export function createKnownDevices(secret: Buffer, clock: Clock, secure: boolean) {
  // One per person, because a tablet in the kitchen belongs to everyone.
  const nameFor = (user: number) => `${secure ? '__Secure-' : ''}known-${user}`;
  const sign = (user: number, issued: string) =>
    createHmac('sha256', secret).update(`known device ${user} ${issued}`).digest('base64url');

  return {
    /** Marks the device that is answered as one of this person's. */
    mark(reply: FastifyReply, user: number): void {
      const issued = Math.floor(clock.now() / 1000).toString(36);
      reply.setCookie(nameFor(user), `${issued}.${sign(user, issued)}`, {
        ...{ path: '/login', httpOnly: true, sameSite: 'lax', secure, maxAge: LIFETIME },
      });
    },

    isKnown({ cookies }: FastifyRequest, user: number): boolean {
      const [issued = '', signature = ''] = cookies[nameFor(user)]?.split('.') ?? [];
      const [given, expected] = [Buffer.from(signature), Buffer.from(sign(user, issued))];
      return (
        given.length === expected.length &&
        timingSafeEqual(given, expected) &&
        clock.now() / 1000 - Number.parseInt(issued, 36) < LIFETIME
      );
    },
  };
}

export type KnownDevices = ReturnType<typeof createKnownDevices>;
