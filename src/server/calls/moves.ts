/**
 * Where calls of two went on as calls of a group, for a page that had no socket at that moment. Memory only, and only while
 * the later call is on: after a restart such a page hears that its call is over, and finds the other one in the chat.
 */
export function createMoves() {
  const byOld = new Map<string, string>();
  return {
    note: (from: string, to: string) => void byOld.set(from, to),
    /** The call in which this one goes on. */
    of: (from: string): string | undefined => byOld.get(from),
    /** It is over. */
    drop(to: string): void {
      for (const [from, later] of byOld) if (later === to) byOld.delete(from);
    },
  };
}

export type Moves = ReturnType<typeof createMoves>;
