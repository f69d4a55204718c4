/** The proxies in `deploy/`, as they are but for names, ports and the certificate, on loopback. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './poll.ts';
import { requireProgram } from './programs.ts';
import { freePort, type RunningProxy, startCaddy, startNginx } from './proxy.ts';

const DEPLOY = join(import.meta.dirname, '../../deploy');
const read = (name: string) => readFileSync(join(DEPLOY, name), 'utf8');

export type Deployed = 'nginx' | 'caddy';

/** What a proxy needs of its own, known before it runs: the server behind it is told its address. */
export interface Place {
  /** By https. */
  origin: string;
  https: number;
  http: number;
  certificate: string;
  key: string;
  remove(): void;
}

/** Two free ports, and a certificate for localhost, for a day. */
export async function placeForProxy(): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), 'porchlight-deploy-'));
  const [certificate, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const pair = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key];
  const about = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-days', '1'];
  execFileSync(requireProgram('openssl'), ['req', '-x509', ...pair, ...about, '-out', certificate], {
    stdio: 'ignore',
  });
  const [http, https] = [await freePort(), await freePort()];
  const origin = `https://localhost:${https}`;
  return { origin, https, http, certificate, key, remove: () => rmSync(folder, { recursive: true }) };
}

const nginxSite = ({ http, https, certificate, key }: Place, to: number) =>
  read('nginx.conf')
    .replace(/^\s*listen \[::\].*$/gm, '')
    .replace('listen 80;', `listen 127.0.0.1:${http};`)
    .replace('listen 443 ssl', `listen 127.0.0.1:${https} ssl`)
    .replace('127.0.0.1:3000', `127.0.0.1:${to}`)
    .replaceAll('porchlight.example;', 'localhost;')
    .replace(/ssl_certificate .*;/, `ssl_certificate ${certificate};`)
    .replace(/ssl_certificate_key .*;/, `ssl_certificate_key ${key};`);

/** Its certificate from files, which it would otherwise get itself. */
const caddySite = ({ http, https, certificate, key }: Place, to: number) =>
  `http://localhost:${http} {\n respond ok\n}\n${read('Caddyfile')
    .replace('porchlight.example {', `https://localhost:${https} {\n\ttls ${certificate} ${key}`)
    .replace('127.0.0.1:3000', `127.0.0.1:${to}`)}`;

const isOpen = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

/** @param to the port of the server behind it */
export async function startDeployed(name: Deployed, place: Place, to: number): Promise<RunningProxy> {
  const origin = `http://localhost:${place.http}`;
  const proxy = await (name === 'nginx'
    ? startNginx(nginxSite(place, to), origin)
    : startCaddy(caddySite(place, to), origin));
  // A proxy opens one port after the other.
  await eventually('https to be open', () => isOpen(place.https));
  return proxy;
}
