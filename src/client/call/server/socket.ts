/**
 * The socket to the server. It comes back by itself, tells what it hears, and keeps what must not be lost.
 * It knows nothing of peer connections, and they nothing of it: a closed socket is no closed call.
 */
import * as v from 'valibot';
import type { ClientMessage } from '../../../protocol/client.ts';
import { ServerMessage } from '../../../protocol/server.ts';
import { PROTOCOL_VERSION } from '../../../protocol/version.ts';
import { retryDelay } from '../../common/backoff.ts';

/** A socket that was silent for so long is asked for a pong, and has this long to bring it. */
const QUIET_MS = 8000;
const PONG_MS = 4000;
/** Ends that no other socket would mend: another version of the protocol, and a session that has ended. */
const FINAL = [4400, 4401];

export interface ServerSocketEvents {
  /** The socket is open and `hello` is sent; what is sent here goes before all that was kept. */
  opened(): void;
  message(message: ServerMessage): void;
}

export interface ServerSocket {
  /** Sends now or not at all, and says which. */
  send(message: ClientMessage): boolean;
  /** Sends now and again after each break, made anew each time, until it is settled. */
  keep(name: string, make: () => ClientMessage): void;
  settle(name: string): void;
  /** Whether `name` was sent at least once, or is settled. */
  wasSent(name: string): boolean;
  /** Whether it is open and nothing is kept: the server knows all that it has to know. */
  isIdle(): boolean;
  /** Sends all that is kept once more, after the server has refused it for the moment. */
  again(): void;
  /** Finds out at once whether the socket lives, and connects at once if it doesn't. */
  check(): void;
}

/** Has the socket looked at when there may be a network again. */
export function checkOnWaking({ check }: ServerSocket): void {
  addEventListener('online', check);
  // A page that slept, or came back from the history cache, may hold a socket that died meanwhile.
  addEventListener('pageshow', ({ persisted }) => persisted && check());
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && check());
}

/**
 * Opens the socket and holds it open for the life of the page, unless the server says that there is no use in it.
 * @param url of the socket, `ws:` or `wss:`
 * @param device id of this tab
 */
export function openServerSocket(url: string, device: string, events: ServerSocketEvents): ServerSocket {
  const kept = new Map<string, { make: () => ClientMessage; sent: boolean }>();
  let socket: WebSocket | undefined;
  let attempt = 0;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let watch: ReturnType<typeof setTimeout> | undefined;
  let isFinal = false;

  function connect(): void {
    clearTimeout(retry);
    const opening = new WebSocket(url);
    socket = opening;
    // A connection that is being refused slowly is as bad as a silent one.
    watch = setTimeout(() => lose(opening), QUIET_MS);
    opening.addEventListener('open', () => {
      if (socket !== opening) return;
      transmit({ type: 'hello', versions: [PROTOCOL_VERSION], device });
      listen();
      events.opened();
      again();
    });
    opening.addEventListener('message', ({ data }) => {
      if (socket !== opening) return;
      listen();
      const message = parse(data);
      if (message?.type === 'welcome') attempt = 0;
      if (message) events.message(message);
    });
    opening.addEventListener('close', ({ code }) => {
      // Also of a socket that was forgotten: what the server says of one goes for all.
      isFinal ||= FINAL.includes(code);
      if (isFinal) clearTimeout(retry);
      lose(opening);
    });
  }

  /** A half-open socket may take minutes to notice its end, so it is forgotten rather than awaited. */
  function lose(lost: WebSocket): void {
    if (socket !== lost) return;
    socket = undefined;
    clearTimeout(watch);
    lost.close();
    if (isFinal) return;
    retry = setTimeout(connect, retryDelay(attempt, Math.random()));
    attempt += 1;
  }

  function listen(): void {
    clearTimeout(watch);
    watch = setTimeout(ask, QUIET_MS);
  }

  function ask(): void {
    const asked = socket;
    if (!asked || !transmit({ type: 'ping' })) return;
    clearTimeout(watch);
    watch = setTimeout(() => lose(asked), PONG_MS);
  }

  function transmit(message: ClientMessage): boolean {
    if (socket?.readyState !== WebSocket.OPEN) return false;
    socket.send(JSON.stringify(message));
    return true;
  }

  function deliver(entry: { make: () => ClientMessage; sent: boolean }): void {
    entry.sent = transmit(entry.make()) || entry.sent;
  }

  function again(): void {
    for (const entry of kept.values()) deliver(entry);
  }

  function check(): void {
    if (isFinal) return;
    if (!socket) {
      attempt = 0;
      connect();
    } else if (socket.readyState === WebSocket.OPEN) ask();
  }

  connect();

  return {
    send: transmit,
    keep(name, make) {
      const entry = { make, sent: false };
      kept.set(name, entry);
      if (socket?.readyState === WebSocket.OPEN) deliver(entry);
    },
    settle: (name) => void kept.delete(name),
    wasSent: (name) => kept.get(name)?.sent ?? true,
    isIdle: () => kept.size === 0 && socket?.readyState === WebSocket.OPEN,
    again,
    check,
  };
}

function parse(data: unknown): ServerMessage | undefined {
  if (typeof data !== 'string') return undefined;
  try {
    const result = v.safeParse(ServerMessage, JSON.parse(data), { abortEarly: true });
    if (result.success) return result.output;
  } catch {
    // Falls through to the warning: what isn't JSON isn't of the protocol either.
  }
  console.warn('The server sent something that this page does not understand.');
  return undefined;
}
