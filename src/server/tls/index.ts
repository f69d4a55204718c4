/** Https: the certificate that is served, who gets it, and what plain http answers beside it. */
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { Background } from '../background/background.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { isUsable } from '../network/host-network.ts';
import { createAcme } from './acme.ts';
import {
  type CertificateWatch,
  readCertificate,
  type Validity,
  validityOf,
  watchCertificate,
} from './certificate.ts';
import { certificateFilesOf, keyFilesIn } from './certificate-files.ts';
import { createDoor } from './door.ts';
import type { Failure } from './failure.ts';
import { givenCertificate } from './given-certificate.ts';
import { houseNetwork } from './house-names.ts';
import { createLan, type HouseAuthority } from './lan.ts';
import { originFor } from './origin.ts';
import { closeTo } from './private-file.ts';
import { shownPlainly } from './trust-addresses.ts';

const { Server: HttpsServer } = process.getBuiltinModule('node:https');

/** What the owner is told. */
export type CertificateStatus = {
  /** The name it is for, if Porchlight gets it. */
  name: string | undefined;
  /** ms since 1970; undefined while there is none. */
  until: number | undefined;
  /** Whether this server gets or makes it; otherwise somebody else keeps it. */
  isOurs: boolean;
  /** Whether whoever renews it has waited too long. */
  isEnding: boolean;
  failure: Failure | undefined;
  /** SHA-256 of the house's own authority, if that issued it. */
  fingerprint: string | undefined;
};

/** ms before it expires by which a certificate should have been renewed, and the share of its life for one of a few days. */
const LATE = 10 * 24 * 60 * 60 * 1000;
const LATE_SHARE = 1 / 6;

const isLate = ({ from, until }: Validity, now: number): boolean =>
  until - now < Math.min(LATE, (until - from) * LATE_SHARE);

export type TlsParts = {
  config: Config;
  clock: Clock;
  background: Background;
  log: FastifyBaseLogger;
  /** Another certificate is served from now on. */
  renewed(): void;
};

const NONE = { look() {}, stop() {} };

export function createTls({ server, routing }: Pick<FastifyInstance, 'server' | 'routing'>, parts: TlsParts) {
  const { config, clock, log } = parts;
  const { tls, publicUrl } = config;
  const files = certificateFilesOf(config);
  for (const path of keyFilesIn(config))
    if (!closeTo('others', path))
      log.warn({ path }, 'others on this machine can read a key: close it, mode 600');
  const read = tls?.by === 'files' ? givenCertificate : readCertificate;
  const watch: CertificateWatch =
    files && server instanceof HttpsServer
      ? watchCertificate(server, files, read, clock, log, parts.renewed)
      : NONE;
  const answers = new Map<string, string>();
  const acme = tls?.by === 'acme' ? createAcme({ ...parts, tls, answers, renewed: watch.look }) : undefined;
  const lan =
    tls?.by === 'lan' ? createLan({ ...parts, tls, machine: houseNetwork, renewed: watch.look }) : undefined;
  const houseOrigin = (host: string | undefined): string | undefined => {
    if (!lan) return undefined;
    const bound = server.address();
    return originFor(host, lan.names(), typeof bound === 'object' && bound ? bound.port : config.port);
  };
  const door =
    acme || lan
      ? createDoor({
          ...{ answers, log },
          originFor: (host) => publicUrl ?? houseOrigin(host) ?? '',
          shown: (url) => (lan ? shownPlainly(url, routing) : undefined),
        })
      : undefined;

  return {
    /**
     * Opens the door for plain http, and gets a certificate if one is due. To be called when the server listens.
     * @param host where to listen
     */
    async open(host: string): Promise<void> {
      await lan?.start();
      await door?.open(config.httpPort, host);
      acme?.start();
    },
    /**
     * Where people find this server: as PUBLIC_URL says, or under the host they asked for if it is this machine, or under
     * its first name. Undefined where that isn't known.
     */
    houseOrigin: (host?: string): string | undefined => publicUrl ?? houseOrigin(host),
    /** The same by plain http, where a device learns to trust this house: the one to pass on, then all that others can ask for. */
    trustAddresses(): string[] {
      const address = door?.server.address();
      if (!lan || typeof address !== 'object' || !address) return [];
      const names = lan.names();
      const host = publicUrl === undefined ? undefined : new URL(publicUrl).host;
      const others = names.filter((name) => isUsable(name) && name !== 'localhost');
      return [
        ...new Set([
          originFor(host, names, address.port, 'http'),
          ...others.map((name) => originFor(undefined, [name], address.port, 'http')),
        ]),
      ];
    },
    /** Where there is an authority of this house. */
    authority: (): HouseAuthority | undefined => lan?.authority(),
    /** Where plain http is answered; for tests, which let the system choose the port. */
    doorAddress: () => door?.server.address(),
    /** Undefined for plain http. */
    status(): CertificateStatus | undefined {
      if (!files) return undefined;
      const validity = validityOf(files);
      return {
        ...{ until: validity?.until, failure: (acme ?? lan)?.failure() },
        isOurs: tls?.by !== 'files',
        isEnding: validity !== undefined && isLate(validity, clock.now()),
        name: tls?.by === 'acme' ? tls.name : undefined,
        fingerprint: lan?.authority()?.fingerprint,
      };
    },
    async stop(): Promise<void> {
      watch.stop();
      acme?.stop();
      lan?.stop();
      await door?.close();
    },
  };
}

export type TlsService = ReturnType<typeof createTls>;
