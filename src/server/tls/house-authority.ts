/**
 * The house's own certificate authority (RFC 5280). What it may speak for is in its certificate: whoever steals its key can
 * pretend to be a machine in a house, and nothing on the rest of the web. Only the process of lan-worker.ts loads this.
 */
import { AsnConvert } from '@peculiar/asn1-schema';
import {
  GeneralName,
  GeneralSubtree,
  GeneralSubtrees,
  id_ce_nameConstraints,
  NameConstraints,
} from '@peculiar/asn1-x509';
import * as x509 from '@peculiar/x509';
import { HOUSE_ENDINGS } from '../network/host-names.ts';
import { PRIVATE_NETWORKS } from '../network/private-networks.ts';

const { crypto } = globalThis;
const KEY = { name: 'ECDSA', namedCurve: 'P-256' };
const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' };

/** It is made once, perhaps by a machine whose clock isn't set yet. Later years are written in another way (§4.1.2.5). */
const LIFE = { notBefore: new Date('2020-01-01T00:00:00Z'), notAfter: new Date('2049-12-31T23:59:59Z') };

const DAY = 24 * 60 * 60 * 1000;
/** Devices' clocks differ. Apple's take no certificate that is valid for more than 825 days, others none for more than 398. */
const BEFORE = 2 * DAY;
const AFTER = 363 * DAY;

export type Authority = { certificate: x509.X509Certificate; key: CryptoKey; pem: string };

const makeKeys = () => crypto.subtle.generateKey(KEY, true, ['sign', 'verify']);

const keyToPem = async (key: CryptoKey): Promise<string> =>
  x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');

function constraints(names: string[]): x509.Extension {
  const dns = [...new Set([...HOUSE_ENDINGS, ...names])].map((dNSName) => ({ dNSName }));
  const networks = PRIVATE_NETWORKS.map(({ address, prefix }) => ({ iPAddress: `${address}/${prefix}` }));
  const permitted = [...dns, ...networks].map((base) => new GeneralSubtree({ base: new GeneralName(base) }));
  const value = new NameConstraints({ permittedSubtrees: new GeneralSubtrees(permitted) });
  return new x509.Extension(id_ce_nameConstraints, true, AsnConvert.serialize(value));
}

/**
 * @param title by which people find it in the list of their device
 * @param names for which it may speak, beside private addresses and the endings of houses
 */
export async function makeAuthority(title: string, names: string[]): Promise<Authority> {
  const keys = await makeKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    ...LIFE,
    name: [{ CN: [title] }],
    keys,
    signingAlgorithm: SIGNATURE,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      constraints(names),
    ],
  });
  const pem = `${await keyToPem(keys.privateKey)}\n${certificate.toString('pem')}\n`;
  return { certificate, key: keys.privateKey, pem };
}

/** @throws {Error} if it isn't one */
export async function readAuthority(pem: string): Promise<Authority> {
  const parts = x509.PemConverter.decodeWithHeaders(pem);
  const bytes = (type: string) => {
    const found = parts.find((part) => part.type === type);
    if (!found) throw new Error(`it holds no ${type}`);
    return found.rawData;
  };
  const key = await crypto.subtle.importKey('pkcs8', bytes('PRIVATE KEY'), KEY, true, ['sign']);
  return { certificate: new x509.X509Certificate(bytes('CERTIFICATE')), key, pem };
}

/** Whether an authority may speak for a name (RFC 5280 §4.2.1.10). */
export function maySpeakFor({ certificate }: Authority, name: string): boolean {
  const extension = certificate.getExtension(id_ce_nameConstraints);
  if (!extension) return true;
  const { permittedSubtrees = [] } = AsnConvert.parse(extension.value, NameConstraints);
  return Array.from(permittedSubtrees).some(
    ({ base: { dNSName } }) => dNSName !== undefined && (name === dNSName || name.endsWith(`.${dNSName}`)),
  );
}

/**
 * A certificate for a machine, with a key of its own.
 * @param now ms since 1970
 * @returns key, certificate and the authority's, as PEM
 */
export async function certify(
  authority: Authority,
  { names, addresses }: { names: string[]; addresses: string[] },
  now: number,
): Promise<string> {
  const keys = await makeKeys();
  const { certificate: issuer, key: signingKey } = authority;
  const certificate = await x509.X509CertificateGenerator.create({
    subject: [{ CN: [names[0] ?? 'Porchlight'] }],
    issuer: issuer.subjectName,
    notBefore: new Date(now - BEFORE),
    notAfter: new Date(now + AFTER),
    publicKey: keys.publicKey,
    signingKey,
    signingAlgorithm: SIGNATURE,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        ...names.map((value) => ({ type: 'dns' as const, value })),
        ...addresses.map((value) => ({ type: 'ip' as const, value })),
      ]),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return `${await keyToPem(keys.privateKey)}\n${certificate.toString('pem')}\n${issuer.toString('pem')}\n`;
}
