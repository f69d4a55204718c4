import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { analyse } from 'scslre';
import ts from 'typescript';
import { expect, test } from 'vitest';

const WORST = join(import.meta.dirname, '../test/helpers/worst-cases.ts');
/** ms. It takes a second; an expression whose work grows with the square of the text would take hours. */
const PATIENCE = 120_000;

test('what comes from outside keeps nothing busy for long, whatever it is', {
  timeout: 2 * PATIENCE,
}, async () => {
  const run = promisify(execFile)(process.execPath, [WORST], { timeout: PATIENCE, killSignal: 'SIGKILL' });
  // Where it was stopped, the last name is that of the part before the one that hangs.
  const said = await run.catch((error: { stdout: string }) => error);
  expect(said.stdout.trim().split('\n')).toContain('all');
});

/** Whether some text of one character, repeated, makes it work more than in proportion to the text's length. */
function isSuperLinear(literal: string): boolean {
  const end = literal.lastIndexOf('/');
  return analyse({ source: literal.slice(1, end), flags: literal.slice(end + 1) }).reports.length > 0;
}

/** Every literal of a source, with its file and line. */
function expressionsIn(file: string): { place: string; literal: string }[] {
  const tree = ts.createSourceFile(
    file,
    readFileSync(join(import.meta.dirname, file), 'utf8'),
    ts.ScriptTarget.Latest,
  );
  const found: { place: string; literal: string }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const { line } = tree.getLineAndCharacterOfPosition(node.getStart(tree));
      found.push({ place: `${file}:${line + 1}`, literal: node.text });
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

test('no expression in the sources works more than in proportion to what it is given', {
  timeout: 60_000,
}, () => {
  expect(isSuperLinear(String.raw`/a=fingerprint:\s*(\S+)?\s*$/m`)).toBe(true);
  const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' });
  const sources = files.filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
  const expressions = sources.flatMap(expressionsIn);
  expect(expressions.length).toBeGreaterThan(50);
  expect(expressions.filter(({ literal }) => isSuperLinear(literal))).toEqual([]);
});
