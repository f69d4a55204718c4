/**
 * Whether the server reaches this page: by the live socket, or by answers to polls where no socket gets through. While it
 * doesn't, a line says so, and nobody is shown as online or offline, because this page no longer knows.
 */
import { load } from '../common/scripts.ts';

type ConnectionEvent<Detail> = CustomEvent<{ connection: { socket: WebSocket | null } } & Detail>;

declare global {
  interface DocumentEventMap {
    'htmx:ws:after:connection': ConnectionEvent<object>;
    'htmx:ws:close': ConnectionEvent<{ code: number }>;
    'htmx:ws:before:message:incoming': ConnectionEvent<{ message: { data: unknown } }>;
  }
}

/** Set by the build: the address of a script. */
declare const POLLING_URL: string;

const SIGNED_OUT = 4401;
/** Tries in a row, about ten seconds, after which no socket is to be had here. */
const TRIES = 4;
/** ms for which a loss isn't worth a word: a server that restarts, or a phone that changes networks, is back by then. */
const GRACE = 2500;
/** ms after which a socket that brings nothing is given up. The server sends an empty message every 30 s. */
const SILENCE = 45_000;

/** @param line where it is said, with the words in `data-lost` */
export function wireReach(line: HTMLElement, signedOut: () => void): void {
  let failed = 0;
  let polling: { start(heard: (isAnswered: boolean) => void): void; stop(): void } | undefined;
  let isPolled = false;
  let socket: WebSocket | null = null;
  let grace: ReturnType<typeof setTimeout> | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;

  function show(isLost: boolean): void {
    document.body.toggleAttribute('data-lost', isLost);
    line.textContent = isLost ? (line.dataset.lost ?? '') : '';
  }
  function lost(): void {
    grace ??= setTimeout(show, GRACE, true);
  }
  function found(): void {
    clearTimeout(grace);
    grace = undefined;
    show(false);
  }
  function listen(): void {
    clearTimeout(silence);
    silence = setTimeout(renew, SILENCE);
  }
  /** A network that goes away takes its sockets along without telling them. htmx opens another one. */
  function renew(): void {
    lost();
    socket?.close();
  }

  async function poll(): Promise<void> {
    polling ??= await load(POLLING_URL);
    // It may have taken longer than the outage.
    if (failed < TRIES) return;
    polling?.start((isAnswered) => {
      // A socket may have opened meanwhile.
      if (failed < TRIES) return;
      isPolled = isAnswered;
      if (isAnswered) found();
      else lost();
    });
  }

  document.addEventListener('htmx:ws:after:connection', ({ detail }) => {
    ({ socket } = detail.connection);
    failed = 0;
    isPolled = false;
    polling?.stop();
    found();
    listen();
  });
  document.addEventListener('htmx:ws:before:message:incoming', (event) => {
    listen();
    if (event.detail.message.data === '') event.preventDefault();
  });
  document.addEventListener('htmx:ws:close', ({ detail }) => {
    clearTimeout(silence);
    if (detail.code === SIGNED_OUT) return signedOut();
    if (!isPolled) lost();
    failed += 1;
    // The script comes from the server: while that is away as well, the next failed try asks for it again.
    if (failed >= TRIES) poll().catch(() => {});
  });
  addEventListener('offline', lost);
  addEventListener('online', renew);
}
