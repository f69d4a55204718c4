/** Distance between homes and the relay, which the kernel may have no way to make: packets arrive late, and some of them never. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Page } from 'puppeteer-core';
import { SERVER } from './lab.ts';

const RELAY_PORT = 3478;
const FAR_PORT = 3479;

/**
 * Passes UDP on to the relay and back, so many ms later each way, and loses such a share of it, 0 to 1. Whoever opened it closes it.
 */
export async function openDistance(ms: number, lost: number): Promise<{ close(): void }> {
  const clients = new Map<string, Socket>();
  const door = createSocket('udp4');
  let isOpen = true;
  const later = (send: () => void) => {
    if (Math.random() >= lost) setTimeout(() => isOpen && send(), ms);
  };
  door.on('message', (packet, { address, port }) => {
    const client = `${address}:${port}`;
    const way = clients.get(client) ?? createSocket('udp4');
    if (!clients.has(client)) {
      clients.set(client, way);
      way.on('message', (answer) => later(() => door.send(answer, port, address)));
    }
    later(() => way.send(packet, RELAY_PORT, SERVER));
  });
  door.bind(FAR_PORT, SERVER);
  await once(door, 'listening');
  return {
    close() {
      isOpen = false;
      for (const socket of [door, ...clients.values()]) socket.close();
    },
  };
}

/** Has the page's calls go over the relay from that far away, and no other way. Before it opens a call page. */
export const liveFarAway = (page: Page) =>
  page.evaluateOnNewDocument(
    (near, far) => {
      const moved = (configuration: RTCConfiguration = {}): RTCConfiguration => ({
        ...configuration,
        iceTransportPolicy: 'relay',
        iceServers: (configuration.iceServers ?? []).flatMap((server) => {
          const urls = [server.urls].flat().filter((url) => url.startsWith('turn:') && !url.includes('tcp'));
          return urls.length > 0 ? { ...server, urls: urls.map((url) => url.replace(near, far)) } : [];
        }),
      });
      const Native = RTCPeerConnection;
      window.RTCPeerConnection = class extends Native {
        constructor(configuration?: RTCConfiguration) {
          super(moved(configuration));
        }
        override setConfiguration(configuration?: RTCConfiguration) {
          super.setConfiguration(moved(configuration));
        }
      };
    },
    `:${RELAY_PORT}`,
    `:${FAR_PORT}`,
  );
