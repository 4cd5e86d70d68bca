import type { AccountCommand } from '@tallystick/ledger-domain';
import { instant } from '@tallystick/vocabulary';
import { accountStream } from '../src/application/account-commands';
import { OVERDUE_DISPUTES } from '../src/projections/account-book/case-book';
import { DUE_QUERIES } from '../src/projections/account-book/due-accounts';
import { accountOf, LedgerFixture, PROGRAM, TENANT } from './ledger-fixture';

const NOW = '2026-11-06T16:00:00.000Z';
const FIRST = Date.parse('2026-11-01T00:00:00.000Z');
const ACCOUNTS = 10;
const LOTS = 1_000;

let ledger: LedgerFixture;

beforeAll(async () => {
  ledger = await LedgerFixture.start();
  const lots = Array.from({ length: LOTS }, (_, index) => ({
    issuer: 'market',
    unitCost: '0',
    amount: 10n,
    priority: 0,
    activatedAt: instant('2026-11-01T00:00:00.000Z'),
    expiresAt: instant(new Date(FIRST + index * 3_600_000).toISOString()),
  }));
  const terms = { asset: 'POINTS', lots, expected: BigInt(LOTS) * 10n, program: PROGRAM, import: 'i-1' };
  const items = Array.from({ length: ACCOUNTS }, (_, number) => {
    const holder = `m-${number}`;
    const on = { tenant: TENANT, account: accountOf(holder), at: instant('2026-11-01T00:00:00.000Z') };
    return [
      { kind: 'import-points', ...on, ...terms, holder },
      {
        kind: 'place-hold',
        ...on,
        hold: 'h-1',
        asset: 'POINTS',
        amount: 10n,
        ttlSeconds: 60,
        unit: 'market',
        expireUnderHold: 'protect',
      },
    ] as AccountCommand[];
  }).flat();
  let commands = 0;
  const { results } = await ledger.application.accounts.executeMany(
    items.map((command) => ({
      stream: accountStream(TENANT, command.account),
      command,
      metadata: { actor: 'user:test', commandId: `00000000-0000-0000-0004-${String(++commands).padStart(12, '0')}` },
    })),
  );
  expect(results.filter(({ kind }) => kind !== 'appended')).toEqual([]);
  await ledger.project(1, 500);
  await ledger.pool.query('analyze');
});

afterAll(() => ledger?.stop());

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Cond'?: string;
  readonly Plans?: readonly Plan[];
}

const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

/** Every step of how a page is read. */
async function stepsOf(text: string, values: readonly unknown[]): Promise<Plan[]> {
  const query = { text: `explain (format json) ${text}`, values: [...values] };
  const { rows } = await ledger.pool.query<{ 'QUERY PLAN': readonly { Plan: Plan }[] }>(query);
  return nodesOf(rows[0]!['QUERY PLAN'][0]!.Plan);
}

/** What is asked for what an account has due. */
function dueOf(name: keyof typeof DUE_QUERIES): [text: string, values: readonly unknown[]] {
  const place = [new Date(0), '00000000-0000-0000-0000-000000000000', 500];
  const program = [TENANT, PROGRAM];
  const whose = {
    ...{ 'due-lapses': [TENANT], 'due-activations': [TENANT] },
    ...{ 'due-expiries': program, 'due-debts': program },
    'due-endings': [...program, new Date(Date.parse(NOW) - 86_400_000)],
  };
  return [DUE_QUERIES[name], [new Date(NOW), ...place, ...whose[name]]];
}

describe('what is due', () => {
  it.each([
    ['due-expiries', 'COALESCE('],
    ['due-endings', 'COALESCE('],
    ['due-activations', 'activates_at'],
    ['due-lapses', 'until'],
    ['due-debts', 'due_at'],
  ] as const)('is found by its index, and no table is read whole: %s', async (name, key) => {
    const steps = await stepsOf(...dueOf(name));
    expect(steps.filter((step) => step['Node Type'] === 'Seq Scan')).toEqual([]);
    expect(steps.filter((step) => step['Index Cond']?.includes(key))).toHaveLength(1);
  });

  it('is found by its index, and no table is read whole: overdue disputes', async () => {
    const behind = [new Date(0), '00000000-0000-0000-0000-000000000000', ''];
    const steps = await stepsOf(OVERDUE_DISPUTES, [new Date(NOW), TENANT, PROGRAM, ...behind, 500]);
    expect(steps.filter((step) => step['Node Type'] === 'Seq Scan')).toEqual([]);
    expect(steps.filter((step) => step['Index Cond']?.includes('deadline'))).toHaveLength(1);
  });
});
