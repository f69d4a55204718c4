/** The headers of every response: what may run, what may be framed, what may be cached. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply } from 'fastify';
import helmet from 'helmet';

const NO_DEVICES = 'camera=(), microphone=(), display-capture=(), geolocation=(), payment=()';
const CALL_DEVICES = 'camera=(self), microphone=(self), display-capture=(self), geolocation=(), payment=()';

/** Sets them on a response that none of our hooks sees. */
export type SetHeaders = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * @param secure whether people come by https
 * @param isForGood whether they always will: a browser that was told so can't be brought to plain http, where a device learns
 * to trust a house
 */
export function registerHeaders(app: FastifyInstance, secure: boolean, isForGood = secure): SetHeaders {
  // Helmet itself, not its Fastify plugin: that one builds all of helmet anew for each request.
  const apply = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        // The list of new messages of a chat without JavaScript is a frame in its page.
        frameAncestors: ["'self'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        mediaSrc: ["'self'", 'blob:'],
        objectSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
      },
    },
    xFrameOptions: { action: 'sameorigin' },
    strictTransportSecurity: isForGood ? { maxAge: 180 * 24 * 60 * 60, includeSubDomains: false } : false,
    referrerPolicy: { policy: 'same-origin' },
    crossOriginEmbedderPolicy: false,
    // On plain http browsers ignore these two and complain in the console.
    crossOriginOpenerPolicy: secure ? { policy: 'same-origin' } : false,
    originAgentCluster: secure,
  });
  app.addHook('onRequest', (request, reply, done) => {
    // By this a page tells our responses from those of a proxy in front.
    reply.header('Porchlight', '1');
    reply.header('Permissions-Policy', NO_DEVICES);
    apply(request.raw, reply.raw, () => done());
  });
  return (request, response) => {
    response.setHeader('Permissions-Policy', NO_DEVICES);
    apply(request, response, () => {});
  };
}

/** Lets this one page use camera, microphone and screen. */
export const allowDevices = (reply: FastifyReply): FastifyReply =>
  reply.header('Permissions-Policy', CALL_DEVICES);

/**
 * Lets this response compile WebAssembly, which is no `eval`: the call page, and the worker of effects, whose policy is its
 * own.
 */
export const allowWebAssembly = (reply: FastifyReply): FastifyReply =>
  reply.header(
    'Content-Security-Policy',
    String(reply.raw.getHeader('Content-Security-Policy')).replace(
      "script-src 'self'",
      "script-src 'self' 'wasm-unsafe-eval'",
    ),
  );
