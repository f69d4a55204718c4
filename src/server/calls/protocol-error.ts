/** What a rule throws to refuse: the socket answers with the code. */
import type { ErrorCode } from '../../protocol/server.ts';

type ProtocolError = Error & { code: ErrorCode; ofProtocol: true };

export const protocolError = (code: ErrorCode): ProtocolError =>
  Object.assign(new Error(code), { code, ofProtocol: true as const });

export const isProtocolError = (error: unknown): error is ProtocolError =>
  error instanceof Error && 'ofProtocol' in error;
