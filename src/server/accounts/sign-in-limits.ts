/**
 * Who may try to sign in now. Strangers are counted by address and by name. A device on which this person has been
 * signed in (known-devices.ts) is counted separately, so strangers' guesses can't lock anyone out
 * of their own devices (OWASP, "Slow Down Online Guessing Attacks with Device Cookies").
 */
import type { Clock } from '../clock.ts';
import { type Attempt, addressKey, createLimit } from '../http/attempt-limit.ts';

const WINDOW = 10 * 60 * 1000;
const MOST_BY_NAME = 10;
const MOST_BY_ADDRESS = 50;
const MOST_KEPT = 10_000;

type Asked = {
  address: string;
  /** Folded. */
  name: string;
  /** The person of this name, if there is one. */
  user: number | undefined;
  isKnownDevice: boolean;
};

export function createSignInLimits(clock: Pick<Clock, 'monotonic'>) {
  const byName = { most: MOST_BY_NAME, window: WINDOW };
  const addresses = createLimit(clock, { most: MOST_BY_ADDRESS, window: WINDOW, keys: MOST_KEPT });
  // There are only as many people as accounts, so made-up names can never crowd out anyone's count.
  const people = createLimit(clock, { ...byName, keys: Number.POSITIVE_INFINITY });
  const knownDevices = createLimit(clock, { ...byName, keys: Number.POSITIVE_INFINITY });
  // Counted as well: otherwise unknown names would stand out by never running out of attempts.
  const otherNames = createLimit(clock, { ...byName, keys: MOST_KEPT });

  function fromStranger({ address, name, user }: Asked): Attempt | undefined {
    // The address first: what is refused because of it doesn't count against anyone's name.
    const ofAddress = addresses(addressKey(address));
    if (!ofAddress) return undefined;
    const ofName = user === undefined ? otherNames(name) : people(`${user}`);
    if (!ofName) {
      ofAddress.giveBack();
      return undefined;
    }
    return {
      giveBack() {
        ofAddress.giveBack();
        ofName.giveBack();
      },
    };
  }

  /** Begins an attempt; `undefined` when there were too many. */
  return (asked: Asked): Attempt | undefined =>
    (asked.user !== undefined && asked.isKnownDevice ? knownDevices(`${asked.user}`) : undefined) ??
    fromStranger(asked);
}
