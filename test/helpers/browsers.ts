/** Stock Chromium (DevTools protocol) and stock Firefox ESR (WebDriver BiDi) under one API, with fake media. */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, type LaunchOptions, launch, type Page } from 'puppeteer-core';
import { leaveCall } from './leave-call.ts';
import { busyPattern, type Ground, movingPattern, toneWav, wavOf, writeMedia } from './media-files.ts';
import { requireProgram } from './programs.ts';
import { openSoundCard } from './sound-card.ts';

export type Engine = 'chromium' | 'firefox';

export interface BrowserOptions {
  engine?: Engine;
  /** What Accept-Language and navigator.language say; English unless told. */
  locale?: 'en' | 'zh-CN';
  dark?: boolean;
  /** Hz of the tone the fake microphone hears. */
  pitch?: number;
  /** Chromium only: what the fake microphone hears instead, again and again: samples from -1 to 1, 48,000 a second. */
  hears?: Float32Array;
  /** Chromium only: a camera in this colour, or one that is hard to encode, instead of the built-in test picture. */
  camera?: Ground | 'busy';
  /** How many lines that one has, instead of 720; they are 16 : 9. */
  lines?: number;
  /** Chromium only: how many cameras there are, instead of one. */
  cameras?: number;
  /** Chromium only: pictures a second of cameras and of the made-up screen, instead of 20. */
  frameRate?: number;
  /** Whether the person has camera and microphone, lets pages use them, or has none. */
  media?: 'granted' | 'refused' | 'none';
  /** Chromium only: the title of the tab that is chosen when a page asks for a screen, instead of a made-up screen. */
  sharedTab?: string;
  /** A folder that outlives the browser, with all that its pages keep; they share one context then. */
  profile?: string;
  /** Whether hidden tabs are slowed down as they are for people. Chromium otherwise runs all at full speed. */
  slowsHidden?: boolean;
  /** Chromium with its windows only: the network namespace it runs in, and the origin that may have cameras there without https. */
  network?: { namespace: string; origin: string };
  /** A certificate authority (DER or PEM file) that this device was told to trust. */
  trusts?: string;
  /** Names that lead to this machine. */
  ownNames?: string[];
  /** Chromium only: its engine without its windows, at half the cost. Hides no tab, shares none, renames devices. */
  shell?: boolean;
}

export interface PageOptions {
  /** False where the page may run no scripts. Chromium only: Firefox can't switch them off for one page. */
  javascript?: boolean;
  width?: number;
  height?: number;
  /** Whether the page of a call that is over goes back to the chat by itself, as it does for people who do nothing. */
  returns?: boolean;
  /** As a phone or tablet: with touch, and with a layout that is as wide as what is on the page. */
  touch?: boolean;
}

export interface OpenBrowser {
  readonly engine: Engine;
  /** A page in a context of its own: another person or device, with its own cookies. Further tabs: `page.browserContext().newPage()`. */
  newPage(options?: PageOptions): Promise<Page>;
  /** Hangs up and closes all pages, so that those of one test neither disturb nor slow down the next. */
  closePages(): Promise<void>;
  /**
   * Uncaught errors and errors on the console (Content Security Policy among them) of pages from `newPage`, oldest
   * first. Not what a browser says of a refused form, a server that is away or a connection that failed: what becomes of
   * those is what tests are about.
   */
  readonly problems: string[];
  /** SIGKILL to all of it: what a crash leaves. */
  kill9(): Promise<void>;
  /** Closes all pages. The browser itself is lent again to who asks for one alike, unless it has a folder of its own. */
  close(): Promise<void>;
}

const CHROMIUM_FLAGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // On two cores that all of it shares: no process in reserve for each page, and no pictures for what only moves for show.
  '--disable-features=SpareRendererForSitePerProcess',
  '--force-prefers-reduced-motion',
  '--auto-select-desktop-capture-source=Entire screen',
];

/** What the fake picker would choose is always the made-up screen, so a tab has to be chosen by the real one. */
const choiceFlags = ({ media = 'granted', sharedTab }: BrowserOptions): string[] => {
  if (sharedTab === undefined) return [`--use-fake-ui-for-media-stream${media === 'refused' ? '=deny' : ''}`];
  return [
    `--auto-select-tab-capture-source-by-title=${sharedTab}`,
    '--auto-accept-camera-and-microphone-capture',
    // A tab is captured no larger than the screen.
    '--screen-info={1280x800}',
  ];
};

/** Some are among what is given to every browser that is steered. */
const FULL_SPEED = [
  '--disable-renderer-backgrounding',
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
];

