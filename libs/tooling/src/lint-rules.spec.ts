import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './workspace';

interface Snippet {
  readonly path: string;
  readonly code: string;
  readonly fires: readonly string[];
}

const DOMAIN = 'services/ledger/domain/src/account/snippet.ts';
const BOUNDARIES = '@nx/enforce-module-boundaries';

const refused: Record<string, Snippet> = {
  'a domain that imports a contract': snippet(DOMAIN, uses('@tallystick/contracts'), BOUNDARIES, 'house/pure'),
  'a domain that imports another service’s domain': snippet(
    DOMAIN,
    uses('@tallystick/campaigns-domain'),
    BOUNDARIES,
    'house/pure',
  ),
  'a domain that imports a package': snippet(DOMAIN, uses('luxon'), 'house/pure'),
  'a domain that imports a part of Node': snippet(DOMAIN, uses('node:crypto'), 'house/pure'),
  'a domain that imports lazily': snippet(DOMAIN, "export const lazy = () => import('luxon');\n", 'house/pure'),
  'a domain that reads the clock': snippet(DOMAIN, 'export const now = () => Date.now();\n', 'house/pure'),
  'a domain that leaves something to chance': snippet(DOMAIN, 'export const dice = Math.random();\n', 'house/pure'),
  'a domain that waits': snippet(DOMAIN, 'export const wait = async () => 1;\n', 'house/pure'),
  'a domain that promises': snippet(DOMAIN, 'export type Later = Promise<string>;\n', 'house/pure'),
  'a domain that sets a timer': snippet(DOMAIN, 'setTimeout(() => undefined, 1);\n', 'house/pure'),
  'a domain that reads the environment': snippet(DOMAIN, "export const home = process.env['HOME'];\n", 'house/pure'),
  'a domain that prints': snippet(DOMAIN, "console.log('accrued');\n", 'house/pure'),
  'a domain that divides': snippet(DOMAIN, 'export const half = (a: bigint) => a / 2n;\n', 'house/pure'),
  'a vocabulary that imports the decider': snippet(
    'libs/vocabulary/src/snippet.ts',
    uses('@tallystick/decider'),
    BOUNDARIES,
    'house/pure',
  ),
  'a decider library that imports a contract': snippet(
    'libs/decider/src/snippet.ts',
    uses('@tallystick/contracts'),
    BOUNDARIES,
  ),
  'a service that imports another service': snippet(
    'services/ledger/src/application/snippet.ts',
    uses('@tallystick/settlement'),
    BOUNDARIES,
  ),
  'a service that reaches another by a relative path': snippet(
    'services/ledger/src/application/snippet.ts',
    uses('../../../settlement/src/index'),
    BOUNDARIES,
  ),
  'a policy that imports a producer’s publications': snippet(
    'services/ledger/src/policies/snippet.ts',
    uses('@tallystick/campaigns/publications'),
    'house/publications-place',
  ),
  'a library that imports a service': snippet('libs/http/src/snippet.ts', uses('@tallystick/settlement'), BOUNDARIES),
  'a service that imports kafkajs': snippet('services/ledger/src/main.ts', uses('kafkajs'), 'house/kafkajs-place'),
  'a Postgres store that imports the client of EventStoreDB': snippet(
    'libs/event-store/src/postgres/snippet.ts',
    uses('@eventstore/db-client'),
    'house/eventstore-client-place',
  ),
  'an application that imports pg': snippet(
    'services/ledger/src/application/snippet.ts',
    uses('pg'),
    'house/postgres-place',
  ),
  'an application that imports kysely for a type': snippet(
    'services/ledger/src/application/snippet.ts',
    "export type Rows = import('kysely').Kysely<object>;\n",
    'house/postgres-place',
  ),
  'a policy that imports Nest': snippet(
    'services/ledger/src/policies/snippet.ts',
    uses('@nestjs/common'),
    'house/nest-place',
  ),
  'a source that imports the test servers': snippet(
    'services/ledger/src/application/snippet.ts',
    uses('@tallystick/testing'),
    'house/testing-place',
  ),
  any: snippet('libs/http/src/snippet.ts', 'export const it: any = 1;\n', '@typescript-eslint/no-explicit-any'),
  'a cast through unknown': snippet(
    'libs/http/src/snippet.ts',
    "export const wrong = 'text' as unknown as number;\n",
    'no-restricted-syntax',
  ),
  'a suite that leaves others out': snippet(
    'libs/http/src/snippet.spec.ts',
    "it.only('runs', () => undefined);\n",
    'no-restricted-syntax',
  ),
  'a rule switched off in a file': snippet(
    'libs/http/src/snippet.ts',
    '// eslint-disable-next-line @typescript-eslint/no-explicit-any\nexport const it: any = 1;\n',
    '@typescript-eslint/no-explicit-any',
  ),
};

const allowed: Record<string, Snippet> = {
  'a domain that uses the vocabulary, the decider and its own files': snippet(
    DOMAIN,
    uses('@tallystick/vocabulary') + "export * from '@tallystick/decider';\nexport * from './lot';\n",
  ),
  'a domain with words that only look like the outside': snippet(
    DOMAIN,
    'export const Date = (process: string) => ({ console: process });\nexport const day = Date("x").console;\n',
  ),
  'a domain spec that runs properties': snippet('services/ledger/domain/src/snippet.spec.ts', uses('fast-check')),
  'a vocabulary that divides': snippet(
    'libs/vocabulary/src/snippet.ts',
    'export const half = (a: bigint) => a / 2n;\n',
  ),
  'a main that imports a producer’s publications': snippet(
    'services/settlement/src/main.ts',
    uses('@tallystick/ledger/publications'),
  ),
  'a service that uses its own domain': snippet(
    'services/ledger/src/application/snippet.ts',
    uses('@tallystick/ledger-domain'),
  ),
  'a host that imports a service': snippet('services/standalone/src/snippet.ts', uses('@tallystick/ledger')),
  'an adapter that imports pg': snippet('services/ledger/src/adapters/snippet.ts', uses('pg')),
  'a spec that imports the test servers': snippet('libs/http/test/snippet.spec.ts', uses('@tallystick/testing')),
};

describe('lint', () => {
  const cases = [...Object.entries(refused), ...Object.entries(allowed)];
  const fired = lint(cases.map(([, { path, code }]) => ({ path, code })));

  it.each(cases.map(([name, { fires }], index) => ({ name, fires, fired: fired[index] })))(
    'answers $name with $fires',
    ({ fires, fired }) => {
      expect([...new Set(fired)].sort()).toEqual([...fires].sort());
    },
  );
});

function snippet(path: string, code: string, ...fires: readonly string[]): Snippet {
  return { path, code, fires };
}

function uses(module: string): string {
  return `import * as all from '${module}';\nexport { all };\n`;
}

function lint(snippets: readonly { readonly path: string; readonly code: string }[]): readonly string[][] {
  const answer = execFileSync(process.execPath, [join(ROOT, 'libs/tooling/lint/probe.mjs')], {
    cwd: ROOT,
    input: JSON.stringify(snippets),
    encoding: 'utf8',
  });
  return JSON.parse(answer) as string[][];
}
