/** What coturn prints, as lines of our log. It holds ids and addresses, no secrets. */
import type { FastifyBaseLogger } from 'fastify';
import type { Clock } from '../clock.ts';

/** Lines in a minute. Strangers can make it print errors, and no disk must be filled with them. */
const MOST = { told: 20, detail: 300 };
const MINUTE = 60_000;

/** Seconds since its start, and the number of its thread. */
const PREFIX = /^\d+: (?:\(\d+\): ?)?[: ]*/;
const ERROR = /^(?:ERROR|CRITICAL)\b/;
const WARNING = /^WARNING\b/;
/** It is an error to coturn, and happens in every call: browsers try the addresses that they have in their houses, too. */
const EXPECTED = /\bA peer IP \S+ denied\b/;

export function createRelayLog(
  log: Pick<FastifyBaseLogger, 'debug' | 'info' | 'warn'>,
  clock: Clock,
): (line: string) => void {
  let since = clock.monotonic();
  let counts = { told: 0, detail: 0 };
  let leftOut = 0;
  let last = '';

  /** Whether there is room for another one. */
  function admits(kind: keyof typeof MOST): boolean {
    if (clock.monotonic() - since >= MINUTE) {
      if (leftOut > 0) log.warn({ leftOut }, 'coturn printed more than is logged');
      since = clock.monotonic();
      counts = { told: 0, detail: 0 };
      leftOut = 0;
    }
    counts[kind] += 1;
    if (counts[kind] <= MOST[kind]) return true;
    if (kind === 'told') leftOut += 1;
    return false;
  }

  return (line) => {
    // Where its log is its standard output, it prints each line twice.
    const isRepeated = line === last;
    last = isRepeated ? '' : line;
    if (isRepeated) return;
    const text = line.replace(PREFIX, '');
    if (text === '') return;
    const isError = ERROR.test(text) && !EXPECTED.test(text);
    const level = isError ? 'warn' : WARNING.test(text) ? 'info' : 'debug';
    if (admits(level === 'debug' ? 'detail' : 'told')) log[level](`coturn: ${text}`);
  };
}
