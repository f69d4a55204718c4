/** A way to a STUN or TURN server: UDP, TCP, or TLS over TCP. */
import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, TLSSocket } from 'node:tls';
import { lengthOf } from './stun-message.ts';

export type StunServer = { transport: 'udp' | 'tcp' | 'tls'; host: string; port: number };

export type Line = {
  /** Why nobody should trust the certificate that was shown, by the name of Node's error. */
  distrust: string | undefined;
  send(bytes: Buffer): void;
  /** @param last is sent before, where what was asked for doesn't end with the line by itself */
  close(last: Buffer | undefined): void;
};

export type Heard = {
  /** Of one message, or what should be one. */
  message(bytes: Buffer): void;
  /** Nothing will come any more. */
  failed(error: Error): void;
};

/** ms until a connection must be there. */
const PATIENCE = 4_000;

/** The usual ports (RFC 8489 §18.6, RFC 8656 §18.1). */
const PORTS = { plain: 3478, secure: 5349 };

/** RFC 7064 §3.1, RFC 7065 §3.1. */
const URL_FORM =
  /^(?:stun|turn)(s?):(\[[\da-f:.]+\]|[^:?[\]/\s]+)(?::(\d{1,5}))?(?:\?transport=(udp|tcp))?$/i;

/** Undefined for what can't be read, and for TLS over UDP, which no browser speaks. */
export function serverIn(url: string): StunServer | undefined {
  const [, secure, host, given, way] = URL_FORM.exec(url) ?? [];
  if (host === undefined) return undefined;
  const isSecure = secure !== '';
  const port = Number(given ?? PORTS[isSecure ? 'secure' : 'plain']);
  const transport = way?.toLowerCase();
  if (port < 1 || port > 65_535 || (isSecure && transport === 'udp')) return undefined;
  return {
    transport: isSecure ? 'tls' : transport === 'tcp' ? 'tcp' : 'udp',
    host: host.replace(/[[\]]/g, ''),
    port,
  };
}

/** As those of Node, so that whoever asks needs to know one kind. */
export const failure = (code: string, message: string): Error => Object.assign(new Error(message), { code });

function openUdp(address: string, family: number, port: number, heard: Heard): Promise<Line> {
  const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
  return new Promise((resolve, reject) => {
    socket.once('error', (error) => {
      reject(error);
      socket.close();
    });
    socket.once('connect', () => {
      socket.removeAllListeners('error');
      socket.on('message', heard.message);
      // Also what the other machine says through ICMP: that nobody listens there.
      socket.on('error', heard.failed);
      resolve({
        distrust: undefined,
        send: (bytes) => socket.send(bytes, (error) => error && heard.failed(error)),
        close: (last) => (last ? socket.send(last, () => socket.close()) : socket.close()),
      });
    });
    socket.connect(port, address);
  });
}

/** Passes on whole messages, as they are cut in a stream (RFC 8489 §6.2.2). */
function readMessages(socket: Socket, heard: Heard): void {
  let rest = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    for (let end = lengthOf(rest); end !== undefined && !(end > rest.length); end = lengthOf(rest)) {
      if (Number.isNaN(end)) {
        socket.destroy(failure('EPROTO', 'what came is no STUN'));
        return;
      }
      heard.message(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
  });
}

function openTcp(address: string, { host, port, transport }: StunServer, heard: Heard): Promise<Line> {
  const to = { host: address, port };
  // Whom it is is told to whoever asks: more can be said about a wrong certificate than that there is no answer.
  const options = { ...to, servername: isIP(host) ? '' : host, rejectUnauthorized: false };
  const socket = transport === 'tls' ? connectTls(options) : connectTcp(to);
  const distrust = () =>
    socket instanceof TLSSocket && !socket.authorized ? String(socket.authorizationError) : undefined;
  return new Promise((resolve, reject) => {
    socket.setTimeout(PATIENCE, () => socket.destroy(failure('ETIMEDOUT', 'no connection')));
    socket.on('error', (error) => {
      reject(error);
      heard.failed(error);
    });
    socket.once('close', () => heard.failed(failure('ECONNRESET', 'the server has hung up')));
    socket.once(transport === 'tls' ? 'secureConnect' : 'connect', () => {
      // From here on, who waits for an answer knows for how long.
      socket.setTimeout(0);
      readMessages(socket, heard);
      resolve({
        distrust: distrust(),
        send: (bytes) => void socket.write(bytes),
        // What was asked for over a connection ends with it.
        close: () => void socket.destroy(),
      });
    });
  });
}

/**
 * @param server as `serverIn` reads it
 * @throws Node's errors of looking up a name (ENOTFOUND) and of connections (ECONNREFUSED, ETIMEDOUT)
 */
export async function openLine(server: StunServer, heard: Heard): Promise<Line> {
  // What is relayed is IPv4 where nobody asks for more (RFC 8656 §7.2), and so the way there is mostly.
  const { address, family } = await lookup(server.host, { order: 'ipv4first' });
  return server.transport === 'udp'
    ? openUdp(address, family, server.port, heard)
    : openTcp(address, server, heard);
}
