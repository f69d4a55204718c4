/** What a page makes a browser with an empty cache fetch, and how heavy that is on the wire. */
import { request } from 'node:http';
import type { OpenBrowser } from '../../test/helpers/browsers.ts';

type Kind = 'script' | 'other';

export type Weight = {
  /** Bytes of all answers' bodies as they are sent to who takes gzip. */
  all: number;
  script: number;
  /** Bytes of all answers with their headers, as the socket counts them. */
  wire: number;
  /** Addresses that aren't the server's own. */
  foreign: string[];
};

/** Bytes of an answer: of its body as it was sent, and of everything that came through the socket for it. */
function weighAnswer(url: string, cookie: string): Promise<{ body: number; wire: number }> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { agent: false, headers: { 'Accept-Encoding': 'gzip', Cookie: cookie } });
    asked.once('response', (response) => {
      if ((response.statusCode ?? 500) >= 500) reject(new Error(`${url} answered ${response.statusCode}`));
      let body = 0;
      response.on('data', (data: Buffer) => {
        body += data.length;
      });
      response.once('end', () => resolve({ body, wire: response.socket.bytesRead }));
    });
    asked.once('error', reject);
    asked.end();
  });
}

/** Asked for by browsers with a screen, but not by Chromium without one. */
const ICONS = 'link[rel=icon], link[rel=manifest]';

/** Loads `path` in a new context and lists what it fetched; `cookie` as in a Cookie header. */
async function fetched(
  browser: OpenBrowser,
  origin: string,
  path: string,
  cookie: string,
  javascript: boolean,
) {
  const page = await browser.newPage({ javascript });
  const found = new Map<string, Kind>();
  for (const pair of cookie.split('; ')) {
    const [name = '', value = ''] = pair.split('=');
    if (name) await page.browserContext().setCookie({ name, value, domain: new URL(origin).hostname });
  }
  page.on('request', (sent) => {
    if (sent.url().startsWith('ws')) return;
    found.set(sent.url(), sent.resourceType() === 'script' ? 'script' : 'other');
  });
  await page.goto(`${origin}${path}`, { waitUntil: 'networkidle2' });
  const arrived = new URL(page.url()).pathname;
  if (arrived !== new URL(path, origin).pathname) throw new Error(`${path} led to ${arrived}`);
  const icons = await page.$$eval(ICONS, (links) =>
    links.map((link) => new URL(link.getAttribute('href') ?? '', location.href).href),
  );
  for (const url of icons) found.set(url, 'other');
  await page.browserContext().close();
  return found;
}

export async function weigh(
  browser: OpenBrowser,
  origin: string,
  path: string,
  cookie: string,
  javascript: boolean,
): Promise<Weight> {
  const weight: Weight = { all: 0, script: 0, wire: 0, foreign: [] };
  for (const [url, type] of await fetched(browser, origin, path, cookie, javascript)) {
    if (/^(data|blob):/.test(url)) continue;
    if (new URL(url).origin !== origin) {
      weight.foreign.push(url);
      continue;
    }
    const { body, wire } = await weighAnswer(url, cookie);
    weight.all += body;
    weight.wire += wire;
    if (type === 'script') weight.script += body;
  }
  return weight;
}
