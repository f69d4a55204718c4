/** One person's browser as the server sees it: its cookies, its form token, its requests and its live socket. */
import { WebSocket } from 'ws';

export type Visitor = {
  /** Header lines of every request, each ending in CRLF. */
  headers: string;
  csrf: string;
  cookie: string;
};

const ACCEPT = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

/** Opens a page once, as every browser has before it sends a form: that is where cookie and token come from. */
export async function visit(port: number, cookie: string, path: string): Promise<Visitor> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { cookie }, redirect: 'error' });
  const html = await response.text();
  const csrf = /name="_csrf" value="([^"]+)"/.exec(html)?.[1];
  if (!response.ok || csrf === undefined) throw new Error(`${path} answered ${response.status}:\n${html}`);
  const added = response.headers.getSetCookie().map((line) => line.split(';')[0]);
  const cookies = [cookie, ...added].join('; ');
  const headers = [
    `Host: 127.0.0.1:${port}`,
    'User-Agent: Mozilla/5.0 (X11; Linux x86_64) bench',
    `Accept: ${ACCEPT}`,
    'Accept-Language: en-GB,en;q=0.9',
    `Cookie: ${cookies}`,
    '',
  ].join('\r\n');
  return { headers, csrf, cookie: cookies };
}

/** The bytes of a GET. */
export const getRequest = ({ headers }: Visitor, path: string, more = ''): string =>
  `GET ${path} HTTP/1.1\r\n${headers}${more}\r\n`;

/** The key of a message in the place of which the load generator puts another each time, equally long. */
export const KEY_PLACE = '@'.repeat(32);

/** The bytes of the POST with which htmx sends a message. */
export function sendRequest({ headers, csrf }: Visitor, chat: number, body: string, key = KEY_PLACE): string {
  const form = `_csrf=${encodeURIComponent(csrf)}&key=${key}&body=${encodeURIComponent(body).replaceAll('%20', '+')}`;
  return [
    `POST /chats/${chat} HTTP/1.1\r\n${headers}HX-Request: true`,
    'Sec-Fetch-Site: same-origin',
    'Content-Type: application/x-www-form-urlencoded',
    `Content-Length: ${Buffer.byteLength(form)}`,
    '',
    form,
  ].join('\r\n');
}

/** A live socket that shows a chat and is as far as `rev`; resolves when it is open. */
export async function openLive(port: number, cookie: string, chat: number, rev: number): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/live`, {
    headers: { cookie, origin: `http://127.0.0.1:${port}` },
    perMessageDeflate: false,
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  socket.send(JSON.stringify({ chat: String(chat), rev: String(rev) }));
  return socket;
}
