/** The programs of the machine that the end-to-end tests drive: found on PATH, never downloaded by npm. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Each program with the names it goes by and the Debian package that brings it. */
export const PROGRAMS = {
  chromium: { names: ['chromium', 'chromium-browser', 'google-chrome'], debian: 'chromium' },
  shell: { names: ['chromium-headless-shell', 'chrome-headless-shell'], debian: 'chromium-headless-shell' },
  firefox: { names: ['firefox-esr', 'firefox'], debian: 'firefox-esr' },
  w3m: { names: ['w3m'], debian: 'w3m' },
  lynx: { names: ['lynx'], debian: 'lynx' },
  tmux: { names: ['tmux'], debian: 'tmux' },
  pulseaudio: { names: ['pulseaudio'], debian: 'pulseaudio' },
  ffmpeg: { names: ['ffmpeg'], debian: 'ffmpeg' },
  'heif-enc': { names: ['heif-enc'], debian: 'libheif-examples' },
  certutil: { names: ['certutil'], debian: 'libnss3-tools' },
  nginx: { names: ['nginx'], debian: 'nginx-light' },
  caddy: { names: ['caddy'], debian: 'caddy' },
  openssl: { names: ['openssl'], debian: 'openssl' },
  webkit: { names: ['WebKitWebDriver'], debian: 'webkit2gtk-driver' },
  xvfb: { names: ['Xvfb'], debian: 'xvfb' },
  ip: { names: ['ip'], debian: 'iproute2' },
  iptables: { names: ['iptables'], debian: 'iptables' },
  turnserver: { names: ['turnserver'], debian: 'coturn' },
  pebble: { names: ['pebble'], debian: 'pebble' },
  'pebble-challtestsrv': { names: ['pebble-challtestsrv'], debian: 'pebble' },
  dbus: { names: ['dbus-run-session'], debian: 'dbus-daemon' },
  // Its spoken words are what is wanted of it: test/helpers/voices.ts.
  'speaker-test': { names: ['speaker-test'], debian: 'alsa-utils' },
} as const;

export type Program = keyof typeof PROGRAMS;

const isExecutable = (path: string) => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** The path of a program, or undefined where the machine has none under any of its names. */
export const findProgram = (program: Program): string | undefined =>
  PROGRAMS[program].names
    .flatMap((name) => (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, name)))
    .find(isExecutable);

/** The path of a program; throws a sentence that says what to install. */
export const requireProgram = (program: Program): string => {
  const path = findProgram(program);
  if (path === undefined)
    throw new Error(`${program} is missing: install the Debian package ${PROGRAMS[program].debian}.`);
  return path;
};

/** Those that the tests beside the sources start. */
export const UNIT_PROGRAMS: Program[] = [
  'ffmpeg',
  'openssl',
  'heif-enc',
  'turnserver',
  'pebble',
  'pebble-challtestsrv',
  'nginx',
  'speaker-test',
];
export const E2E_PROGRAMS: Program[] = [
  ...(['chromium', 'shell', 'firefox', 'webkit', 'w3m', 'lynx', 'tmux'] as const),
  ...(['ffmpeg', 'pulseaudio', 'xvfb', 'dbus', 'nginx', 'caddy', 'certutil', 'speaker-test'] as const),
];

export const NETWORK_PROGRAMS: Program[] = [
  ...(['chromium', 'firefox', 'pulseaudio', 'ip', 'iptables', 'turnserver'] as const),
  ...(['pebble', 'pebble-challtestsrv', 'openssl', 'certutil'] as const),
];

export const missingPrograms = (needed: Program[]): Program[] =>
  needed.filter((program) => !findProgram(program));
