/**
 * Homes behind routers of their own, a provider between them, a server with a relay: network namespaces, joined by virtual
 * cables. The provider is the namespace that this process runs in, which run.ts has made for it: all of it is gone with it.
 * Addresses are those for documentation (RFC 5737); nothing leads to any other network.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { eventually } from '../helpers/poll.ts';
import { requireProgram } from '../helpers/programs.ts';
import { type Server, startServer } from '../helpers/server.ts';

/**
 * What a router does with its home's addresses: `easy` keeps a device's port for everybody it speaks with, `symmetric` takes
 * another for each, `no-udp` lets nothing but TCP through, and `only-tls` no TCP to the usual port of relays either.
 */
export type Nat = 'easy' | 'symmetric' | 'no-udp' | 'only-tls';

export interface Home {
  /** Where its devices are. */
  readonly namespace: string;
  /** Loses this share of the packets with media, in each direction. */
  lose(share: number): void;
  /** Lets no more than this through to the outside, in kbit/s; undefined is all there is. */
  limitUp(rate: number | undefined): void;
  /** Lets no more than this come in from the outside, in kbit/s. */
  limitDown(rate: number): void;
  /** Pulls the router's cable, which its home isn't told. */
  unplug(): void;
  plug(): void;
  /** Gives the router another address outside, as a provider does at night. */
  move(): void;
}

export interface Lab {
  readonly server: Server;
  /** The server as the homes reach it. */
  readonly origin: string;
  /** The server starts it, and again when it was killed; `ready` waits for it. */
  readonly relay: { kill(): Promise<void>; ready(): Promise<void> };
  addHome(nat: Nat): Home;
  close(): Promise<void>;
}

const PROVIDER = '203.0.113';
/** The server's, as the internet knows it. */
export const SERVER = `${PROVIDER}.10`;
/** An address of the server's that a house vouches for: one of its own network, to which the homes have a way as well. */
export const IN_HOUSE = '192.168.200.10';
/** Where nobody is: with no way to anywhere, coturn would drop a client's connection for each private candidate. */
const NOBODY = `${PROVIDER}.254`;
const RELAY_PORT = 3478;
export const RELAY_TLS_PORT = 5349;

const run = (command: string, ...words: string[]) => execFileSync(command, words, { stdio: 'pipe' });
const ip = (line: string) => run(requireProgram('ip'), ...line.split(' '));
/** Runs a command in a namespace. */
const within = (namespace: string, line: string) => ip(`netns exec ${namespace} ${line}`);

/** What holds a line to so many kbit/s, with a queue like a cheap router's. */
const shape = (rate: number) => `tbf rate ${rate}kbit burst 4kb latency 300ms`;

let isBuilt = false;
let homes = 0;
/** The last number that was given out, of the provider's addresses. */
let given = 20;

function nextAddress(): string {
  given += 1;
  return `${PROVIDER}.${given}`;
}

/** The bridge that joins everybody, once for all tests of a run. */
export function buildProvider(): void {
  if (isBuilt) return;
  isBuilt = true;
  ip('link set lo up');
  ip('link add provider type bridge');
  ip('link set provider up');
  // The homes are no neighbours, to which its relay would refuse to forward.
  for (const address of [SERVER, IN_HOUSE]) ip(`addr add ${address}/32 dev provider`);
  ip(`route add ${PROVIDER}.0/24 dev provider src ${SERVER}`);
  ip(`route add default via ${NOBODY} src ${SERVER}`);
}

export function buildHome(nat: Nat): Home {
  homes += 1;
  const [router, namespace, cable] = [`router${homes}`, `home${homes}`, `cable${homes}`];
  let outside = nextAddress();
  for (const made of [router, namespace]) {
    ip(`netns add ${made}`);
    ip(`-n ${made} link set lo up`);
  }
  ip(`link add ${cable} type veth peer name wan netns ${router}`);
  ip(`link set ${cable} master provider up`);
  ip(`-n ${router} addr add ${outside}/24 dev wan`);
  ip(`-n ${router} link set wan up`);
  ip(`-n ${router} route add default via ${NOBODY}`);
  ip(`-n ${router} route add ${IN_HOUSE} dev wan`);
  ip(`-n ${router} link add lan type veth peer name eth0 netns ${namespace}`);
  ip(`-n ${router} addr add 192.168.${homes}.1/24 dev lan`);
  ip(`-n ${router} link set lan up`);
  ip(`-n ${namespace} addr add 192.168.${homes}.2/24 dev eth0`);
  ip(`-n ${namespace} link set eth0 up`);
  ip(`-n ${namespace} route add default via 192.168.${homes}.1`);
  within(router, 'sysctl -qw net.ipv4.ip_forward=1');
  const iptables = requireProgram('iptables');
  const rule = (line: string) => within(router, `${iptables} ${line}`);
  // The other side's first packets would otherwise make entries that turn an easy router into a symmetric one.
  rule('-A INPUT -i wan -p udp -j DROP');
  // A chain of its own for what is lost, before all else.
  rule('-N LOSS');
  rule('-A FORWARD -p udp -j LOSS');
  rule('-A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT');
  rule('-A FORWARD -i wan -j DROP');
  // Names are resolved everywhere.
  rule('-A FORWARD -p udp --dport 53 -j ACCEPT');
  if (nat === 'no-udp' || nat === 'only-tls') rule('-A FORWARD -p udp -j DROP');
  if (nat === 'only-tls') rule(`-A FORWARD -p tcp --dport ${RELAY_PORT} -j DROP`);
  rule(`-t nat -A POSTROUTING -o wan -j MASQUERADE${nat === 'symmetric' ? ' --random-fully' : ''}`);
  return {
    namespace,
    lose(share) {
      rule('-F LOSS');
      if (share > 0) rule(`-A LOSS -m statistic --mode random --probability ${share} -j DROP`);
    },
    limitUp(rate) {
      if (rate === undefined) within(router, 'tc qdisc del dev wan root');
      else within(router, `tc qdisc replace dev wan root ${shape(rate)}`);
    },
    limitDown(rate) {
      run('tc', ...`qdisc replace dev ${cable} root ${shape(rate)}`.split(' '));
    },
    unplug: () => ip(`link set ${cable} down`),
    plug: () => ip(`link set ${cable} up`),
    move() {
      const before = outside;
      outside = nextAddress();
      ip(`-n ${router} addr del ${before}/24 dev wan`);
      ip(`-n ${router} addr add ${outside}/24 dev wan`);
      ip(`-n ${router} route replace default via ${NOBODY}`);
      ip(`-n ${router} route replace ${IN_HOUSE} dev wan`);
    },
  };
}

export const isListening = (host: string, port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, host, () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });

/** The relay that the server started. */
function relayOf(server: Server): Lab['relay'] {
  const isThere = () => isListening(SERVER, RELAY_PORT);
  return {
    async kill() {
      process.kill(Number(readFileSync(join(server.dataDir, 'relay/turnserver.pid'), 'utf8')), 'SIGKILL');
      await eventually('the relay to be gone', async () => !(await isThere()));
    },
    ready: () => eventually('the relay to listen', isThere, 15_000, server.log).then(() => {}),
  };
}

/** Opens it, with a server and its relay, which everybody reaches. The test closes it. */
export async function openLab(): Promise<Lab> {
  buildProvider();
  const server = await startServer({ HOST: '0.0.0.0', TURN: 'auto' });
  const relay = relayOf(server);
  await relay.ready();
  return {
    server,
    origin: `http://${SERVER}:${server.port}`,
    relay,
    addHome: buildHome,
    close: server.remove,
  };
}
