/** The page that says how to trust this house, which plain http shows as well, and the certificate that it offers. */
import type { FastifyInstance } from 'fastify';
import { notFound } from '../http/errors.ts';
import type { TlsService } from '../tls/index.ts';
import { TRUST } from '../tls/trust-addresses.ts';
import { instructionsFor } from './systems.ts';

export type TrustParts = { tls: Pick<TlsService, 'authority' | 'houseOrigin' | 'trustAddresses'> };

export function trustRoutes(app: FastifyInstance, { tls }: TrustParts): void {
  const authority = () => {
    const found = tls.authority();
    if (!found) throw notFound();
    return found;
  };

  app.get(TRUST.page, async (request, reply) => {
    const { fingerprint } = authority();
    const [address] = tls.trustAddresses();
    const { qrCodeImage } = await import('../friends/qr-code.ts');
    return reply.show('trust/show', {
      ...{ fingerprint, address, certificate: TRUST.certificate },
      origin: tls.houseOrigin(request.host),
      instructions: instructionsFor(request.headers['user-agent']),
      qr: address && (await qrCodeImage(address)),
      // It says itself where to go by https.
      instead: undefined,
    });
  });

  // By this type systems offer to install it. It is no download to them if it says that it is one.
  app.get(TRUST.certificate, (_request, reply) =>
    reply
      .type('application/x-x509-ca-cert')
      .header('Cache-Control', 'no-store')
      .send(authority().certificate),
  );
}