/** A store of certificates as both engines have it on Linux, with one authority in it. */
const keepTrusted = (authority: string, store: string): void => {
  mkdirSync(store, { recursive: true });
  const tool = (...words: string[]) =>
    execFileSync(requireProgram('certutil'), ['-d', `sql:${store}`, ...words], { stdio: 'ignore' });
  tool('-N', '--empty-password');
  tool('-A', '-t', 'C,,', '-n', 'house', '-i', authority);
};

/** @returns the path of a script that runs the program there */
const withinNamespace = (namespace: string, program: string, folder: string): string => {
  const path = join(folder, 'within-namespace');
  writeFileSync(path, `#!/bin/sh\nexec ip netns exec ${namespace} ${program} "$@"\n`, { mode: 0o755 });
  return path;
};

const chromiumOptions = (options: BrowserOptions, folder: string): LaunchOptions => {
  const { locale = 'en', dark = false, pitch = 440, camera, cameras = 1, media = 'granted' } = options;
  const frameRate = options.frameRate === undefined ? '' : `,fps=${options.frameRate}`;
  const { hears } = options;
  const sound = writeMedia(join(folder, 'sound.wav'), hears ? wavOf(hears) : toneWav(pitch));
  const args = [
    ...CHROMIUM_FLAGS,
    // Chromium's sandbox refuses to run as root.
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    `--lang=${locale}`,
    `--accept-lang=${locale}`,
    `--use-fake-device-for-media-stream=device-count=${media === 'none' ? 0 : cameras}${frameRate}`,
    ...choiceFlags(options),
    `--use-file-for-fake-audio-capture=${sound}`,
  ];
  if (dark) args.push('--force-dark-mode', '--blink-settings=preferredColorScheme=0');
  if (camera !== undefined) {
    const picture = writeMedia(
      join(folder, 'camera.y4m'),
      camera === 'busy'
        ? busyPattern((options.lines ?? 720) * (16 / 9), options.lines)
        : movingPattern(camera),
    );
    args.push(`--use-file-for-fake-video-capture=${picture}`);
  }
  // A browser that makes no sound has none to share either.
  const ignoreDefaultArgs = options.sharedTab === undefined ? [] : ['--mute-audio'];
  if (options.slowsHidden) ignoreDefaultArgs.push(...FULL_SPEED);
  else args.push(...FULL_SPEED);
  const program = requireProgram(options.shell ? 'shell' : 'chromium');
  const { network, ownNames } = options;
  if (ownNames)
    args.push(`--host-resolver-rules=${ownNames.map((name) => `MAP ${name} 127.0.0.1`).join(', ')}`);
  if (network) args.push(`--unsafely-treat-insecure-origin-as-secure=${network.origin}`);
  return {
    browser: 'chrome',
    executablePath: network ? withinNamespace(network.namespace, program, folder) : program,
    // No port of another namespace can be reached from here.
    pipe: network !== undefined,
    args,
    ignoreDefaultArgs,
  };
};

const firefoxOptions = (options: BrowserOptions): LaunchOptions => {
  const { locale = 'en', dark = false, pitch = 440, media = 'granted' } = options;
  if (options.camera !== undefined) throw new Error('Firefox has only its built-in camera picture.');
  // As someone who told the browser to remember the answer: 1 allows, 2 refuses. Skipping the question altogether
  // (media.navigator.permission.disabled) would leave the page without the permission that lets remote sound play.
  const permission = media === 'refused' ? 2 : 1;
  return {
    browser: 'firefox',
    executablePath: requireProgram('firefox'),
    extraPrefsFirefox: {
      'intl.accept_languages': locale,
      'layout.css.prefers-color-scheme.content-override': dark ? 0 : 1,
      'ui.prefersReducedMotion': 1,
      'media.navigator.streams.fake': media !== 'none',
      'media.navigator.audio.fake_frequency': pitch,
      'permissions.default.camera': permission,
      'permissions.default.microphone': permission,
      'network.dns.localDomains': options.ownNames?.join(',') ?? '',
      'media.peerconnection.ice.loopback': true,
      'media.peerconnection.ice.obfuscate_host_addresses': false,
    },
  };
};

const EXPECTED =
  /status of (401|403|404|422|429|503)|ERR_(CONNECTION|NETWORK|SOCKET|EMPTY|INTERNET)|Failed to fetch|NetworkError when|WebSocket connection|ws:error|establish a connection|connection to .* was interrupted|ICE failed/i;

/** Stays on the page of a call that is over: it would otherwise be gone in the middle of what a test asks it. */
const stayAfterCalls = () => {
  const stay = () => document.querySelector<HTMLElement>('[data-do="stay"]:not([hidden])')?.click();
  new MutationObserver(stay).observe(document, { subtree: true, attributeFilter: ['hidden'] });
};

