const SPECS = ['**/*.spec.ts', '**/test/**', 'libs/testing/**', 'libs/tooling/**'];

const NEST = [
  '**/*.module.ts',
  '**/main.ts',
  '**/subscriptions.ts',
  'services/*/src/http/**',
  'libs/http/**',
  'libs/messaging/**',
  'libs/hosting/**',
  'libs/observability/**',
  'libs/testing/**',
  'services/**/*.spec.ts',
  'services/*/test/**',
];

const POSTGRES = [
  'libs/postgres/**',
  'libs/event-store/src/postgres/**',
  'libs/messaging/src/postgres/**',
  'libs/read-models/**',
  'services/*/src/adapters/**',
  'services/*/src/projections/**',
  'libs/testing/**',
];

/** The adapter, its own tests, and the double that speaks the client's wire format. */
const EVENTSTORE = [
  'libs/event-store/src/eventstoredb/**',
  'libs/event-store/test/**',
  'libs/testing/src/event-store/**',
];

/**
 * Where the modules that decide how the house is built may be imported (design §4): the lint rule, the modules it looks
 * at, and the paths from the workspace root that may name them. A swap then stays inside those folders.
 */
export const PLACES = [
  { rule: 'kafkajs-place', module: /^kafkajs(\/|$)/, allowed: ['libs/messaging/**', 'libs/testing/**'] },
  { rule: 'eventstore-client-place', module: /^@eventstore\//, allowed: EVENTSTORE },
  { rule: 'postgres-place', module: /^(pg|pg-copy-streams|kysely)(\/|$)/, allowed: POSTGRES },
  { rule: 'nest-place', module: /^@nestjs\//, allowed: NEST },
  { rule: 'testing-place', module: /^@tallystick\/testing(\/|$)/, allowed: SPECS },
  {
    rule: 'publications-place',
    module: /^@tallystick\/[a-z-]+\/publications$/,
    allowed: ['services/*/src/main.ts', 'libs/simulation/**'],
  },
];
