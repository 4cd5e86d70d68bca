/** Calls `look(node, module)` for everything by which a file can name a module. */
export function modulesNamed(look) {
  const read = (node, literal) => {
    if (typeof literal?.value === 'string') look(node, literal.value);
  };
  const bySource = (node) => read(node, node.source);
  return {
    ImportDeclaration: bySource,
    ExportNamedDeclaration: bySource,
    ExportAllDeclaration: bySource,
    ImportExpression: bySource,
    TSImportType: bySource,
    TSExternalModuleReference: (node) => read(node, node.expression),
    CallExpression(node) {
      if (node.callee.type === 'Identifier' && node.callee.name === 'require') read(node, node.arguments[0]);
    },
  };
}

/** A rule that refuses a module; the config names the files where it holds. */
export function placeRule({ module, allowed }) {
  const messages = { misplaced: `'{{name}}' may be imported in ${allowed.join(', ')} only` };
  return {
    meta: { type: 'problem', schema: [], messages },
    create: (context) =>
      modulesNamed((node, name) => {
        if (module.test(name)) context.report({ node, messageId: 'misplaced', data: { name } });
      }),
  };
}
