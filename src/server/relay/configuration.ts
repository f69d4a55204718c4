/** What coturn is told. Each option is explained in its manual, turnserver(1). */
import { isIPv4 } from 'node:net';
import { join } from 'node:path';
import type { Network } from '../network/private-networks.ts';
import { edgesOf } from '../network/public-networks.ts';
import type { CertificateFiles } from '../tls/certificate-files.ts';
import { userDatabasePath } from './user-database.ts';

/** An address of this machine. `outside`: by which the internet reaches it, as far as that is known; often the same. */
export type Address = { own: string; outside: string | undefined };

export type Ports = {
  /** UDP and TCP. */
  plain: number;
  /** TLS. */
  secure: number;
  /** UDP, one for each relayed connection, from the first to the last. */
  first: number;
  last: number;
};

/** The usual ones (RFC 8656 §5), and room for relayed connections in the range that the IANA assigns to nobody. */
export const PORTS: Ports = { plain: 3478, secure: 5349, first: 49160, last: 49559 };

/**
 * Relayed connections of one person at a time. In a call of eight one has seven connections, and the browser asks for a relay for each by UDP,
 * TCP and TLS, from both networks of a phone: 42.
 */
const USER_QUOTA = 48;

/**
 * Nobody may use the relay to reach machines on the home network, or what listens on this machine for itself only. The
 * networks that the house has on the internet are added to these.
 */
const DENIED = [
  '0.0.0.0-0.255.255.255',
  '10.0.0.0-10.255.255.255',
  '100.64.0.0-100.127.255.255',
  '127.0.0.0-127.255.255.255',
  '169.254.0.0-169.254.255.255',
  '172.16.0.0-172.31.255.255',
  '192.168.0.0-192.168.255.255',
  '::1',
  '::ffff:0.0.0.0-::ffff:255.255.255.255',
  '64:ff9b::-64:ff9b::ffff:ffff',
  'fc00::-fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
  'fe80::-febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
];

export type RelayConfiguration = {
  /** Where it may keep files of its own. */
  folder: string;
  /** Of the HMAC by which it knows who has their credentials from us (calls/ice.ts). */
  secret: string;
  /** At most one of each family. */
  addresses: Address[];
  /** On the internet, of which this machine is part (network/public-networks.ts). */
  networks: Network[];
  ports: Ports;
  /** Undefined for no TLS. */
  certificate: CertificateFiles | undefined;
  /** Undefined for all addresses of this machine. */
  listenOn: string[] | undefined;
};

/**
 * By RFC 8656 a client that doesn't ask for a family gets IPv4, which is of no use where the internet reaches this machine by
 * IPv6 only, as behind the shared IPv4 address of some providers.
 */
function isReachedByIPv6Only(addresses: Address[]): boolean {
  const four = addresses.find(({ own }) => isIPv4(own));
  const isKnown = addresses.some(({ outside }) => outside !== undefined);
  return four === undefined || (isKnown && four.outside === undefined);
}

export function configurationText(configuration: RelayConfiguration): string {
  const { folder, secret, addresses, networks, ports, certificate, listenOn = [] } = configuration;
  const lines = [
    ...listenOn.map((address) => `listening-ip=${address}`),
    `listening-port=${ports.plain}`,
    ...(certificate
      ? [
          `tls-listening-port=${ports.secure}`,
          `cert=${certificate.cert}`,
          `pkey=${certificate.key}`,
          'no-tlsv1',
          'no-tlsv1_1',
        ]
      : ['no-tls']),
    // No browser uses either: TLS over UDP, and relayed TCP connections (RFC 6062).
    'no-dtls',
    'no-tcp-relay',
    'fingerprint',
    'use-auth-secret',
    `static-auth-secret=${secret}`,
    'realm=porchlight',
    ...addresses.flatMap(({ own, outside }) => [
      `relay-ip=${own}`,
      ...(outside !== undefined && outside !== own ? [`external-ip=${outside}/${own}`] : []),
      // Two who both come by way of the relay meet at its own address.
      `allowed-peer-ip=${own}`,
    ]),
    ...(isReachedByIPv6Only(addresses) ? ['allocation-default-address-family=keep'] : []),
    `min-port=${ports.first}`,
    `max-port=${ports.last}`,
    `user-quota=${USER_QUOTA}`,
    `total-quota=${ports.last - ports.first + 1}`,
    'no-multicast-peers',
    ...[...DENIED, ...networks.map((network) => edgesOf(network).join('-'))].map(
      (range) => `denied-peer-ip=${range}`,
    ),
    'no-cli',
    // What strangers may ask without credentials has answers no longer than they need to be.
    'no-rfc5780',
    'no-stun-backward-compatibility',
    'response-origin-only-with-rfc5780',
    // Whoever may use it is known by the secret alone; its database stays empty, and isn't looked into.
    `userdb=${userDatabasePath(folder)}`,
    'no-dynamic-ip-list',
    'no-dynamic-realms',
    'no-auth-pings',
    `pidfile=${join(folder, 'turnserver.pid')}`,
    'log-file=stdout',
    'simple-log',
  ];
  return `# Written by Porchlight whenever it starts its relay: changes to it are lost.\n${lines.join('\n')}\n`;
}
