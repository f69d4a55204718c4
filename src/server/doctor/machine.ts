/** What runs here, and whether the machine has memory for it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { ROOT } from '../paths.ts';
import { type Finding, found } from './findings.ts';

/** Bytes: what a picture that is being looked into may need, beside the server. */
const LITTLE = 100e6;

/** What it was tested with. */
const NODE = 24;

const Manifest = v.pipe(v.string(), v.parseJson(), v.object({ version: v.string() }));

export async function checkMachine(): Promise<Finding[]> {
  const { version } = v.parse(Manifest, readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const node = process.versions.node;
  const isOld = Number.parseInt(node, 10) < NODE;
  const bytes = process.availableMemory();
  return [
    found(isOld ? 'machine.old-node' : 'machine.version', { version, node, wanted: NODE }),
    found(bytes < LITTLE ? 'machine.little-memory' : 'machine.memory', { bytes }),
  ];
}
