/**
 * Stacks of the compiled server name the lines of the sources. Node can do that itself (`--enable-source-maps`), but then
 * it reads every map as it loads a file, and keeps it: 15 MB for stacks that hardly anybody reads.
 */
import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';

/** Where something stands in a compiled file, as a frame of a stack says it; the line and column count from 1. */
const POSITION = /(file:\/\/[^\s()]+):(\d+):(\d+)/;

function readMap(file: string): SourceMap | undefined {
  try {
    const path = `${fileURLToPath(file)}.map`;
    return existsSync(path) ? new SourceMap(JSON.parse(readFileSync(path, 'utf8'))) : undefined;
  } catch {
    // A stack without lines of ours is better than none.
    return undefined;
  }
}

/**
 * Translates one frame of a stack.
 * @param mapOf the map of a compiled file, if it has one
 */
export function translateFrame(frame: string, mapOf: (file: string) => SourceMap | undefined): string {
  const [position, file = '', line, column] = POSITION.exec(frame) ?? [];
  if (position === undefined) return frame;
  const entry = mapOf(file)?.findEntry(Number(line) - 1, Number(column) - 1);
  if (!entry || !('originalSource' in entry)) return frame;
  const source = fileURLToPath(new URL(entry.originalSource, file));
  // Of packages the build keeps only which file it is.
  const where = source.includes('/node_modules/')
    ? source
    : `${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  return frame.replace(position, () => where);
}

/** From now on, whatever reads the stack of an error reads the lines of the sources; maps are read when that first happens. */
export function nameSources(): void {
  const maps = new Map<string, SourceMap | undefined>();
  const mapOf = (file: string) => {
    if (!maps.has(file)) maps.set(file, readMap(file));
    return maps.get(file);
  };
  Error.prepareStackTrace = (error, sites) =>
    [error, ...sites.map((site) => `    at ${translateFrame(String(site), mapOf)}`)].join('\n');
}
