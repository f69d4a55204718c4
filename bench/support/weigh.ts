/** What a page makes a browser with an empty cache fetch, and how heavy that is on the wire. */
import { request } from 'node:http';
import type { OpenBrowser } from '../../test/helpers/browsers.ts';

export type Fetched = { url: string; type: 'document' | 'script' | 'other'; bytes: number };

export type Weight = {
  /** Bytes of all answers with their headers, asked for with gzip. */
  all: number;
  script: number;
  /** Addresses that aren't the server's own. */
  foreign: string[];
};

/** Bytes of an answer as they come through the socket, headers and chunk marks included. */
function wireBytes(url: string, cookie: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { agent: false, headers: { 'Accept-Encoding': 'gzip', Cookie: cookie } });
    asked.once('response', (response) => {
      response.resume();
      response.once('end', () => resolve(response.socket.bytesRead));
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
  const found = new Map<string, Fetched['type']>();
  for (const pair of cookie.split('; ')) {
    const [name = '', value = ''] = pair.split('=');
    if (name) await page.browserContext().setCookie({ name, value, domain: new URL(origin).hostname });
  }
  page.on('request', (sent) => {
    const type = sent.resourceType();
    if (sent.url().startsWith('ws')) return;
    found.set(sent.url(), type === 'script' ? 'script' : type === 'document' ? 'document' : 'other');
  });
  await page.goto(`${origin}${path}`, { waitUntil: 'networkidle2' });
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
  const weight: Weight = { all: 0, script: 0, foreign: [] };
  for (const [url, type] of await fetched(browser, origin, path, cookie, javascript)) {
    if (/^(data|blob):/.test(url)) continue;
    if (new URL(url).origin !== origin) {
      weight.foreign.push(url);
      continue;
    }
    const bytes = await wireBytes(url, cookie);
    weight.all += bytes;
    if (type === 'script') weight.script += bytes;
  }
  return weight;
}
