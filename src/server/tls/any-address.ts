/** The address that stands for all of this computer's. */
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Both IPv6 and IPv4 (RFC 3493 §5.3), or only IPv4 if the system has no IPv6. */
const CANDIDATES = ['::', '0.0.0.0'];

async function canListen(host: string): Promise<boolean> {
  const probe = createServer();
  try {
    probe.listen({ host, port: 0 });
    await once(probe, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    probe.close();
  }
}

/** The first of the candidates on which this system can listen. */
export async function anyAddress(candidates = CANDIDATES): Promise<string> {
  for (const host of candidates) if (await canListen(host)) return host;
  return '0.0.0.0';
}