const openPage = async (context: BrowserContext, options: PageOptions, problems: string[]) => {
  const { javascript = true, width = 1280, height = 800, touch = false } = options;
  const page = await context.newPage();
  const note = (problem: unknown) => {
    if (!EXPECTED.test(String(problem))) problems.push(`${page.url()}: ${problem}`);
  };
  page.on('pageerror', note);
  page.on('console', (message) => {
    if (message.type() === 'error') note(message.text());
  });
  await page.setViewport({ width, height, hasTouch: touch, isMobile: touch });
  if (!options.returns) await page.evaluateOnNewDocument(stayAfterCalls);
  if (!javascript) await page.setJavaScriptEnabled(false);
  return page;
};

/** A browser that runs, whoever has it at the moment. */
interface Running {
  browser: Browser;
  closePages(): Promise<void>;
  kill9(): Promise<void>;
  close(): Promise<void>;
}

/** Also what a process that is just ending still writes into. */
const remove = (folder: string) =>
  rmSync(folder, { recursive: true, force: true, maxRetries: 8, retryDelay: 10 });

/** All that run, with the folder of each. */
const all = new Map<Browser, string>();

// A worker of the tests is told to end by a signal, may not call `process.exit`, and is given half a second.
process.once('SIGTERM', () => {
  for (const browser of all.keys()) {
    const pid = browser.process()?.pid;
    try {
      if (pid !== undefined) process.kill(-pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
  // What else was started, sound cards and servers, ends in what was said about it at `exit`.
  process.emit('exit', 143);
  for (const folder of all.values()) remove(folder);
  process.kill(process.pid, 'SIGKILL');
});

const start = async (options: BrowserOptions): Promise<Running> => {
  const engine = options.engine ?? 'chromium';
  const folder = mkdtempSync(join(tmpdir(), `porchlight-${engine}-`));
  const profile = options.profile ?? join(folder, 'profile');
  const home = options.trusts === undefined ? {} : { HOME: folder };
  if (options.trusts !== undefined)
    keepTrusted(options.trusts, engine === 'firefox' ? profile : join(folder, '.pki/nssdb'));
  const card = engine === 'firefox' ? await openSoundCard(join(folder, 'sound')) : undefined;
  const browser = await launch({
    headless: true,
    // It would close them one after the other, which takes longer than a worker that is told to end is given.
    handleSIGTERM: false,
    env: { ...process.env, ...card?.environment, ...home },
    userDataDir: profile,
    ...(engine === 'chromium' ? chromiumOptions(options, folder) : firefoxOptions(options)),
  });
  all.set(browser, folder);
  const tidy = async () => {
    all.delete(browser);
    await card?.close();
    remove(folder);
  };
  return {
    browser,
    async closePages() {
      for (const page of await browser.pages()) await leaveCall(page);
      const [, ...contexts] = browser.browserContexts();
      for (const context of contexts) await context.close();
    },
    async kill9() {
      const process = browser.process();
      if (!process || process.exitCode !== null) return;
      const ended = once(process, 'exit');
      process.kill('SIGKILL');
      await ended;
      await tidy();
    },
    async close() {
      await browser.close();
      await tidy();
    },
  };
};

/**
 * Browsers that nobody has at the moment, by what they were asked to be, oldest first. A start costs as much as a short
 * test; what one test could leave to the next lies in its contexts, which are closed.
 */
const idle: { key: string; running: Running }[] = [];
const MAX_IDLE = 4;
/** Only a worker of the tests is ended for us. */
const isWorker = process.env.VITEST !== undefined;

const lend = async (options: BrowserOptions, key: string): Promise<Running> => {
  const at = idle.findLastIndex((one) => one.key === key);
  const [found] = at < 0 ? [] : idle.splice(at, 1);
  if (found?.running.browser.connected) return found.running;
  return start(options);
};

const takeBack = async (running: Running, key: string): Promise<void> => {
  // One that was killed is of use to nobody.
  if (!running.browser.connected) return;
  await running.closePages();
  idle.push({ key, running });
  if (idle.length > MAX_IDLE) await idle.shift()?.running.close();
};

/** Starts a browser with an empty profile, or lends one that was closed. The test closes it. */
export const openBrowser = async (options: BrowserOptions = {}): Promise<OpenBrowser> => {
  // What it hears is too long for a name: such a browser is nobody else's.
  const key = JSON.stringify({ ...options, ...(options.hears && { hears: randomUUID() }) });
  const isShared = options.profile !== undefined;
  const running = isShared ? await start(options) : await lend(options, key);
  const { browser } = running;
  const problems: string[] = [];
  return {
    engine: options.engine ?? 'chromium',
    problems,
    newPage: async (pageOptions = {}) => {
      const context = isShared ? browser.defaultBrowserContext() : await browser.createBrowserContext();
      return openPage(context, pageOptions, problems);
    },
    closePages: running.closePages,
    kill9: running.kill9,
    close: () => (isShared || !isWorker ? running.close() : takeBack(running, key)),
  };
};
