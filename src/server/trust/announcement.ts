/** What the terminal says when a server starts that is in the house only. */
import type { TlsService } from '../tls/index.ts';

/**
 * @param isSeen whether somebody reads it who can point a phone at it
 * @returns lines; none where everybody trusts the certificate anyway
 */
export async function announcement(
  tls: Pick<TlsService, 'authority' | 'trustAddresses'>,
  isSeen: boolean,
): Promise<string[]> {
  const [authority, addresses] = [tls.authority(), tls.trustAddresses()];
  const [first, ...others] = addresses;
  if (!authority || first === undefined) return [];
  const lines = [
    `Each device in the house opens ${first} once, and learns there to trust this server.`,
    ...(others.length > 0 ? [`It is found as well at ${others.join(', ')}`] : []),
    `Fingerprint (SHA-256): ${authority.fingerprint}`,
  ];
  if (!isSeen) return lines;
  const { qrCodeLines } = await import('../friends/qr-code.ts');
  return [...lines, await qrCodeLines(first)];
}
