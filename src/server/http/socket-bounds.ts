/**
 * What the sockets of one kind may use: how many per session and per person, and how many bytes may wait for
 * a client that doesn't read. Each person has their own share of both, so one takes nothing from others.
 */

export type SocketBounds = {
  /** Open at once: pages of one browser, and of all devices of a person. */
  perSession: number;
  perPerson: number;
  /** Bytes that may wait to be read: of one socket, and of all sockets of a person. */
  buffered: number;
  bufferedByPerson: number;
};

/** A socket, as far as it is needed to send. */
export type Outlet = {
  readonly OPEN: number;
  readonly readyState: number;
  readonly bufferedAmount: number;
  send(data: string | Buffer, options: { binary: boolean }, done: (error?: Error | null) => void): void;
  close(code?: number, reason?: string): void;
  terminate(): void;
};

/** A socket that was let in. */
export type Line = {
  /**
   * Sends, unless the socket has closed. One that has stopped reading is cut off: its page comes back, and is
   * brought up to date.
   * @param written is called once the other end has been sent all of it; never, if that fails
   */
  send(data: string | Buffer, written?: () => void): void;
  /** To be called once the socket has closed. */
  leave(): void;
};

/** RFC 6455's registry: try again later. Pages reconnect by themselves. */
export const TRY_LATER = 1013;

type Seat = { socket: Outlet; session: string };

export function createSocketBounds(bounds: SocketBounds) {
  const byPerson = new Map<number, Set<Seat>>();

  const waitingOf = (seats: Iterable<Seat>) =>
    [...seats].reduce((sum, { socket }) => sum + socket.bufferedAmount, 0);

  /** Cuts off the slowest reader, until little enough is waiting for this person. */
  function relieve(seats: Set<Seat>): void {
    while (waitingOf(seats) > bounds.bufferedByPerson) {
      const [worst] = [...seats].sort((a, b) => b.socket.bufferedAmount - a.socket.bufferedAmount);
      if (!worst) return;
      worst.socket.terminate();
      seats.delete(worst);
    }
  }

  /** Admits a socket. `undefined`: there are too many, and this one has been told to try later. */
  return (socket: Outlet, user: number, session: string): Line | undefined => {
    const seats = byPerson.get(user) ?? new Set<Seat>();
    const ofSession = [...seats].filter((seat) => seat.session === session).length;
    if (seats.size >= bounds.perPerson || ofSession >= bounds.perSession) {
      socket.close(TRY_LATER, 'too many');
      return undefined;
    }
    const seat = { socket, session };
    seats.add(seat);
    byPerson.set(user, seats);
    return {
      send(data, written) {
        if (socket.readyState !== socket.OPEN) return;
        // Nothing is waiting for a client that reads, so the others needn't be checked.
        if (socket.bufferedAmount > bounds.buffered) return socket.terminate();
        socket.send(data, { binary: false }, (error) => error || written?.());
        if (socket.bufferedAmount > 0) relieve(seats);
      },
      leave() {
        seats.delete(seat);
        if (seats.size === 0) byPerson.delete(user);
      },
    };
  };
}

export type Admit = ReturnType<typeof createSocketBounds>;
