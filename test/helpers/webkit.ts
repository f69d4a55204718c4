/**
 * The engine of iPhones: WebKitGTK, steered over plain WebDriver (w3.org/TR/webdriver2). It has no WebRTC here, so calls are
 * for the other two; pages, forms, files, sound and pictures are as good in it. A driver has one session, so one
 * browser is one person.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import * as v from 'valibot';
import { accessibleInPage } from './accessible.ts';
import { eventually } from './poll.ts';
import { requireProgram } from './programs.ts';

/** An element as WebDriver names it. */
export type WebKitElement = { readonly 'element-6066-11e4-a52e-4f735466cecf': string };

export interface WebKit {
  /** Opens another page, not another place of the same; it is there, with its scripts, when this is done. */
  goto(url: string): Promise<void>;
  url(): Promise<string>;
  back(): Promise<void>;
  setCookie(name: string, value: string): Promise<void>;
  /**
   * Shows an address of the page's own origin in a frame of this size, in CSS pixels, instead of what the page shows:
   * its window can't be as narrow as a telephone. The frame is `frames[0]`, for style sheets a screen of its own.
   */
  openAt(url: string, width: number, height: number): Promise<void>;
  /** Runs the body of a function in the page. `arguments[0]` and so on are what is given. */
  evaluate(body: string, ...given: unknown[]): Promise<unknown>;
  /** What a screen reader would find by this role and name now. */
  findAll(role: string, name?: string): Promise<WebKitElement[]>;
  /** Waits until there is one. */
  find(role: string, name?: string): Promise<WebKitElement>;
  /** Clicks as a person does: what is covered by something else gets no click. */
  click(element: WebKitElement): Promise<void>;
  /** Types into an element, or chooses a file by its path. */
  type(element: WebKitElement, text: string): Promise<void>;
  clear(element: WebKitElement): Promise<void>;
  /** Role and name as the engine itself tells assistive technology. */
  computed(element: WebKitElement): Promise<{ role: string; name: string }>;
  text(): Promise<string>;
  close(): Promise<void>;
}

const MINI_BROWSERS = ['x86_64-linux-gnu', 'aarch64-linux-gnu'].map(
  (machine) => `/usr/lib/${machine}/webkit2gtk-4.1/MiniBrowser`,
);

/** Without a graphics card, and as root, where its sandbox can't be set up. */
const ENVIRONMENT = {
  WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
  WEBKIT_DISABLE_DMABUF_RENDERER: '1',
  WEBKIT_DISABLE_COMPOSITING_MODE: '1',
  LIBGL_ALWAYS_SOFTWARE: '1',
  GTK_A11Y: 'none',
  NO_AT_BRIDGE: '1',
};

const Element = v.object({ 'element-6066-11e4-a52e-4f735466cecf': v.string() });

// Asked again and again rather than by an asynchronous script: of those, the driver now and then loses the answer.
const OPEN_AT = `
  const [url, width, height, name] = arguments;
  const frame = document.createElement('iframe');
  frame.width = width;
  frame.height = height;
  frame.style.border = '0';
  frame.src = url;
  frame.addEventListener('load', () => frame.dataset.loaded = name);
  document.body.replaceChildren(frame);
`;
const IS_LOADED = `return document.querySelector('iframe')?.dataset.loaded === arguments[0]`;

/** The driver now and then loses the answer of a script. Whether this one has run is asked next. */
const forgiveLostAnswer = (error: Error): undefined => {
  if (!error.message.includes('Could not parse script result')) throw error;
};

// The driver takes any news of the page that is being left, a "replaceState" for one, for the arrival of the next.
const WHEN_BEGUN = `return document.readyState === 'complete' && performance.timeOrigin`;

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('no free port');
  return address.port;
};

