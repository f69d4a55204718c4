/** A person without a browser: an HTTP client that keeps cookies and fills in forms by label and button. */
import { formWith } from './forms.ts';

export interface Answer {
  status: number;
  /** Path of what was answered, after redirects. */
  path: string;
  headers: Headers;
  body: string;
}

export interface Client {
  readonly origin: string;
  get(path: string): Promise<Answer>;
  /** Sends a form as it is, redirects followed. The page's CSRF token must be among the fields. */
  post(path: string, fields: Record<string, string> | URLSearchParams): Promise<Answer>;
  /**
   * Opens a page, fills in the form with that button, presses it, and follows the redirect.
   * @param fields by label; a key that is no label is taken for a field's name
   */
  submit(path: string, button: string, fields?: Record<string, string>, index?: number): Promise<Answer>;
  /** Names and values of the cookies, for a browser that takes over. */
  cookies(): Map<string, string>;
}

const MOST_REDIRECTS = 5;

export const createClient = (origin: string, language = 'en'): Client => {
  const jar = new Map<string, string>();

  const request = async (path: string, body?: URLSearchParams, redirects = 0): Promise<Answer> => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(new URL(path, origin), {
      redirect: 'manual',
      headers: { cookie, 'accept-language': language, accept: 'text/html' },
      ...(body === undefined ? {} : { method: 'POST', body }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '' || /max-age=0\b/i.test(line)) jar.delete(name);
      else jar.set(name, value);
    }
    const location = response.headers.get('location');
    if (location === null)
      return { status: response.status, path, headers: response.headers, body: await response.text() };
    await response.body?.cancel();
    if (redirects === MOST_REDIRECTS) throw new Error(`${path} redirects for ever`);
    const next = new URL(location, new URL(path, origin));
    return request(`${next.pathname}${next.search}`, undefined, redirects + 1);
  };

  return {
    origin,
    get: (path) => request(path),
    post: (path, fields) => request(path, new URLSearchParams(fields)),
    submit: async (path, button, fields = {}, index = 0) => {
      const page = await request(path);
      const form = formWith(page.body, button, page.path, index);
      for (const [label, value] of Object.entries(fields))
        form.values.set(form.labels.get(label) ?? label, value);
      return request(form.action, form.values);
    },
    cookies: () => new Map(jar),
  };
};
