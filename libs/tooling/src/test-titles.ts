import ts from 'typescript';

const TESTS: ReadonlySet<string> = new Set(['describe', 'it', 'test']);

/**
 * The titles of a specification's tests and groups of tests, in order, and nothing else that it says. A table of tests gives
 * one for each row, with the row's first cell in the place of the first `%i` or `%s`.
 */
export function testTitles(specification: string): readonly string[] {
  const file = ts.createSourceFile('a.spec.ts', specification, ts.ScriptTarget.Latest, true);
  const titles: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) titles.push(...titlesOf(node, file));
    ts.forEachChild(node, visit);
  };
  visit(file);
  return titles;
}

function titlesOf({ expression, arguments: [first] }: ts.CallExpression, file: ts.SourceFile): readonly string[] {
  if (first === undefined || !ts.isStringLiteralLike(first)) return [];
  if (ts.isIdentifier(expression)) return TESTS.has(expression.text) ? [first.text] : [];
  const table = tableOf(expression);
  return table ? firstCells(table, file).map((cell) => first.text.replace(/%[is]/, () => cell)) : [];
}

/** The rows of `it.each(rows)`. */
function tableOf(called: ts.Expression): ts.Expression | undefined {
  if (!ts.isCallExpression(called) || !ts.isPropertyAccessExpression(called.expression)) return undefined;
  const { expression, name } = called.expression;
  return name.text === 'each' && ts.isIdentifier(expression) && TESTS.has(expression.text)
    ? called.arguments[0]
    : undefined;
}

/** Of rows that are written down in the file; a cell that is no literal is empty. */
function firstCells(rows: ts.Expression, file: ts.SourceFile): readonly string[] {
  if (ts.isAsExpression(rows)) return firstCells(rows.expression, file);
  if (ts.isArrayLiteralExpression(rows)) return rows.elements.map((row) => literalOf(row));
  if (ts.isObjectLiteralExpression(rows)) return rows.properties.map(({ name }) => (name ? literalOf(name) : ''));
  if (ts.isIdentifier(rows)) return initialOf(rows.text, file, (initial) => firstCells(initial, file));
  if (!ts.isCallExpression(rows) || !ts.isPropertyAccessExpression(rows.expression)) return [];
  const { expression, name } = rows.expression;
  const ofObject = ts.isIdentifier(expression) && expression.text === 'Object' ? rows.arguments[0] : undefined;
  if (ofObject) return firstCells(ofObject, file);
  return name.text === 'map' ? firstCells(expression, file) : [];
}

function literalOf(node: ts.Node): string {
  if (ts.isArrayLiteralExpression(node)) return node.elements[0] ? literalOf(node.elements[0]) : '';
  return ts.isStringLiteralLike(node) || ts.isNumericLiteral(node) ? node.text : '';
}

function initialOf(
  variable: string,
  file: ts.SourceFile,
  read: (initial: ts.Expression) => readonly string[],
): readonly string[] {
  let found: readonly string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.name.text === variable) {
      if (node.initializer) found = read(node.initializer);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}