/** A screen that nobody sees; the answer has its name, such as ":3". */
const openScreen = async () => {
  const child = spawn(
    requireProgram('xvfb'),
    ['-displayfd', '1', '-screen', '0', '1600x1200x24', '-nolisten', 'tcp'],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const [number] = await once(createInterface(child.stdout), 'line');
  return { child, display: `:${number}` };
};

const end = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = once(child, 'exit');
  try {
    // The driver's browser is its grandchild: all of the group go.
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
  await ended;
};

/** Starts it with an empty profile. The test closes it. */
export const openWebKit = async (): Promise<WebKit> => {
  const folder = mkdtempSync(join(tmpdir(), 'porchlight-webkit-'));
  const screen = await openScreen();
  const port = await freePort();
  const driver = spawn(
    requireProgram('dbus'),
    ['--', requireProgram('webkit'), `--port=${port}`, '--host=127.0.0.1'],
    {
      detached: true,
      stdio: 'ignore',
      env: {
        ...process.env,
        ...ENVIRONMENT,
        HOME: folder,
        XDG_RUNTIME_DIR: folder,
        XDG_CONFIG_HOME: folder,
        XDG_CACHE_HOME: folder,
        XDG_DATA_HOME: folder,
        DISPLAY: screen.display,
        LC_ALL: 'C.UTF-8',
      },
    },
  );
  const close = async () => {
    process.off('exit', onExit);
    await end(driver);
    await end(screen.child);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  const onExit = () => {
    if (driver.pid !== undefined && driver.exitCode === null) process.kill(-driver.pid, 'SIGKILL');
    screen.child.kill('SIGKILL');
  };
  process.once('exit', onExit);

  /** One command; throws what the driver says against it. */
  const send = async (method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<unknown> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const { value } = v.parse(v.object({ value: v.unknown() }), await response.json());
    if (response.ok) return value;
    const { error, message } = v.parse(v.object({ error: v.string(), message: v.string() }), value);
    throw new Error(`${error}: ${message}`);
  };

  const binary = MINI_BROWSERS.find((path) => existsSync(path));
  const capabilities = {
    alwaysMatch: { 'webkitgtk:browserOptions': { binary, args: ['--automation'] } },
  };
  const session = await eventually(
    'WebKit to start',
    async () => {
      const answer = await send('POST', '/session', { capabilities }).catch((error: Error) => {
        // Nobody listens on the port yet.
        if (error.message === 'fetch failed') return undefined;
        throw error;
      });
      return answer && v.parse(v.object({ sessionId: v.string() }), answer).sessionId;
    },
    30_000,
  ).catch(async (error: unknown) => {
    await close();
    throw error;
  });

  /** Frames, so far. */
  let opened = 0;

  const get = (path: string) => send('GET', `/session/${session}${path}`);
  const post = (path: string, body: object = {}) => send('POST', `/session/${session}${path}`, body);
  const on = (element: WebKitElement) => `/element/${Object.values(element)[0]}`;
  const evaluate = (script: string, ...args: unknown[]) => post('/execute/sync', { script, args });
  const findAll = async (role: string, name?: string) =>
    v.parse(v.array(Element), await evaluate(accessibleInPage(), { role, name }));
  const text = async () => String(await evaluate('return document.body?.innerText ?? ""'));

  return {
    evaluate,
    findAll,
    text,
    goto: async (url) => {
      const left = await evaluate('return performance.timeOrigin');
      await post('/url', { url });
      await eventually(`${url} in WebKit`, async () => {
        const begun = await evaluate(WHEN_BEGUN);
        return begun !== false && begun !== left;
      });
    },
    url: async () => String(await get('/url')),
    back: async () => void (await post('/back')),
    setCookie: async (name, value) =>
      void (await post('/cookie', { cookie: { name, value, path: '/', httpOnly: true, sameSite: 'Lax' } })),
    openAt: async (url, width, height) => {
      opened += 1;
      const name = String(opened);
      await evaluate(OPEN_AT, url, width, height, name).catch(forgiveLostAnswer);
      await eventually(`${url} in a frame`, async () => (await evaluate(IS_LOADED, name)) === true);
    },
    find: (role, name) =>
      eventually(
        `${role} "${name ?? ''}" in WebKit`,
        async () => (await findAll(role, name)).at(0),
        15_000,
        async () => `${await get('/url')}\n${await text()}`,
      ),
    click: async (element) => void (await post(`${on(element)}/click`)),
    type: async (element, typed) => void (await post(`${on(element)}/value`, { text: typed })),
    clear: async (element) => void (await post(`${on(element)}/clear`)),
    computed: async (element) => ({
      role: String(await get(`${on(element)}/computedrole`)),
      name: String(await get(`${on(element)}/computedlabel`)),
    }),
    close: async () => {
      await send('DELETE', `/session/${session}`).catch(() => {});
      await close();
    },
  };
};
