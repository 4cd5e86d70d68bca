const { readFileSync } = require('node:fs');
const { join } = require('node:path');

const read = (file) => JSON.parse(readFileSync(join(__dirname, file), 'utf8'));
const { paths } = read('tsconfig.base.json').compilerOptions;

module.exports = {
  testEnvironment: 'node',
  // A busy machine takes longer, and is no failure; a wait that is in vain ends by itself (`until`).
  testTimeout: 30_000,
  reporters: ['default', join(__dirname, 'tools/jest-results.cjs')],
  // A suite's globals stand behind a proxy, so each `BigInt` or `Array` cost 15 times what it costs in a service. These are
  // handed to every module as they are. Left out is what tests replace: Date, timers, performance, process.
  sandboxInjectedGlobals: [
    ...['Array', 'BigInt', 'Boolean', 'Error', 'JSON', 'Map', 'Math', 'Number', 'Object', 'Promise', 'RegExp', 'Set'],
    ...['String', 'Symbol', 'TypeError', 'WeakMap'],
  ],
  testMatch: ['**/*.spec.ts'],
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
  moduleNameMapper: Object.fromEntries(Object.entries(paths).map(([alias, [file]]) => [exactly(alias), placeOf(file)])),
  transform: { '^.+\\.[tj]s$': ['@swc/jest', { ...read('.swcrc'), swcrc: false }] },
};

/** `@tallystick/x/*` as the pattern of just those module names. */
function exactly(alias) {
  return `^${alias.replaceAll('*', '(.*)')}$`;
}

function placeOf(file) {
  return join(__dirname, file.replaceAll('*', '$1'));
}
