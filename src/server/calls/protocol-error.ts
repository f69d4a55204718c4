/** What a rule throws when it says no: the socket answers with the code. */
import type { ErrorCode } from '../../protocol/server.ts';

type Refusal = Error & { code: ErrorCode; refusal: true };

export const refuse = (code: ErrorCode): Refusal =>
  Object.assign(new Error(code), { code, refusal: true as const });

export const isRefusal = (error: unknown): error is Refusal => error instanceof Error && 'refusal' in error;
