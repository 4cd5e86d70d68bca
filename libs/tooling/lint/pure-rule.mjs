import { modulesNamed } from './module-places.mjs';

const OUTSIDE_WORLD = new Set(
  'Date Promise Intl process console performance crypto fetch globalThis require Buffer Atomics'
    .split(' ')
    .concat('setTimeout setInterval setImmediate queueMicrotask WeakRef FinalizationRegistry'.split(' ')),
);

const messages = {
  module: "'{{name}}': pure code imports {{allowed}} and its own files only",
  outside: '{{name}} belongs to the world outside: time, chance and look-ups enter with the command',
  wait: 'pure code does not wait: no async, no await',
  division: 'amounts are divided in vocabulary only, by a named rounding',
};

/**
 * Holds code to what `decide` and `evolve` may be (design §2, §4): no npm, no node:, no clock, no chance, no waiting and,
 * where `division` is refused, no `/`. Options: `modules` that may be imported, `division` true where `/` is at home.
 */
export const pureRule = {
  meta: {
    type: 'problem',
    messages,
    schema: [
      {
        type: 'object',
        properties: { modules: { type: 'array', items: { type: 'string' } }, division: { type: 'boolean' } },
        additionalProperties: false,
      },
    ],
  },
  create(context) {
    const { modules = [], division = false } = context.options[0] ?? {};
    const report = (node, messageId, data = {}) => context.report({ node, messageId, data });
    const divides = (node) => {
      if (!division && (node.operator === '/' || node.operator === '/=')) report(node, 'division');
    };
    const waits = (node) => {
      if (node.async) report(node, 'wait');
    };
    return {
      ...modulesNamed((node, name) => {
        const isOwnFile = /^\.\.?(\/|$)/.test(name);
        if (!isOwnFile && !modules.includes(name)) report(node, 'module', { name, allowed: modules.join(', ') });
      }),
      Identifier(node) {
        if (OUTSIDE_WORLD.has(node.name) && isReference(node) && !isDeclaredHere(node, context)) {
          report(node, 'outside', { name: node.name });
        }
      },
      MemberExpression(node) {
        const property = node.computed ? node.property.value : node.property.name;
        if (node.object.name === 'Math' && property === 'random') report(node, 'outside', { name: 'Math.random' });
      },
      BinaryExpression: divides,
      AssignmentExpression: divides,
      FunctionDeclaration: waits,
      FunctionExpression: waits,
      ArrowFunctionExpression: waits,
      AwaitExpression: (node) => report(node, 'wait'),
      ForOfStatement: (node) => node.await && report(node, 'wait'),
    };
  },
};

/** Tells `Date` from `x.Date` and `{ Date: 1 }`. */
function isReference(node) {
  const { parent } = node;
  if (parent.type === 'MemberExpression') return parent.object === node || parent.computed;
  const isKey = ['Property', 'PropertyDefinition', 'MethodDefinition', 'TSPropertySignature'].includes(parent.type);
  return !(isKey && parent.key === node && !parent.computed && !parent.shorthand);
}

function isDeclaredHere(node, context) {
  for (let scope = context.sourceCode.getScope(node); scope; scope = scope.upper) {
    const variable = scope.set.get(node.name);
    if (variable) return variable.defs.length > 0;
  }
  return false;
}
