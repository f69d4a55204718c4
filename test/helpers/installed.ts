/** Porchlight as it is installed where nobody develops: what the image holds, in a folder of its own, without sources. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

export interface Installation {
  folder: string;
  /** The arguments with which the image starts Node. */
  start: string[];
  remove(): void;
}

/** The last stage of the Dockerfile: what it copies, and what it runs. */
function readImage(): { parts: string[]; command: string[] } {
  const image =
    readFileSync(join(ROOT, 'Dockerfile'), 'utf8')
      .split(/^FROM /m)
      .at(-1) ?? '';
  const copied = image.matchAll(/^COPY (?:--from=\w+ \/app\/)?([\w.-]+) \.\//gm);
  return {
    parts: [...copied].map(([, part = '']) => part).filter((part) => part !== 'node_modules'),
    command: JSON.parse(/^CMD (\[.*\])/m.exec(image)?.[1] ?? '[]'),
  };
}

/** Builds what is missing and copies it; the packages are those of the project. */
export function install(): Installation {
  execFileSync(process.execPath, ['build.ts', '--if-missing'], { cwd: ROOT });
  const { parts, command } = readImage();
  const folder = mkdtempSync(join(tmpdir(), 'porchlight-installed-'));
  for (const part of parts) cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return { folder, start: command.slice(1), remove: () => rmSync(folder, { recursive: true }) };
}
