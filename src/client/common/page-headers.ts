/** What every request of this page carries. */
import * as v from 'valibot';

/** The token against forged requests, where htmx finds it too. */
export function pageHeaders(): Record<string, string> {
  const known = document.body.getAttribute('hx-headers:inherited') ?? '{}';
  return v.parse(v.record(v.string(), v.string()), JSON.parse(known));
}
