/** Every way into a server: what its router knows. A test that walks them all misses none that is added later. */
import type { FastifyInstance } from 'fastify';

export type Door = { method: string; path: string };

/** Routes by method and path, `:name` for what varies; HEAD goes with GET. Static files and sockets are left out. */
export function doorsOf(app: FastifyInstance): Door[] {
  const above: string[] = [];
  const doors: Door[] = [];
  for (const line of app.printRoutes({ commonPrefix: false }).split('\n')) {
    const [, indent = '', part = '', methods = ''] =
      /^(\W*)[└├]── (\S+)(?: \(([A-Z, ]+)\))?$/u.exec(line) ?? [];
    if (part === '' || part === '*') continue;
    const depth = indent.length / 4;
    above.length = depth;
    const path = `${above.join('')}${part}`.replace('//', '/');
    above.push(part);
    for (const method of methods.split(', '))
      if (method !== 'HEAD' && method !== '' && path !== '/live' && path !== '/calls/socket')
        doors.push({ method, path });
  }
  return doors;
}

/** Puts values into the places of a path; what has none becomes `other`. */
export const filledIn = (path: string, places: Record<string, string | number>, other: string): string =>
  path.replace(/:(\w+)/g, (_, place: string) => encodeURIComponent(places[place] ?? other));
