/** A coturn for this house: what it is told, when it is told anew, and where pages find it. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { FastifyBaseLogger } from 'fastify';
import type { Background } from '../background/background.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { type HostNetwork, hostNetwork } from '../network/host-network.ts';
import type { Network } from '../network/private-networks.ts';
import { publicNetworks } from '../network/public-networks.ts';
import { anyAddress } from '../tls/any-address.ts';
import { certificateFilesOf } from '../tls/certificate-files.ts';
import { findAddresses, leadsElsewhere } from './addresses.ts';
import { type Certificate, currentCertificate } from './certificate.ts';
import { type Address, configurationText, PORTS, type Ports } from './configuration.ts';
import { configurationPath, RELAY_FOLDER, writeConfiguration } from './configuration-file.ts';
import { hostFor, serversAt } from './ice-servers.ts';
import { createRelayLog } from './output.ts';
import { createSupervisor, type Prepared } from './supervisor.ts';
import { takenPort } from './taken-port.ts';
import { makeUserDatabase } from './user-database.ts';

/** ms. Home connections get new addresses, and others may renew certificates. */
const LOOK_EVERY = 60_000;

export type RelayGround = {
  config: Pick<Config, 'dataDir' | 'publicUrl' | 'publicAddress' | 'stunUrls' | 'tls'>;
  clock: Clock;
  background: Pick<Background, 'attempt'>;
  log: FastifyBaseLogger;
};

/** For tests, which mustn't depend on the machine they run on. */
export type CoturnOptions = {
  ports?: Ports;
  listenOn?: string[];
  machine?: HostNetwork;
};

type Plan = {
  addresses: Address[];
  networks: Network[];
  certificate: Certificate | undefined;
  hasName: boolean;
  text: string;
};

/** The house's own on the internet. One that goes stays closed: a new start ends what is being relayed. */
function networksNow(before: Network[], machine: HostNetwork): Network[] {
  const found = publicNetworks(machine.interfaces());
  const isKnown = (one: Network) =>
    before.some(({ address, prefix }) => address === one.address && prefix === one.prefix);
  return found.every(isKnown) ? before : found;
}

/** Its words: what it does about it is said by the supervisor, which tries again. */
const taken = (port: number) =>
  `Port ${port} is taken by another program, perhaps by the system's own coturn (sudo systemctl disable --now coturn). Until it is free, calls do without a relay.`;
const NO_ADDRESS = 'This machine has no network yet. Once it has, the relay is started.';

export function createCoturn(program: string, ground: RelayGround, options: CoturnOptions = {}) {
  const { config, clock, background, log } = ground;
  const { ports = PORTS, listenOn, machine = hostNetwork } = options;
  const folder = join(config.dataDir, RELAY_FOLDER);
  const secret = randomBytes(32).toString('hex');
  const files = certificateFilesOf(config);
  /** What the relay was started with, but for a certificate that was renewed since. */
  let given: Plan = {
    ...{ addresses: [], networks: [], hasName: true, text: '' },
    certificate: currentCertificate(files, undefined),
  };
  let cancel = () => {};
  /** The last of what is done in turn. */
  let last: Promise<unknown> = Promise.resolve();

  /** What a start is prepared with isn't looked at anew before it is known. */
  function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const next = last.then(work);
    last = next.catch(() => {});
    return next;
  }

  async function plan(known?: Certificate): Promise<Plan> {
    const addresses = await findAddresses(config, given.addresses, machine);
    const hasName = !(await leadsElsewhere(config, machine));
    const certificate = currentCertificate(files, known);
    const networks = networksNow(given.networks, machine);
    const text = configurationText({ folder, secret, addresses, networks, ports, certificate, listenOn });
    return { addresses, networks, certificate, hasName, text };
  }

  async function prepare(): Promise<Prepared> {
    const planned = await plan();
    if (planned.addresses.length === 0) return { obstacle: NO_ADDRESS };
    const needed = [ports.plain, ...(planned.certificate ? [ports.secure] : [])];
    const port = await takenPort(needed, listenOn ?? [await anyAddress()]);
    if (port !== undefined) return { obstacle: taken(port) };
    await makeUserDatabase(folder);
    const write = () => {
      writeConfiguration(folder, planned.text);
      given = planned;
    };
    return { args: ['-c', configurationPath(folder)], write };
  }

  const supervisor = createSupervisor({
    ...{ program, folder: config.dataDir, prepare: () => inTurn(prepare), clock, background, log },
    hear: createRelayLog(log, clock),
  });

  /** A new address or a first certificate needs a new start; a renewed certificate only has to be read again. */
  async function look(): Promise<void> {
    const planned = await plan(given.certificate);
    // Without any address it could only be ended.
    if (planned.addresses.length > 0 && planned.text !== given.text) return supervisor.restart();
    const isRenewed = planned.certificate?.state !== given.certificate?.state;
    given = { ...given, certificate: planned.certificate, hasName: planned.hasName };
    if (!isRenewed) return;
    supervisor.signal('SIGUSR2');
    log.info({ cert: planned.certificate?.cert }, 'the relay was given a new certificate');
  }

  function wait(): void {
    cancel = clock.at(clock.now() + LOOK_EVERY, () => {
      wait();
      return inTurn(look);
    });
  }

  return {
    start(): void {
      supervisor.start();
      wait();
    },

    /** There is another certificate. */
    renewed: () => background.attempt('giving the relay a new certificate', () => inTurn(look)),

    /** As calls/ice.ts needs them; without the relay where it isn't counted on, or nobody knows how to find it. */
    iceServers(asked: string): Pick<Config, 'stunUrls' | 'turn'> {
      const host = hostFor(config, given.hasName, asked);
      if (host === undefined || !supervisor.isCountedOn())
        return { stunUrls: config.stunUrls, turn: undefined };
      const { stun, turn } = serversAt(host, ports, given.certificate !== undefined);
      return { stunUrls: [...config.stunUrls, ...stun], turn: { urls: turn, secret } };
    },

    stop(): Promise<void> {
      cancel();
      return supervisor.stop();
    },
  };
}
