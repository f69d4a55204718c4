/**
 * What is due later in a call, by name, so that it can be cancelled. It is repeated as long as nothing can be
 * written, so each first checks the state of the call.
 */

import type { Background } from '../background/background.ts';
import type { Clock } from '../clock.ts';

export function createTimers(clock: Clock, background: Pick<Background, 'insist'>) {
  const byCall = new Map<string, Map<string, () => void>>();

  function cancel(call: string, name: string): void {
    const timers = byCall.get(call);
    timers?.get(name)?.();
    timers?.delete(name);
    if (timers?.size === 0) byCall.delete(call);
  }

  function drop(call: string): void {
    for (const takeBack of byCall.get(call)?.values() ?? []) takeBack();
    byCall.delete(call);
  }

  return {
    /** Replaces the one of the same name. */
    set(call: string, name: string, moment: number, run: () => void): void {
      cancel(call, name);
      const takeBack = clock.at(moment, () => {
        cancel(call, name);
        background.insist('a timer of a call', run, { call, timer: name });
      });
      const timers = byCall.get(call) ?? new Map<string, () => void>();
      timers.set(name, takeBack);
      byCall.set(call, timers);
    },
    cancel,
    drop,
    dropAll(): void {
      for (const call of [...byCall.keys()]) drop(call);
    },
  };
}

export type Timers = ReturnType<typeof createTimers>;
