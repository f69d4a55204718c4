/** One request to a push service (RFC 8030 §5): bounded in time, no redirect is followed, and only headers are read. */
import { request } from 'node:http';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { createPublicLookup } from './public-lookup.ts';

/** ms, from looking up the name to the answer. */
const PATIENCE = 10_000;

export type PushRequest = { url: URL; headers: Record<string, string | number>; body: Buffer };

export type PushAnswer = {
  status: number;
  /** Seconds (RFC 9110 §10.2.3). */
  retryAfter: number | undefined;
  /** When it was given, in ms since 1970, by the service's own clock. */
  date: number | undefined;
};

/** @throws what the network does, and ENOTPUBLIC */
export type Deliver = (sent: PushRequest) => Promise<PushAnswer>;

/** Opens what the request goes through, to a host by its name. */
export type Connect = (host: string) => Duplex;

/** TLS to where the internet knows that name, with a certificate for it. */
export const connectPublicly: Connect = (host) =>
  connectTls({ host, port: 443, servername: host, lookup: createPublicLookup() });

function secondsIn(retryAfter: string | undefined): number | undefined {
  if (retryAfter === undefined) return undefined;
  const seconds = /^\d+$/.test(retryAfter)
    ? Number(retryAfter)
    : (Date.parse(retryAfter) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined;
}

function momentIn(date: string | undefined): number | undefined {
  const moment = Date.parse(date ?? '');
  return Number.isNaN(moment) ? undefined : moment;
}

/** @param patience ms that all of it may take */
export const createDelivery =
  (connect: Connect, patience = PATIENCE): Deliver =>
  ({ url, headers, body }) =>
    new Promise((resolve, reject) => {
      const { hostname: host, pathname, search } = url;
      const asked = request({
        ...{ host, method: 'POST', path: pathname + search },
        // By itself it would name the port of plain http.
        headers: { ...headers, Host: host },
        createConnection: () => connect(host),
        signal: AbortSignal.timeout(patience),
      });
      asked.on('response', ({ statusCode = 0, headers: said }) => {
        resolve({
          status: statusCode,
          retryAfter: secondsIn(said['retry-after']),
          date: momentIn(said.date),
        });
        // Whatever else it says, nobody reads.
        asked.destroy();
      });
      asked.on('error', reject);
      asked.end(body);
    });
