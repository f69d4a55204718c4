/** A network between a client and a server that can be cut: nothing comes through, and nobody says so. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface Relay {
  readonly origin: string;
  /** From now on nothing passes. `silently` leaves connections open that carry nothing, as a lost Wi-Fi does. */
  cut(silently?: boolean): void;
  mend(): void;
  close(): Promise<void>;
}

/** Opens a way to a port of this machine. */
export async function openRelay(port: number): Promise<Relay> {
  let isCut = false;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    if (isCut) {
      socket.destroy();
      return;
    }
    const onward = connect(port, 'localhost');
    for (const [one, other] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  server.listen(0, 'localhost');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('the relay has no port');

  const destroyAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    origin: `http://localhost:${address.port}`,
    cut(silently = false) {
      isCut = true;
      if (!silently) destroyAll();
      else
        for (const socket of sockets) {
          socket.unpipe();
          socket.pause();
        }
    },
    mend() {
      isCut = false;
      // What was paused is as dead as it would be after minutes on a real network.
      destroyAll();
    },
    async close() {
      destroyAll();
      server.close();
      await once(server, 'close');
    },
  };
}
