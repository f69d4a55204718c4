/** Https: the certificate that is served, who gets it, and what plain http answers beside it. */
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { Background } from '../background.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { createAcme, type Failure } from './acme.ts';
import { type CertificateWatch, validityOf, watchCertificate } from './certificate.ts';
import { certificateFilesOf } from './certificate-files.ts';
import { createDoor } from './door.ts';
import { closeToEveryone } from './private-file.ts';

const { Server: HttpsServer } = process.getBuiltinModule('node:https');

/** What the owner is told. */
export type CertificateStatus = {
  /** Whom it is for, where we get it. */
  name: string | undefined;
  /** ms since 1970; undefined while there is none. */
  until: number | undefined;
  /** Somebody else keeps it, and has let too much time go by. */
  isEnding: boolean;
  failure: Failure | undefined;
};

/** ms before its end by which whoever renews a certificate has done so. */
const LATE = 10 * 24 * 60 * 60 * 1000;

export type TlsParts = { config: Config; clock: Clock; background: Background; log: FastifyBaseLogger };

const NONE = { look() {}, stop() {} };

export function createTls({ server }: Pick<FastifyInstance, 'server'>, parts: TlsParts) {
  const { config, clock, log } = parts;
  const { tls, publicUrl } = config;
  const files = certificateFilesOf(config);
  const watch: CertificateWatch =
    files && server instanceof HttpsServer ? watchCertificate(server, files, clock, log) : NONE;
  const answers = new Map<string, string>();
  const door = tls?.by === 'acme' && publicUrl ? createDoor(publicUrl, answers, log) : undefined;
  const acme = tls?.by === 'acme' ? createAcme({ ...parts, tls, answers, renewed: watch.look }) : undefined;
  if (tls?.by === 'files' && !closeToEveryone(tls.key))
    log.warn({ key: tls.key }, 'everyone on this machine can read the key of the certificate');

  return {
    /**
     * Opens the door for plain http, and gets a certificate if one is due. To be called when the server listens.
     * @param host where to listen
     */
    async open(host: string): Promise<void> {
      await door?.open(config.httpPort, host);
      acme?.start();
    },
    /** Where plain http is answered; for tests, which let the system choose the port. */
    doorAddress: () => door?.server.address(),
    /** Undefined for plain http. */
    status(): CertificateStatus | undefined {
      if (!files) return undefined;
      const until = validityOf(files)?.until;
      const isEnding = tls?.by === 'files' && until !== undefined && until - clock.now() < LATE;
      return { name: tls?.by === 'acme' ? tls.name : undefined, until, isEnding, failure: acme?.failure() };
    },
    async stop(): Promise<void> {
      watch.stop();
      acme?.stop();
      await door?.close();
    },
  };
}

export type TlsService = ReturnType<typeof createTls>;
