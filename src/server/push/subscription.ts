/** What a browser sends to be told of things, as far as it can be a subscription (Push API §8). */
import { ECDH } from 'node:crypto';
import * as v from 'valibot';
import { isPublicName } from '../config.ts';

/** Those of the known push services have 200 to 600 characters. */
const LONGEST_ENDPOINT = 1024;

/** An https address at a public name, and at the usual port: push services have no others. */
function isEndpoint(text: string): boolean {
  if (text.length > LONGEST_ENDPOINT || !URL.canParse(text)) return false;
  const { protocol, hostname, port, username, password } = new URL(text);
  const isPlain = port === '' && username === '' && password === '' && !text.includes('#');
  return protocol === 'https:' && isPlain && !hostname.endsWith('.') && isPublicName(hostname);
}

/** Whether it is a point of P-256, uncompressed (RFC 8291 §3.1). */
function isPoint(bytes: Buffer): boolean {
  try {
    ECDH.convertKey(bytes, 'prime256v1');
    return bytes[0] === 4;
  } catch {
    return false;
  }
}

/** Base64url of so many bytes. */
const bytes = (length: number) =>
  v.pipe(
    v.string(),
    v.regex(/^[\w-]{1,128}$/),
    v.transform((text): Buffer => Buffer.from(text, 'base64url')),
    v.check((found) => found.length === length),
  );

export const Subscription = v.object({
  endpoint: v.pipe(v.string(), v.check(isEndpoint)),
  p256dh: v.pipe(bytes(65), v.check(isPoint)),
  auth: bytes(16),
});
export type Subscription = v.InferOutput<typeof Subscription>;

/** Whether a device sounds at everything that is pushed to it. Apple's don't know silent notifications. */
export const alwaysSounds = ({ endpoint }: Subscription): boolean =>
  new URL(endpoint).hostname.endsWith('.push.apple.com');
