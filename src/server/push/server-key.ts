/** The key by which push services recognise this server (RFC 8292). Every subscription is bound to it. */
import { createECDH } from 'node:crypto';

export type ServerKey = { publicKey: string; privateKey: string };

/** @param secret 256 bits that outlive a restart. @returns both halves in base64url, the public one as a point of P-256 */
export function serverKeyFrom(secret: Buffer): ServerKey {
  const number = Buffer.from(secret);
  // Any number below the curve's order is a private key; without its first bit every number is.
  number.writeUInt8(number.readUInt8(0) & 0x7f, 0);
  const curve = createECDH('prime256v1');
  curve.setPrivateKey(number);
  return { publicKey: curve.getPublicKey('base64url'), privateKey: number.toString('base64url') };
}
