/** A request whose sending can be watched, which fetch alone can't (there are no upload streams over HTTP/1.1). */

/** Seconds after which an estimate of what is left is worth showing. */
const WORTH_SAYING = 2;

/** "20 sec", "3 min" */
function inWords(seconds: number, locale: string): string {
  const inMinutes = seconds >= 90;
  const unit = inMinutes ? 'minute' : 'second';
  const format = new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'short' });
  return format.format(Math.ceil(inMinutes ? seconds / 60 : seconds));
}

function toResponse(request: XMLHttpRequest): Response {
  const lines = request
    .getAllResponseHeaders()
    .trim()
    .split(/[\r\n]+/);
  const headers = new Headers(
    lines.map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1).trim()];
    }),
  );
  const body = request.status === 204 ? null : request.responseText;
  return new Response(body, { status: request.status, headers });
}

/**
 * Stands in for `fetch`, and shows its progress in the bar and the words beside it.
 * `left.dataset` has the words: `time` with a % where the time goes, `almost` for when all is sent.
 */
export function fetchWithProgress(bar: HTMLProgressElement, left: HTMLElement, locale: string): typeof fetch {
  return (address, init = {}) =>
    new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      const began = performance.now();
      request.open(init.method ?? 'GET', String(address));
      for (const [name, value] of new Headers(init.headers)) request.setRequestHeader(name, value);
      request.upload.onprogress = ({ loaded, total }) => {
        bar.max = total;
        bar.value = loaded;
        // All of it has left this device, which isn't yet all that there is to wait for.
        if (loaded === total) bar.removeAttribute('value');
        const seconds = ((performance.now() - began) / 1000 / Math.max(loaded, 1)) * (total - loaded);
        if (loaded === total) left.textContent = left.dataset.almost ?? '';
        else if (seconds >= WORTH_SAYING)
          left.textContent = (left.dataset.time ?? '').replace('%', inWords(seconds, locale));
      };
      request.onload = () => resolve(toResponse(request));
      request.onerror = () => reject(new TypeError('Failed to fetch'));
      request.onabort = () => reject(new DOMException('aborted', 'AbortError'));
      init.signal?.addEventListener('abort', () => request.abort());
      request.send(init.body instanceof FormData ? init.body : null);
    });
}
