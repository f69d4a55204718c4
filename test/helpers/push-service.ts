/**
 * A push service on loopback (RFC 8030), and browsers that have subscribed with it. It checks who sends (RFC 8292), and
 * decrypts as a browser does (RFC 8291), by Node's own means: what encrypts and signs is under test.
 */
import {
  createDecipheriv,
  createECDH,
  createPublicKey,
  type ECDH,
  hkdfSync,
  randomBytes,
  verify,
} from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { connect as connectTcp } from 'node:net';
import * as v from 'valibot';
import { PushMessage } from '../../src/protocol/push.ts';
import type { Connect } from '../../src/server/push/delivery.ts';

const HOST = 'push.example.net';

export interface Received {
  message: PushMessage;
  /** Seconds. */
  ttl: number;
  urgency: string | undefined;
  topic: string | undefined;
  /** The sender's public key, and whom it names to turn to. */
  key: string;
  subject: string;
  /** Of the encrypted body. */
  bytes: number;
}

export interface PushDevice {
  /** As the browser's page sends it to our server. */
  subscription: { endpoint: string; p256dh: string; auth: string };
  received: Received[];
  /** What the service answers next, oldest first, instead of taking it. */
  answers: { status: number; headers?: Record<string, string> }[];
}

export interface PushService {
  /** Leads to it under whatever name. */
  connect: Connect;
  /** @param host the service's name */
  newDevice(host?: string): PushDevice;
  /** What was sent and isn't as it has to be. */
  problems: string[];
  /** Answers nothing until it is called off. */
  hold(): () => void;
  close(): Promise<void>;
}

type Keys = { curve: ECDH; auth: Buffer };

const hkdf = (secret: Buffer, salt: Buffer, info: Buffer | string, length: number): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, salt, info, length));

/** RFC 8291 §3, with the one record that RFC 8188 §2 allows it. @throws where it wasn't encrypted for these keys */
function decrypted(body: Buffer, { curve, auth }: Keys): Buffer {
  const salt = body.subarray(0, 16);
  const senderLength = body.readUInt8(20);
  const sender = body.subarray(21, 21 + senderLength);
  const sealed = body.subarray(21 + senderLength);
  const names = Buffer.concat([Buffer.from('WebPush: info\0'), curve.getPublicKey(), sender]);
  const secret = hkdf(curve.computeSecret(sender), auth, names, 32);
  const key = hkdf(secret, salt, 'Content-Encoding: aes128gcm\0', 16);
  const nonce = hkdf(secret, salt, 'Content-Encoding: nonce\0', 12);
  const opened = createDecipheriv('aes-128-gcm', key, nonce);
  opened.setAuthTag(sealed.subarray(-16));
  const text = Buffer.concat([opened.update(sealed.subarray(0, -16)), opened.final()]);
  // The last record ends with a 2, and any number of zeros.
  const end = text.findLastIndex((byte) => byte !== 0);
  if (text[end] !== 2) throw new Error('the record has no end');
  return text.subarray(0, end);
}

const Claims = v.object({ aud: v.string(), exp: v.number(), sub: v.string() });

/** RFC 8292 §2 and §3. @throws where nobody has signed it, or too long ago, or for another service */
function signedBy({ authorization, host }: IncomingHttpHeaders): { key: string; subject: string } {
  const [, token = '', key = ''] = /^vapid t=([\w.-]+), ?k=([\w-]+)$/.exec(authorization ?? '') ?? [];
  const [header = '', payload = '', signature = ''] = token.split('.');
  const point = Buffer.from(key, 'base64url');
  const [x, y] = [point.subarray(1, 33).toString('base64url'), point.subarray(33).toString('base64url')];
  const publicKey = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
  const isSigned = verify(
    'sha256',
    Buffer.from(`${header}.${payload}`),
    { key: publicKey, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  );
  if (!isSigned) throw new Error('the signature is wrong');
  const { aud, exp, sub } = v.parse(Claims, JSON.parse(Buffer.from(payload, 'base64url').toString()));
  if (aud !== `https://${host}`) throw new Error('the token is for another service');
  const left = exp - Date.now() / 1000;
  if (left <= 0 || left > 24 * 60 * 60) throw new Error('the token is valid for too long, or no longer');
  return { key, subject: sub };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts);
}

export const openPushService = async (): Promise<PushService> => {
  const devices = new Map<string, { device: PushDevice; keys: Keys }>();
  const problems: string[] = [];
  let held = Promise.resolve();

  const take = ({ headers }: IncomingMessage, body: Buffer, keys: Keys): Received => {
    if (headers['content-encoding'] !== 'aes128gcm') throw new Error('it is encoded in another way');
    if (body.length > 4096) throw new Error('it is too long');
    const message = v.parse(PushMessage, JSON.parse(decrypted(body, keys).toString()));
    const { key, subject } = signedBy(headers);
    const { urgency, topic } = headers;
    return {
      ...{ message, key, subject, bytes: body.length, ttl: Number(headers.ttl) },
      urgency: urgency === undefined ? undefined : String(urgency),
      topic: topic === undefined ? undefined : String(topic),
    };
  };

  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    await held;
    const known = devices.get(request.url ?? '');
    if (!known || request.method !== 'POST') return void response.writeHead(404).end();
    const { device, keys } = known;
    const other = device.answers.shift();
    if (other) return void response.writeHead(other.status, other.headers).end('told so');
    try {
      device.received.push(take(request, body, keys));
      response.writeHead(201, { Location: `https://${HOST}/message/1` }).end();
    } catch (error) {
      problems.push(String(error));
      response.writeHead(400).end();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;

  return {
    problems,
    connect: () => connectTcp(port, '127.0.0.1'),
    newDevice(host = HOST) {
      const curve = createECDH('prime256v1');
      const auth = randomBytes(16);
      const path = `/push/${randomBytes(16).toString('hex')}`;
      const subscription = {
        endpoint: `https://${host}${path}`,
        p256dh: curve.generateKeys('base64url'),
        auth: auth.toString('base64url'),
      };
      const device: PushDevice = { subscription, received: [], answers: [] };
      devices.set(path, { device, keys: { curve, auth } });
      return device;
    },
    hold() {
      let letGo = () => {};
      held = new Promise((resolve) => {
        letGo = resolve;
      });
      return letGo;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
