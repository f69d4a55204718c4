/** Puts load on a server from a process of its own: so many clients, each sending again when it has its answer. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** `requests`: the bytes each client sends, again and again. */
export type Load = { port: number; requests: string[]; ms: number };

export type LoadResult = {
  /** Good answers (2xx) a second. */
  rate: number;
  /** Answers of any other kind: a bench that has some measures the wrong thing. */
  bad: number;
  /** Bytes of an answer, on average, with its headers. */
  bytes: number;
};

const isResult = (value: unknown): value is LoadResult =>
  typeof value === 'object' && value !== null && 'rate' in value;

export async function putLoad(load: Load): Promise<LoadResult> {
  const child = fork(join(import.meta.dirname, 'load-process.ts'), { stdio: 'inherit' });
  const late = setTimeout(() => child.kill('SIGKILL'), load.ms + 15_000);
  child.send(load);
  const result = await Promise.race([
    once(child, 'message').then(([message]): unknown => message),
    once(child, 'exit').then((): unknown => undefined),
  ]);
  clearTimeout(late);
  child.kill('SIGKILL');
  if (!isResult(result)) throw new Error('the load generator ended without a result');
  if (result.bad > 0) throw new Error(`${result.bad} answers were no good`);
  return result;
}
