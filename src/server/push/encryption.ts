/**
 * A message as the request that a push service takes: encrypted for one browser (RFC 8291), signed by this server (RFC
 * 8292). A module of its own, so that the package is loaded with the first push.
 */
import { createHmac } from 'node:crypto';
import webPush from 'web-push';
import type { PushMessage } from '../../protocol/push.ts';
import type { PushRequest } from './delivery.ts';
import type { ServerKey } from './server-key.ts';
import type { Subscription } from './subscription.ts';

/** How soon a device should be woken (RFC 8030 §5.3). */
export type Urgency = 'normal' | 'high';

const ENCODING = 'aes128gcm';

/** Bytes. Every message is filled up to a multiple of it, so that its length tells little of what was written. */
const BLOCK = 512;

/** @param subject who push services can turn to, as an address. @param ttl seconds that it may wait for the device */
export function encryptedRequest(
  { endpoint, p256dh, auth }: Subscription,
  message: PushMessage,
  { key, subject, ttl, urgency }: { key: ServerKey; subject: string; ttl: number; urgency: Urgency },
): PushRequest {
  const json = Buffer.from(JSON.stringify(message));
  // White space behind JSON is JSON still.
  const text = Buffer.alloc(Math.ceil(json.length / BLOCK) * BLOCK, ' ');
  json.copy(text);
  // What is still on its way is replaced by what has the same tag; which chat that is, is nobody's business.
  const topic = createHmac('sha256', auth).update(message.tag).digest('base64url').slice(0, 32);
  const [point, secret] = [p256dh.toString('base64url'), auth.toString('base64url')];
  const { cipherText: body } = webPush.encrypt(point, secret, text, ENCODING);
  const { publicKey, privateKey } = key;
  const url = new URL(endpoint);
  const signed = webPush.getVapidHeaders(url.origin, subject, publicKey, privateKey, ENCODING);
  const headers = {
    ...{ ...signed, TTL: ttl, Urgency: urgency, Topic: topic },
    ...{ 'Content-Encoding': ENCODING, 'Content-Type': 'application/octet-stream' },
    'Content-Length': body.length,
  };
  return { url, headers, body };
}
