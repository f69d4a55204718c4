/** One request by http or https from this machine, bounded in time and size. Whatever happens is an answer. */
import type { X509Certificate } from 'node:crypto';
import { type IncomingHttpHeaders, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import { TLSSocket } from 'node:tls';

/** ms for all of it. */
const PATIENCE = 6_000;
/** Characters of an answer that are read. */
const LONGEST = 2_000;

/** What was shown for https. `distrust` is the name of Node's error, if it wouldn't have gone on. */
export type Shown = { certificate: X509Certificate | undefined; distrust: string | undefined };

export type Answer = { status: number; headers: IncomingHttpHeaders; body: string };

/** `failed`: the code of Node's error, ETIMEDOUT if it took too long. */
export type Asked = { shown: Shown | undefined } & ({ answer: Answer } | { failed: string });

export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : String(error);

/**
 * @param url what to ask for
 * @param address of the machine to ask, whatever the name in `url` stands for; as the name says if it is undefined
 * @param headers beside `Host`
 */
export function ask(
  url: URL,
  address: string | undefined,
  headers: Record<string, string> = {},
): Promise<Asked> {
  const name = url.hostname.replace(/^\[|\]$/g, '');
  const options = {
    host: address ?? name,
    port: url.port,
    path: url.pathname + url.search,
    headers: { host: url.host, ...headers },
    agent: false,
    signal: AbortSignal.timeout(PATIENCE),
  };
  const isSecure = url.protocol === 'https:';
  // A certificate that nobody should trust is reported, not a reason to know nothing else: nothing secret is sent.
  const secure = { ...options, servername: isIP(name) ? '' : name, rejectUnauthorized: false };

  return new Promise((resolve) => {
    let shown: Shown | undefined;
    const request = isSecure ? requestHttps(secure) : requestHttp(options);

    function settle(response: IncomingMessage, body: string): void {
      const { statusCode: status = 0, headers: theirs } = response;
      resolve({ shown, answer: { status, headers: theirs, body: body.slice(0, LONGEST) } });
      request.destroy();
    }

    request.once('socket', (socket) => {
      if (!(socket instanceof TLSSocket)) return;
      socket.once('secureConnect', () => {
        const distrust = socket.authorized ? undefined : String(socket.authorizationError);
        shown = { certificate: socket.getPeerX509Certificate(), distrust };
      });
    });
    request.once('upgrade', (response, socket) => {
      socket.destroy();
      settle(response, '');
    });
    request.once('response', (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        body += part;
        if (body.length >= LONGEST) settle(response, body);
      });
      // What was cut off says enough by its head.
      response.on('error', () => settle(response, body));
      response.once('end', () => settle(response, body));
    });
    request.on('error', (error) => {
      const code = codeOf(error);
      resolve({ shown, failed: code === 'ABORT_ERR' ? 'ETIMEDOUT' : code });
    });
    request.end();
  });
}
