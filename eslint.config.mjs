import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';
import { boundaries } from './libs/tooling/lint/boundaries.mjs';
import { house } from './libs/tooling/lint/house-plugin.mjs';
import { PLACES } from './libs/tooling/lint/places.mjs';

const SPECS = ['**/*.spec.ts'];

/** All errors: a warning is a rule that nobody keeps. */
export default tseslint.config(
  { ignores: ['**/dist/**', '.nx/**', '.cache/**', 'node_modules/**'] },
  // A rule that does not fit is changed here, where everybody sees it, and not switched off in a file.
  { linterOptions: { noInlineConfig: true } },
  {
    files: ['**/*.ts', '**/*.mjs', '**/*.cjs'],
    extends: [tseslint.configs.recommended],
    plugins: { '@nx': nx, house },
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      eqeqeq: 'error',
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx', 'hack'], location: 'start' }],
      'no-restricted-syntax': ['error', ...refusedForms()],
      'no-throw-literal': 'error',
    },
  },
  {
    files: ['**/*.cjs', 'jest.preset.js'],
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
  { files: ['**/*.ts'], rules: { '@nx/enforce-module-boundaries': ['error', boundaries] } },
  ...PLACES.map(({ rule, allowed }) => ({
    files: ['**/*.ts'],
    ignores: allowed,
    rules: { [`house/${rule}`]: 'error' },
  })),
  {
    files: ['services/*/domain/src/**/*.ts'],
    ignores: [...SPECS, '**/*.spec-data.ts'],
    rules: { 'house/pure': ['error', { modules: ['@tallystick/vocabulary', '@tallystick/decider'] }] },
  },
  {
    files: ['libs/vocabulary/src/**/*.ts'],
    ignores: SPECS,
    rules: { 'house/pure': ['error', { division: true }] },
  },
);

function refusedForms() {
  return [
    {
      selector: 'TSAsExpression > TSAsExpression > TSUnknownKeyword',
      message: 'a cast through unknown says nothing: describe the type, or read the value',
    },
    {
      selector: 'CallExpression[callee.object.name=/^(it|test|describe)$/][callee.property.name="only"]',
      message: 'a suite that leaves others out is not committed',
    },
  ];
}
