/** What the relay that was started last was told, for whoever asks it something without being the server. */
import { readFileSync } from 'node:fs';
import type { Ports } from './configuration.ts';
import { configurationPath } from './configuration-file.ts';

export type StartedWith = {
  secret: string;
  ports: Pick<Ports, 'plain' | 'secure'>;
  /** Whether it has a certificate. */
  isSecure: boolean;
  /** The addresses of this machine that it relays at. */
  own: string[];
};

/**
 * Reads its configuration, which the server writes at each start of the relay, and nobody else may read.
 * @returns undefined where there is none, or it can't be read
 */
export function startedWith(folder: string): StartedWith | undefined {
  let text = '';
  try {
    text = readFileSync(configurationPath(folder), 'utf8');
  } catch {
    return undefined;
  }
  const lines = text.split('\n');
  const values = (name: string) =>
    lines.filter((line) => line.startsWith(`${name}=`)).map((line) => line.slice(name.length + 1));
  const [[secret], [plain], [secure]] = [
    values('static-auth-secret'),
    values('listening-port'),
    values('tls-listening-port'),
  ];
  if (secret === undefined || plain === undefined) return undefined;
  const ports = { plain: Number(plain), secure: Number(secure) };
  return { secret, ports, isSecure: secure !== undefined, own: values('relay-ip') };
}
