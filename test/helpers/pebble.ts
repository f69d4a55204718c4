/** A real certificate authority that speaks ACME, with the DNS that it asks: Let's Encrypt's own for tests, on loopback. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './poll.ts';
import { requireProgram } from './programs.ts';
import { freePort } from './proxy.ts';

/** A name that it certifies nothing for. */
export const FORBIDDEN_NAME = 'forbidden.example';

export interface PebbleOptions {
  /** Seconds for which its certificates are valid. */
  validFor: number;
  /** Where it looks for the answers to its challenges, unless it may choose a free port. */
  httpPort?: number;
  /** Address and port at which its DNS answers others as well. */
  dnsFor?: string;
}

export interface Pebble {
  /** For ACME_DIRECTORY. */
  directory: string;
  /** The port on which it looks for the answers to its challenges. */
  httpPort: number;
  /** Its own certificate, to be trusted by whoever asks it. */
  certificate: string;
  /** What its certificates lead to, as PEM. */
  root(): Promise<string>;
  /** Has a name lead to an address of this machine; unless told, it doesn't exist. */
  point(name: string, address: string): Promise<void>;
  close(): Promise<void>;
}

const end = async (child: ChildProcess) => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
};

export const startPebble = async ({ validFor, httpPort: given, dnsFor }: PebbleOptions): Promise<Pebble> => {
  const folder = mkdtempSync(join(tmpdir(), 'porchlight-pebble-'));
  const [certificate, key, settings] = ['own.pem', 'own.key', 'pebble.json'].map((name) =>
    join(folder, name),
  );
  if (!certificate || !key || !settings) throw new Error('no names');
  execFileSync(
    requireProgram('openssl'),
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
      ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
      ...['-keyout', key, '-out', certificate],
    ],
    { stdio: 'ignore' },
  );
  const [port, management, free, tlsPort, dns, names] = await Promise.all(
    Array.from({ length: 6 }, () => freePort()),
  );
  const httpPort = given ?? free ?? 0;
  writeFileSync(
    settings,
    JSON.stringify({
      pebble: {
        ...{ listenAddress: `127.0.0.1:${port}`, managementListenAddress: `127.0.0.1:${management}` },
        ...{ certificate, privateKey: key, httpPort, tlsPort },
        ...{ ocspResponderURL: '', externalAccountBindingRequired: false },
        ...{ certificateValidityPeriod: validFor, domainBlocklist: [FORBIDDEN_NAME] },
      },
    }),
  );
  const children = [
    spawn(
      requireProgram('pebble-challtestsrv'),
      [
        ...[
          '-defaultIPv4',
          '',
          '-defaultIPv6',
          '',
          '-dns01',
          [`127.0.0.1:${dns}`, ...(dnsFor === undefined ? [] : [dnsFor])].join(','),
        ],
        ...['-http01', '', '-https01', '', '-tlsalpn01', '', '-management', `127.0.0.1:${names}`],
      ],
      { stdio: 'ignore' },
    ),
    spawn(requireProgram('pebble'), ['-config', settings, '-dnsserver', `127.0.0.1:${dns}`], {
      stdio: 'ignore',
      env: { ...process.env, PEBBLE_VA_NOSLEEP: '1' },
    }),
  ];
  const ask = (url: string) =>
    new Promise<string | undefined>((resolve) => {
      get(url, { ca: readFileSync(certificate), agent: false }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part) => {
          text += part;
        });
        response.once('end', () => resolve(text));
      }).once('error', () => resolve(undefined));
    });
  const directory = `https://localhost:${port}/dir`;
  await eventually('pebble to answer', () => ask(directory));
  const pointed = async (name: string, addresses: string[]) => {
    const body = JSON.stringify({ host: `${name}.`, addresses });
    await fetch(`http://127.0.0.1:${names}/clear-a`, { method: 'POST', body });
    return (await fetch(`http://127.0.0.1:${names}/add-a`, { method: 'POST', body })).ok;
  };
  await eventually('its DNS to answer', () => pointed('nobody.example', ['127.0.0.1']).catch(() => false));
  return {
    directory,
    httpPort,
    certificate,
    root: async () => (await ask(`https://localhost:${management}/roots/0`)) ?? '',
    async point(name, address) {
      if (!(await pointed(name, [address]))) throw new Error('its DNS refused');
    },
    async close() {
      await Promise.all(children.map(end));
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
