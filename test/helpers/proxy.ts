/** Real proxies in front of a server, with a configuration of the test's own, on loopback. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from './poll.ts';
import { requireProgram } from './programs.ts';

export interface RunningProxy {
  origin: string;
  /** Reads its configuration again. What is open through it is cut off a second later at the latest. */
  reload(): Promise<void>;
  close(): Promise<void>;
}

export interface ProxyOptions {
  /** The port behind it. */
  to: number;
  /** The one it takes, so that the server behind can be told before. */
  port: number;
  /** What it tells the server as `Host`, in nginx's words. */
  host?: string;
  /** Whether it passes on the upgrades of sockets. */
  upgrades?: boolean;
  /** Bytes of a body that it lets through. */
  largest?: number;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (typeof address !== 'object' || !address) throw new Error('no port');
  return address.port;
}

const UPGRADES = 'proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade";';

const configuration = ({ to, port, host = '$http_host', upgrades = true, largest = 0 }: ProxyOptions) => `
  server {
    listen 127.0.0.1:${port};
    client_max_body_size ${largest};
    location / {
      proxy_pass http://127.0.0.1:${to};
      proxy_http_version 1.1;
      proxy_set_header Host ${host};
      ${upgrades ? UPGRADES : ''}
    }
  }`;

export const startProxy = (options: ProxyOptions): Promise<RunningProxy> =>
  startNginx(configuration(options), `http://localhost:${options.port}`);

/** @param site what stands in nginx's `http` block; @param origin one of its addresses over plain http */
export async function startNginx(site: string, origin: string): Promise<RunningProxy> {
  const folder = mkdtempSync(join(tmpdir(), 'porchlight-proxy-'));
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${name};`,
  );
  const all = `
    ${process.getuid?.() === 0 ? 'user root;' : ''}
    pid pid; error_log error.log; daemon off; worker_shutdown_timeout 1s;
    events {}
    http { access_log off; ${temporary.join(' ')} ${site} }`;
  writeFileSync(join(folder, 'nginx.conf'), all);
  const child = spawn(
    requireProgram('nginx'),
    ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')],
    { stdio: 'inherit' },
  );
  return running(child, folder, origin, async () => void child.kill('SIGHUP'));
}

/** @param site what stands in a Caddyfile beside the options for all sites; @param origin one of its addresses over plain http */
export async function startCaddy(site: string, origin: string): Promise<RunningProxy> {
  const folder = mkdtempSync(join(tmpdir(), 'porchlight-proxy-'));
  const config = join(folder, 'Caddyfile');
  const socket = join(folder, 'admin.sock');
  writeFileSync(config, `{\n admin unix/${socket}\n auto_https disable_redirects\n}\n${site}`);
  const program = requireProgram('caddy');
  // What it keeps of itself goes into its folder.
  const env = { PATH: process.env.PATH, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
  const child = spawn(program, ['run', '--config', config, '--adapter', 'caddyfile'], {
    env,
    stdio: 'ignore',
  });
  return running(child, folder, origin, async () => {
    const force = ['reload', '--config', config, '--adapter', 'caddyfile', '--force'];
    await promisify(execFile)(program, [...force, '--address', `unix/${socket}`], { env });
  });
}

/** A proxy that was just started, when it answers. */
async function running(
  child: ChildProcess,
  folder: string,
  origin: string,
  reload: () => Promise<void>,
): Promise<RunningProxy> {
  const ended = once(child, 'exit');
  const kill = () => child.kill('SIGTERM');
  // A test run that is interrupted must not leave it behind.
  process.once('exit', kill);
  const answers = () => fetch(origin, { redirect: 'manual' }).then(Boolean, () => false);
  await eventually('the proxy to answer', answers);
  return {
    ...{ origin, reload },
    async close() {
      process.off('exit', kill);
      kill();
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}
