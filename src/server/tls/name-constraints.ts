/**
 * For which names an authority may speak, by its own certificate (RFC 5280 §4.2.1.10). Read by hand, because the server does
 * without the library that writes it (lan-worker.ts).
 */
import type { X509Certificate } from 'node:crypto';
import { isBareName } from '../network/host-names.ts';

/** The object identifier 2.5.29.30 in DER, which is how an extension of this kind begins. */
const NAME_CONSTRAINTS = Buffer.from([0x06, 0x03, 0x55, 0x1d, 0x1e]);
const TAG = { octets: 0x04, sequence: 0x30, permitted: 0xa0, dnsName: 0x82 };

type Element = { tag: number; content: Buffer };

/** The elements that stand one after the other (X.690 §8.1). Node has checked the certificate as a whole. */
function* elementsIn(der: Buffer): Generator<Element> {
  let at = 0;
  while (at < der.length) {
    const tag = der.readUInt8(at);
    const first = der.readUInt8(at + 1);
    const more = first < 0x80 ? 0 : first & 0x7f;
    const start = at + 2 + more;
    at = start + (more === 0 ? first : der.readUIntBE(at + 2, more));
    yield { tag, content: der.subarray(start, at) };
  }
}

/** What is within each element of this kind. */
const within = (elements: Iterable<Element>, tag: number): Element[] =>
  [...elements].filter((element) => element.tag === tag).flatMap(({ content }) => [...elementsIn(content)]);

/** The value of the extension is the first string of octets behind its identifier; what follows is another extension. */
function constraintsIn({ raw }: X509Certificate): Element[] {
  const at = raw.indexOf(NAME_CONSTRAINTS);
  if (at === -1) return [];
  for (const element of elementsIn(raw.subarray(at + NAME_CONSTRAINTS.length)))
    if (element.tag === TAG.octets) return within([element], TAG.octets);
  return [];
}

/** Names for which an authority may speak, with everything below each. None where nothing limits it. */
export const permittedNames = (authority: X509Certificate): string[] =>
  within(within(within(constraintsIn(authority), TAG.sequence), TAG.permitted), TAG.sequence)
    .filter(({ tag }) => tag === TAG.dnsName)
    .map(({ content }) => content.toString('latin1'));

/** Of those the ones that are an ending of many names on the web, or may become one. Earlier versions gave them away. */
export const permittedEndings = (authority: X509Certificate): string[] =>
  permittedNames(authority).filter(isBareName);
