/** Finds out whether another program listens where the relay is going to. */
import { createSocket } from 'node:dgram';
import { createServer, isIPv6 } from 'node:net';

/** Only this says so. Whatever else is wrong, the relay itself is told when it tries. */
const isTaken = (error: Error): boolean => 'code' in error && error.code === 'EADDRINUSE';

const isTcpTaken = (port: number, host: string): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve(isTaken(error)));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(false)));
  });

const isUdpTaken = (port: number, host: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
    socket.once('error', (error) => {
      socket.close();
      resolve(isTaken(error));
    });
    socket.bind({ port, address: host, exclusive: true }, () => socket.close(() => resolve(false)));
  });

/**
 * The first of the ports that isn't free. Asked beforehand, because coturn tries for a long time, and shares a UDP port with
 * another coturn without noticing.
 * @param hosts addresses of this machine, or those that stand for all of them
 */
export async function takenPort(ports: number[], hosts: string[]): Promise<number | undefined> {
  for (const port of ports)
    for (const host of hosts)
      if ((await isTcpTaken(port, host)) || (await isUdpTaken(port, host))) return port;
  return undefined;
}
