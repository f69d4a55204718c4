/** What the server and the process that talks to the certificate authority say to each other. */
import * as v from 'valibot';

/** A key, and the address under which the authority knows it. */
const Account = v.object({ key: v.string(), url: v.string(), directory: v.string() });
export type Account = v.InferOutput<typeof Account>;
export const parseAccount = (json: string): Account => v.parse(Account, JSON.parse(json));

export const Order = v.object({
  /** The name to certify. */
  name: v.string(),
  directory: v.string(),
  email: v.optional(v.string()),
  account: v.optional(Account),
});
export type Order = v.InferOutput<typeof Order>;

/** Why there is no certificate, by what can be done about it. */
export const AcmeTrouble = v.picklist([
  /** The authority isn't there, or doesn't answer. */
  'away',
  /** By this machine's clock its certificate isn't valid. */
  'clock',
  /** The name is not known, or leads nowhere. */
  'dns',
  /** It leads to a machine that doesn't answer on port 80. */
  'unreachable',
  /** It leads to one that answers, but isn't this server. */
  'elsewhere',
  /** Too many were asked for. */
  'rate-limited',
  /** The name's owner (CAA, RFC 8659) or the authority doesn't want a certificate for it. */
  'forbidden',
  /** What came can't be kept. */
  'disk',
  'unknown',
]);
export type AcmeTrouble = v.InferOutput<typeof AcmeTrouble>;

/** What the process says. */
export const Report = v.variant('type', [
  /** Made or known again: kept at once, because authorities allow only a few new ones. */
  v.object({ type: v.literal('account'), account: Account }),
  /** The answer that the authority wants to read at this server (RFC 8555 §8.3). The process waits until it is there. */
  v.object({ type: v.literal('challenge'), token: v.string(), answer: v.string() }),
  /** Key, certificate and what is between it and the authority, as PEM. */
  v.object({ type: v.literal('certificate'), pem: v.string() }),
  v.object({
    type: v.literal('failed'),
    trouble: AcmeTrouble,
    /** The authority's own words, or the system's. */
    detail: v.string(),
    /** Seconds. */
    retryAfter: v.optional(v.number()),
  }),
]);
export type Report = v.InferOutput<typeof Report>;
