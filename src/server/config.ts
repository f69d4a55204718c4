/** The environment, read once. A wrong value stops the start with a sentence that names it. */
import { accessSync, constants } from 'node:fs';
import { isIP, isIPv6 } from 'node:net';
import { resolve } from 'node:path';
import * as v from 'valibot';
import { isBareName } from './network/host-names.ts';
import { isPrivate } from './network/private-networks.ts';

const list = v.pipe(
  v.string(),
  v.transform((text) => text.split(/[\s,]+/).filter(Boolean)),
);
const iceUrls = (scheme: RegExp, name: string) =>
  v.pipe(
    list,
    v.everyItem((url) => scheme.test(url), `must hold addresses that start with ${name}:`),
  );
const webAddress = v.pipe(
  v.string(),
  v.url('must be an address like https://porchlight.example'),
  v.regex(/^https?:\/\//, 'must start with http:// or https://'),
  v.transform((text) => new URL(text).origin),
);
const port = v.pipe(
  v.string(),
  v.regex(/^\d+$/, 'must be a number'),
  v.transform(Number),
  v.maxValue(65535, 'must be between 0 and 65535'),
);

const LETS_ENCRYPT = 'https://acme-v02.api.letsencrypt.org/directory';

/** Names for ranges of addresses that Fastify knows. */
const RANGES = ['loopback', 'linklocal', 'uniquelocal'];

/** An IP address, with or without the length of a prefix (RFC 4632, RFC 4291 §2.3), or the name of a range. */
function isNetwork(text: string): boolean {
  if (RANGES.includes(text)) return true;
  const [host = '', prefix, ...rest] = text.split('/');
  const most = { 0: 0, 4: 32, 6: 128 }[isIP(host)] ?? 0;
  const isPrefix =
    prefix === undefined || (/^\d+$/.test(prefix) && Number(prefix) > 0 && Number(prefix) <= most);
  return most > 0 && rest.length === 0 && isPrefix;
}

/** "true", a number of proxies in front, or their addresses. */
const trustProxy = v.pipe(
  v.string(),
  v.check(
    (text) =>
      ['', 'true', 'false'].includes(text) ||
      /^\d+$/.test(text) ||
      text.split(',').every((part) => isNetwork(part.trim())),
    'must be the number of proxies in front (such as 1), or their IP addresses or networks, separated by commas (such as 127.0.0.1,10.0.0.0/8); names are not looked up',
  ),
  v.transform((text): Config['trustProxy'] => {
    if (text === '' || text === 'false' || text === '0') return false;
    if (text === 'true') return true;
    return /^\d+$/.test(text) ? (_address, hop) => hop < Number(text) : text;
  }),
);

/** As the system writes it, so that the two can be compared. */
const address = v.pipe(
  v.string(),
  v.check(
    (text) => isIP(text) !== 0 && !text.includes('%'),
    'must be an IP address like 203.0.113.7 or 2001:db8::7',
  ),
  v.transform((text) => (isIPv6(text) ? new URL(`http://[${text}]`).hostname.slice(1, -1) : text)),
);

const Environment = v.object({
  PORT: v.optional(port),
  HTTP_PORT: v.optional(port, '80'),
  HOST: v.optional(v.pipe(v.string(), v.minLength(1, 'must not be empty'))),
  DATA_DIR: v.optional(v.pipe(v.string(), v.minLength(1, 'must not be empty')), './data'),
  PUBLIC_URL: v.optional(webAddress),
  TLS: v.optional(v.picklist(['acme', 'lan'], 'must be "acme" or "lan"')),
  ACME_DIRECTORY: v.optional(
    v.pipe(v.string(), v.url('must be an address'), v.startsWith('https://', 'must start with https://')),
    LETS_ENCRYPT,
  ),
  ACME_EMAIL: v.optional(v.pipe(v.string(), v.email('must be an e-mail address'))),
  PUBLIC_ADDRESS: v.optional(address),
  TLS_CERT: v.optional(v.string()),
  TLS_KEY: v.optional(v.string()),
  TRUST_PROXY: v.optional(trustProxy, ''),
  STUN_URLS: v.optional(iceUrls(/^stuns?:/, 'stun'), ''),
  TURN: v.optional(
    v.picklist(
      ['auto'],
      'must be "auto", or not set; for a relay elsewhere there are TURN_URLS and TURN_SECRET',
    ),
  ),
  TURN_URLS: v.optional(iceUrls(/^turns?:/, 'turn'), ''),
  TURN_SECRET: v.optional(v.string()),
  REGISTRATION: v.optional(v.picklist(['invite', 'open'], 'must be "invite" or "open"'), 'invite'),
  LOG_LEVEL: v.optional(
    v.picklist(
      ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
      'must be fatal, error, warn, info, debug, trace or silent',
    ),
    'info',
  ),
});

/**
 * Where the certificate for https comes from: files that others keep, an authority that is asked for it, or one of the
 * house's own. `host` is what PUBLIC_URL calls the machine, where it is set.
 */
export type Tls =
  | { by: 'files'; cert: string; key: string }
  | { by: 'acme'; name: string; directory: string; email: string | undefined }
  | { by: 'lan'; host: string | undefined };

export type Config = {
  port: number;
  /** Where plain http is answered beside https, if the server looks after its certificate itself. */
  httpPort: number;
  /** Where to listen; undefined is everywhere. */
  host: string | undefined;
  /** Absolute path of the one folder that holds everything worth a backup. */
  dataDir: string;
  /** Origin under which people reach the server, where it is known. */
  publicUrl: string | undefined;
  /** IP address under which the internet reaches this machine, where somebody has said so. */
  publicAddress: string | undefined;
  tls: Tls | undefined;
  /** As Fastify's `trustProxy`: false, true, addresses, or a test of address and hop. */
  trustProxy: boolean | string | ((address: string, hop: number) => boolean);
  stunUrls: string[];
  /** A relay elsewhere. */
  turn: { urls: string[]; secret: string } | undefined;
  /** Whether to run a relay here. */
  hasOwnRelay: boolean;
  registration: 'invite' | 'open';
  logLevel: string;
  /** Whether cookies may be limited to https. */
  secure: boolean;
};

/** Thrown for a wrong environment; the message is one sentence for the person who started the server. */
export class ConfigError extends Error {}

/** Ports where nothing else is said: the usual one of https for who serves that by themselves. */
const PORTS = { plain: 3000, secure: 443 };

/** Endings of names that no public authority answers for (RFC 6762, RFC 8375, ICANN's `internal`, and what routers use). */
const PRIVATE_NAME = /(^|\.)(local|localhost|home\.arpa|internal|lan|home)$/;

/** The host in an address, and no brackets around one that is an IPv6 address. */
const hostOf = (url: string): string => new URL(url).hostname.replace(/^\[|\]$/g, '');

/** Whether a host name may be one that the whole internet knows: no IP address, and none of a home network. */
export const isPublicName = (name: string): boolean =>
  isIP(name.replace(/[[\]]/g, '')) === 0 && name.includes('.') && !PRIVATE_NAME.test(name);

/** The host name of PUBLIC_URL, if a public authority can certify it. */
function publicName(publicUrl = 'http://nowhere'): string {
  const { protocol } = new URL(publicUrl);
  const name = hostOf(publicUrl);
  if (protocol !== 'https:' || !isPublicName(name))
    throw new ConfigError(
      'TLS=acme needs PUBLIC_URL with a name that the whole internet knows, such as https://family.example.',
    );
  return name;
}

/** The host of PUBLIC_URL, if the house's own authority can certify it. */
function houseHost(publicUrl: string | undefined): string | undefined {
  if (publicUrl === undefined) return undefined;
  const host = hostOf(publicUrl);
  if (!publicUrl.startsWith('https:') || (isIP(host) !== 0 && !isPrivate(host)))
    throw new ConfigError(
      'TLS=lan needs no PUBLIC_URL, or one with the name or private address of this machine, such as https://nas.local.',
    );
  if (isIP(host) === 0 && isBareName(host))
    throw new ConfigError(
      `With TLS=lan the name in PUBLIC_URL must have more than one part: who vouches for "${host}" vouches for every name on the web that ends in .${host}. Use https://${host}.local, or leave PUBLIC_URL out.`,
    );
  return host;
}

function tlsFrom(env: v.InferOutput<typeof Environment>): Tls | undefined {
  if ((env.TLS_CERT === undefined) !== (env.TLS_KEY === undefined))
    throw new ConfigError('TLS_CERT and TLS_KEY must be set together.');
  if (env.TLS !== undefined && env.TLS_CERT !== undefined)
    throw new ConfigError(
      'TLS and TLS_CERT exclude each other: either Porchlight looks after the certificate, or you do.',
    );
  for (const name of ['TLS_CERT', 'TLS_KEY'] as const)
    if (env[name] !== undefined && !isReadable(env[name]))
      throw new ConfigError(`${name} names a file that can't be read.`);
  if (env.TLS_CERT !== undefined && env.TLS_KEY !== undefined)
    return { by: 'files', cert: env.TLS_CERT, key: env.TLS_KEY };
  if (env.TLS === undefined) return undefined;
  if (env.TLS === 'lan') return { by: 'lan', host: houseHost(env.PUBLIC_URL) };
  const name = publicName(env.PUBLIC_URL);
  return { by: 'acme', name, directory: env.ACME_DIRECTORY, email: env.ACME_EMAIL };
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Reads and checks the environment.
 * @throws {ConfigError} naming the variable and what is wrong with it
 */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  // An empty variable means unset: compose files and systemd units pass them that way.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const result = v.safeParse(Environment, given);
  if (!result.success) {
    const [issue] = result.issues;
    throw new ConfigError(`${v.getDotPath(issue) ?? 'The environment'} ${issue.message}.`);
  }
  const env = result.output;
  const tls = tlsFrom(env);
  if (env.TURN_URLS.length > 0 && env.TURN_SECRET === undefined)
    throw new ConfigError('TURN_SECRET must be set when TURN_URLS is.');
  if (env.TURN !== undefined && env.TURN_URLS.length > 0)
    throw new ConfigError(
      'TURN=auto and TURN_URLS exclude each other: either Porchlight runs a relay here, or it uses one elsewhere.',
    );
  return {
    port: env.PORT ?? (env.TLS === undefined ? PORTS.plain : PORTS.secure),
    httpPort: env.HTTP_PORT,
    host: env.HOST,
    dataDir: resolve(env.DATA_DIR),
    publicUrl: env.PUBLIC_URL,
    publicAddress: env.PUBLIC_ADDRESS,
    tls,
    trustProxy: env.TRUST_PROXY,
    stunUrls: env.STUN_URLS,
    turn:
      env.TURN_SECRET && env.TURN_URLS.length > 0
        ? { urls: env.TURN_URLS, secret: env.TURN_SECRET }
        : undefined,
    hasOwnRelay: env.TURN === 'auto',
    registration: env.REGISTRATION,
    logLevel: env.LOG_LEVEL,
    secure: tls !== undefined || (env.PUBLIC_URL?.startsWith('https:') ?? false),
  };
}
