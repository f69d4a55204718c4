/** A keep-alive HTTP/1.1 connection that sends bytes as given and counts answers: cheaper than what it measures. */
import { connect, type Socket } from 'node:net';

export type Answer = { status: number; bytes: number };

const BLANK_LINE = Buffer.from('\r\n\r\n');
const LAST_CHUNK = Buffer.from('\r\n0\r\n\r\n');

/** What is left to read of a body: a length, or chunks until the empty one (RFC 9112 §6.3). */
function isWhole(received: Buffer, head: string, bodyStart: number): boolean {
  const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
  if (length !== undefined) return received.length - bodyStart >= Number(length);
  if (/\r\ntransfer-encoding: chunked/i.test(head))
    return received.subarray(-LAST_CHUNK.length).equals(LAST_CHUNK);
  return true;
}

/** One request at a time: `ask` sends it and calls back with its answer. */
export type Connection = {
  ask(request: string | Buffer, answered: (answer: Answer) => void): void;
  close(): void;
};

export async function openConnection(port: number): Promise<Connection> {
  const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  let received: Buffer = Buffer.alloc(0);
  let head = '';
  let bodyStart = 0;
  let waiting: ((answer: Answer) => void) | undefined;
  socket.on('data', (data) => {
    received = received.length === 0 ? data : Buffer.concat([received, data]);
    if (head === '') {
      const end = received.indexOf(BLANK_LINE);
      if (end === -1) return;
      bodyStart = end + BLANK_LINE.length;
      head = received.toString('latin1', 0, end);
    }
    if (!isWhole(received, head, bodyStart)) return;
    const answer = { status: Number(head.slice(9, 12)), bytes: received.length };
    const answered = waiting;
    received = Buffer.alloc(0);
    head = '';
    waiting = undefined;
    answered?.(answer);
  });
  return {
    ask(request, answered) {
      waiting = answered;
      socket.write(request);
    },
    close: () => void socket.destroy(),
  };
}

/** As `ask`, to be awaited. */
export const askOnce = (connection: Connection, request: string | Buffer): Promise<Answer> =>
  new Promise((resolve) => connection.ask(request, resolve));
