/** Which unit tests have to do with a source file. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import ts from 'typescript';

/** The files that one imports by a path, types aside. */
function importsOf(path: string): string[] {
  const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest);
  return file.statements.flatMap((statement) => {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) return [];
    if (
      ts.isImportDeclaration(statement) &&
      statement.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
    )
      return [];
    const { moduleSpecifier } = statement;
    if (!moduleSpecifier || !ts.isStringLiteral(moduleSpecifier)) return [];
    const found = resolve(dirname(path), moduleSpecifier.text);
    return moduleSpecifier.text.startsWith('.') && existsSync(found) ? [found] : [];
  });
}

function createLoads(): (test: string, file: string) => boolean {
  const known = new Map<string, string[]>();
  const imports = (path: string): string[] => {
    const found = known.get(path) ?? importsOf(path);
    known.set(path, found);
    return found;
  };
  return (test, file) => {
    const seen = new Set([test]);
    for (const path of seen) for (const next of imports(path)) seen.add(next);
    return seen.has(file);
  };
}

/**
 * The unit tests that load the file: of its own folder, and others that import it by name. A test that starts a whole
 * server loads every file of it, so all of them take long.
 * @param all those as well
 */
export function testsOf(root: string, file: string, all: boolean): string[] {
  const loads = createLoads();
  const folder = dirname(file);
  return globSync('src/**/*.test.ts', { cwd: root })
    .map((name) => resolve(root, name))
    .filter((test) => all || dirname(test) === folder || importsOf(test).includes(file))
    .filter((test) => loads(test, file))
    .sort();
}
