/** A device in words, from what its browser says about itself. */
import Bowser from 'bowser';

/** Browser and system, either `undefined` when it doesn't say. */
export function deviceName(userAgent: string): { browser: string | undefined; system: string | undefined } {
  if (!userAgent) return { browser: undefined, system: undefined };
  const parsed = Bowser.parse(userAgent);
  // Bowser says '' as well as undefined for what it doesn't know.
  return { browser: parsed.browser.name || undefined, system: parsed.os.name || undefined };
}
