/** The systems that are told in different ways what to trust. */
import Bowser from 'bowser';

/** With the number of steps that each takes; the words are in `trust.systems`. Most families' devices come first. */
const STEPS = { ios: 3, android: 4, windows: 3, mac: 3, chromeos: 2, linux: 2 };

type System = keyof typeof STEPS;

const BY_NAME: Record<string, System> = {
  iOS: 'ios',
  Android: 'android',
  Windows: 'windows',
  macOS: 'mac',
  'Chrome OS': 'chromeos',
  Linux: 'linux',
};

/** Which a browser says that it runs on; an iPad says that it is a Mac. */
function systemsOf(userAgent: string): System[] {
  if (!userAgent) return [];
  const { os, browser } = Bowser.parse(userAgent);
  const system = BY_NAME[os.name ?? ''];
  if (!system) return [];
  return system === 'mac' && browser.name === 'Safari' ? ['mac', 'ios'] : [system];
}

export type Instructions = { system: string; steps: number[]; isOpen: boolean };

/** What to do on each system, those of the reader's own open. */
export function instructionsFor(userAgent = ''): Instructions[] {
  const own = new Set<string>(systemsOf(userAgent));
  return Object.entries(STEPS).map(([system, count]) => ({
    system,
    steps: Array.from({ length: count }, (_, index) => index + 1),
    isOpen: own.has(system),
  }));
}
