/**
 * The process that makes the house's authority, and certificates for this machine. Started by lan.ts, which sends it one
 * order: what it needs for that takes as much memory as a third of the server, and is needed once a year.
 */
import * as v from 'valibot';
import { certify, makeAuthority, maySpeakFor, readAuthority } from './house-authority.ts';
import { type Made, Order } from './lan-messages.ts';

const detailOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

async function work({ authority: pem, title, names, addresses, now }: Order): Promise<Made> {
  try {
    const authority = await (pem === undefined ? makeAuthority(title, names) : readAuthority(pem));
    const known = names.filter((name) => maySpeakFor(authority, name));
    const certificate = await certify(authority, { names: known, addresses }, now);
    const refused = names.filter((name) => !known.includes(name));
    return { type: 'made', authority: authority.pem, certificate, refused };
  } catch (error) {
    return { type: 'failed', trouble: pem === undefined ? 'unknown' : 'authority', detail: detailOf(error) };
  }
}

process.on('disconnect', () => process.exit());
process.once('message', (message) => {
  void work(v.parse(Order, message))
    .then((made) => new Promise<void>((resolve) => process.send?.(made, () => resolve())))
    .finally(() => process.exit());
});
