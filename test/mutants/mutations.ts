/** Every small mistake that could be made in a source file, one at a time. */
import ts from 'typescript';
import { isSql, sqlChanges } from './sql.ts';

export type Kind =
  | 'condition'
  | 'logic'
  | 'comparison'
  | 'number'
  | 'boolean'
  | 'transaction'
  | 'call'
  | 'listener'
  | 'sql';

export type Mutant = {
  kind: Kind;
  /** In the source, as characters. */
  start: number;
  end: number;
  /** What stands there instead. */
  text: string;
};

const OPERATORS = new Map<ts.SyntaxKind, [Kind, string]>([
  [ts.SyntaxKind.AmpersandAmpersandToken, ['logic', '||']],
  [ts.SyntaxKind.BarBarToken, ['logic', '&&']],
  [ts.SyntaxKind.EqualsEqualsEqualsToken, ['comparison', '!==']],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, ['comparison', '===']],
  [ts.SyntaxKind.LessThanToken, ['comparison', '<=']],
  [ts.SyntaxKind.LessThanEqualsToken, ['comparison', '<']],
  [ts.SyntaxKind.GreaterThanToken, ['comparison', '>=']],
  [ts.SyntaxKind.GreaterThanEqualsToken, ['comparison', '>']],
]);

const LISTENS = /^(?:on|once|addEventListener)$/;
/** What nobody but the log hears of is no behaviour. */
const LOGS = /(?:^|\.)(?:log|console)\.\w+$/;

const isLogging = (node: ts.Node): boolean =>
  ts.isCallExpression(node) && LOGS.test(node.expression.getText());

const methodOf = (call: ts.CallExpression): string =>
  ts.isPropertyAccessExpression(call.expression) ? call.expression.name.text : '';

/** The work that is given to a transaction, by whose method it is: SQLite's own, or a store's, which runs it at once. */
function workOf(node: ts.Expression, ofDatabase: boolean): ts.Expression | undefined {
  if (!ts.isCallExpression(node) || methodOf(node) !== 'transaction') return undefined;
  const { expression } = node;
  const isOfDatabase =
    ts.isPropertyAccessExpression(expression) && expression.expression.getText() === 'database';
  return isOfDatabase === ofDatabase ? node.arguments[0] : undefined;
}

/** The work of a transaction done without one; `undefined` where the call is something else. */
function withoutTransaction(node: ts.CallExpression): string | undefined {
  const work = workOf(node, false);
  if (work) return `(${work.getText()})()`;
  // `database.transaction(work).immediate(…)`, or `database.transaction(work)(…)`.
  const { expression } = node;
  const made = workOf(ts.isPropertyAccessExpression(expression) ? expression.expression : expression, true);
  const given = node.arguments.map((argument) => argument.getText()).join(', ');
  return made && `(${made.getText()})(${given})`;
}

/** The call that an expression is, also one that is waited for or whose answer is thrown away. */
function callIn(node: ts.Expression): ts.CallExpression | undefined {
  if (ts.isCallExpression(node)) return node;
  return ts.isAwaitExpression(node) || ts.isVoidExpression(node) ? callIn(node.expression) : undefined;
}

/** In the order of the source; the same source has the same. */
export function mutantsOf(source: string): Mutant[] {
  const file = ts.createSourceFile('source.ts', source, ts.ScriptTarget.Latest, true);
  const mutants: Mutant[] = [];
  const replace = (kind: Kind, node: ts.Node, text: string) =>
    mutants.push({ kind, start: node.getStart(file), end: node.getEnd(), text });

  function condition(node: ts.Expression): void {
    replace('condition', node, 'true');
    replace('condition', node, 'false');
  }

  function sql(node: ts.Node, isWhole: boolean): void {
    // Without its quotes, brackets and dollars, which differ: where its text begins, the source says.
    const raw = node.getText(file);
    const opening = raw[0] === '}' || raw[0] === '`' || raw[0] === "'" || raw[0] === '"' ? 1 : 0;
    const closing = raw.endsWith('${') ? 2 : 1;
    const text = raw.slice(opening, raw.length - closing);
    const offset = node.getStart(file) + opening;
    for (const change of sqlChanges(text, isWhole))
      mutants.push({
        kind: 'sql',
        start: offset + change.start,
        end: offset + change.end,
        text: change.text,
      });
  }

  function calls(node: ts.Node): void {
    const isStatement = ts.isExpressionStatement(node);
    if (!isStatement && !ts.isVoidExpression(node)) return;
    const call = callIn(isStatement ? node.expression : node);
    if (call)
      replace(LISTENS.test(methodOf(call)) ? 'listener' : 'call', node, isStatement ? ';' : 'undefined');
  }

  function visit(node: ts.Node): void {
    if (ts.isImportDeclaration(node) || ts.isTypeNode(node) || isLogging(node)) return;
    if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return;
    if (ts.isExpressionStatement(node) && isLogging(node.expression)) return;
    if (ts.isIfStatement(node) || ts.isWhileStatement(node)) condition(node.expression);
    if (ts.isConditionalExpression(node)) condition(node.condition);
    if (ts.isBinaryExpression(node)) {
      const operator = OPERATORS.get(node.operatorToken.kind);
      if (operator) replace(operator[0], node.operatorToken, operator[1]);
    }
    if (ts.isNumericLiteral(node)) replace('number', node, `${Number(node.text.replaceAll('_', '')) + 1}`);
    if (node.kind === ts.SyntaxKind.TrueKeyword) replace('boolean', node, 'false');
    if (node.kind === ts.SyntaxKind.FalseKeyword) replace('boolean', node, 'true');
    if (ts.isCallExpression(node)) {
      const bare = withoutTransaction(node);
      if (bare !== undefined) replace('transaction', node, bare);
    }
    calls(node);
    if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) {
      if (isSql(node.text)) sql(node, true);
    } else if (ts.isTemplateExpression(node) && isSql(node.getText(file))) {
      sql(node.head, false);
      for (const { literal } of node.templateSpans) sql(literal, ts.isTemplateTail(literal));
    }
    ts.forEachChild(node, visit);
  }
  visit(file);
  return mutants;
}

export const mutated = (source: string, { start, end, text }: Mutant): string =>
  source.slice(0, start) + text + source.slice(end);
