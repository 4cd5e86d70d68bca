import { membersProjection } from '../src/projections/members/members.projection';
import { movementsProjection } from '../src/projections/movements/movements.projection';
import { purchasesProjection } from '../src/projections/purchases/purchases.projection';
import { unitsProjection } from '../src/projections/units/units.projection';
import {
  accountOf,
  accrued,
  enrolled,
  InsightsFixture,
  movement,
  node,
  NOON,
  purchase,
  returned,
  reversed,
  tiers,
} from './insights-fixture';

const PURCHASES = 'campaigns.purchase-recorded.v1';
const RETURNS = 'campaigns.return-recorded.v1';
const ACCRUED = 'ledger.points-accrued.v1';
const REVERSED = 'ledger.points-reversed.v1';
const ENROLLED = 'membership.member-enrolled.v1';
const TIERS = 'membership.tier-changed.v1';
const NODES = 'organization.node-declared.v1';
const JUNE = '2026-06-01T00:00:00.000Z';
const JULY = '2026-07-01T00:00:00.000Z';

let insights: InsightsFixture;

beforeEach(async () => {
  insights = await InsightsFixture.start();
});

afterEach(() => insights?.stop());

describe('a recorded purchase', () => {
  const purchases = () =>
    insights.rows('select purchase_id, member, total, line_count, verdict, last_position from bi.purchases order by 1');
  const lines = () =>
    insights.rows(
      'select p.purchase_id, l.line_number, l.sku, l.category, l.amount from bi.purchase_lines l join bi.purchases p using (purchase_key) order by 1, 2',
    );

  it('is a row with a row for each line, member or not', async () => {
    const { member: _, account: __, ...anonymous } = purchase('P2');
    const one = { line: '1', sku: 'bread', quantity: '1', amount: '700' };
    await insights.hear(PURCHASES, purchase('P1'), { ...anonymous, verdict: 'no-member', total: '700', lines: [one] });
    await expect(purchases()).resolves.toEqual([
      { purchase_id: 'P1', member: 'm-1', total: '15000', line_count: 2, verdict: 'evaluated', last_position: '1' },
      { purchase_id: 'P2', member: null, total: '700', line_count: 1, verdict: 'no-member', last_position: '2' },
    ]);
    await expect(lines()).resolves.toEqual([
      { purchase_id: 'P1', line_number: 1, sku: 'apple', category: 'fruit', amount: '10000' },
      { purchase_id: 'P1', line_number: 2, sku: 'milk', category: null, amount: '5000' },
      { purchase_id: 'P2', line_number: 1, sku: 'bread', category: null, amount: '700' },
    ]);
  });

  it('that is delivered again, or repeated by a relay, is there once with its lines', async () => {
    const batch = insights.say(PURCHASES, purchase('P1'), purchase('P1'));
    const redriven = { ...batch, checkpoint: undefined };
    await expect(insights.deliver(redriven)).resolves.toEqual(['done', 'done']);
    await expect(insights.deliver(redriven)).resolves.toEqual(['duplicate', 'duplicate']);
    await insights.hear(PURCHASES, purchase('P1'), purchase('P2'));
    await expect(purchases()).resolves.toMatchObject([{ purchase_id: 'P1' }, { purchase_id: 'P2' }]);
    await expect(lines()).resolves.toHaveLength(4);
  });
});

describe('a recorded return', () => {
  it('is a row that names its purchase where it has one, once', async () => {
    await insights.hear(RETURNS, returned('R1', 'P1'), returned('R2'), returned('R1', 'P1'));
    await expect(
      insights.rows('select return_id, purchase_id, total, line_count from bi.returns order by 1'),
    ).resolves.toEqual([
      { return_id: 'R1', purchase_id: 'P1', total: '5000', line_count: 1 },
      { return_id: 'R2', purchase_id: null, total: '5000', line_count: 1 },
    ]);
  });
});

describe('a movement of points', () => {
  it('is a row for each lot, signed, so that any sum is right, and once whatever comes again', async () => {
    const first = accrued('m-1', 1, 100, 20);
    await insights.hear(ACCRUED, first, accrued('m-2', 1, 7), first);
    await insights.hear(ACCRUED, first);
    await insights.hear(REVERSED, reversed('m-1', 2, -30), reversed('m-1', 2, -30));
    await expect(
      insights.rows('select member, kind, movement_number, points from bi.points_movements order by 1, 2, 3'),
    ).resolves.toEqual([
      { member: 'm-1', kind: 'accrual', movement_number: 1, points: '100' },
      { member: 'm-1', kind: 'accrual', movement_number: 2, points: '20' },
      { member: 'm-1', kind: 'reversal', movement_number: 1, points: '-30' },
      { member: 'm-2', kind: 'accrual', movement_number: 1, points: '7' },
    ]);
  });
});

describe('a movement by decision', () => {
  const decided = (revision: number, ...amounts: readonly number[]) => {
    const { movements, account, member, program, effectiveAt } = movement('m-1', revision, ...amounts);
    return { movements, account, member, program, effectiveAt, revision };
  };
  const hold = { hold: 'H1', unit: 'mall', store: 'mall-1' };
  const why = { adjustment: 'A1', reason: 'a till was offline', unit: 'mall' };
  const transfer = { transfer: 'T1', counterpart: accountOf('m-2') };

  it('is a row of its kind, with its own name, and where it happened as far as that is said', async () => {
    await insights.hear(
      'ledger.points-redeemed.v1',
      { ...decided(1, -60), ...hold, kind: 'capture' },
      { ...decided(2, 10), hold: 'H1', cancellation: 'C1', kind: 'cancellation' },
    );
    await insights.hear('ledger.points-expired.v1', decided(3, -5));
    await insights.hear('ledger.points-adjusted.v1', { ...decided(4, 7), ...why, kind: 'credit' });
    await insights.hear('ledger.points-moved.v1', { ...decided(5, -8), ...transfer, kind: 'sent' });
    const seen = 'kind, points, reference, unit, store, source, last_position';
    await expect(insights.rows(`select ${seen} from bi.points_movements order by account_revision`)).resolves.toEqual(
      [
        { kind: 'capture', points: '-60', reference: 'H1', unit: 'mall', store: 'mall-1', last_position: '1' },
        { kind: 'cancellation', points: '10', reference: 'H1', unit: null, store: null, last_position: '2' },
        { kind: 'expiry', points: '-5', reference: null, unit: null, store: null, last_position: '1' },
        { kind: 'credit', points: '7', reference: 'A1', unit: 'mall', store: null, last_position: '1' },
        { kind: 'sent', points: '-8', reference: 'T1', unit: null, store: null, last_position: '1' },
      ].map((row) => ({ ...row, source: null })),
    );
    const keys = await insights.rows('select from bi.points_movements group by movement_key');
    expect(keys).toHaveLength(5);
  });

  it('that grants or withdraws lots is a row of its kind, and what falls with a refund an expiry', async () => {
    await insights.hear('ledger.points-granted.v1', {
      ...decided(1, 100, 20),
      kind: 'top-up',
      grant: 'T1',
      unit: 'mall',
    });
    await insights.hear('ledger.points-withdrawn.v1', {
      ...decided(2, -50),
      kind: 'refund',
      withdrawal: 'R1',
      unit: 'mall',
      fallen: decided(2, -10).movements,
    });
    await insights.hear('ledger.points-withdrawn.v1', { ...decided(3, -5), kind: 'loan-repayment', unit: 'mall' });
    await expect(
      insights.rows('select kind, points, reference, unit from bi.points_movements order by account_revision, points'),
    ).resolves.toEqual(
      [
        ['top-up', '20', 'T1'],
        ['top-up', '100', 'T1'],
        ['refund', '-50', 'R1'],
        ['expiry', '-10', 'R1'],
        ['loan-repayment', '-5', null],
      ].map(([kind, points, reference]) => ({ kind, points, reference, unit: 'mall' })),
    );
    await expect(insights.rebuild(movementsProjection)).resolves.toMatchObject({ equal: true });
  });

  it('that a return takes out of breakage is reversed and no more expired, and what the holder has stays', async () => {
    await insights.hear(ACCRUED, accrued('m-1', 1, 100));
    await insights.hear('ledger.points-expired.v1', decided(2, -100));
    await insights.hear(REVERSED, { ...reversed('m-1', 3), outOfBreakage: reversed('m-1', 3, -30).movements });
    await expect(
      insights.rows('select kind, sum(points)::text as points from bi.points_movements group by 1 order by 1'),
    ).resolves.toEqual([
      { kind: 'accrual', points: '100' },
      { kind: 'expiry', points: '-70' },
      { kind: 'reversal', points: '-30' },
    ]);
    await expect(insights.rebuild(movementsProjection)).resolves.toMatchObject({ equal: true });
  });
});

describe('a tier history', () => {
  const periods = () => insights.rows('select tier, valid_from, valid_to from bi.member_tiers order by valid_from');

  it('is that of the newest revision, in whatever order they come', async () => {
    const older = tiers('m-1', 2, ['silver', JUNE]);
    const newer = tiers('m-1', 3, ['silver', JUNE], ['gold', JULY]);
    await insights.hear(TIERS, newer);
    await insights.hear(TIERS, older, newer, older);
    await expect(periods()).resolves.toEqual([
      { tier: 'silver', valid_from: new Date(JUNE), valid_to: new Date(JULY) },
      { tier: 'gold', valid_from: new Date(JULY), valid_to: null },
    ]);
    await expect(insights.rows('select member, tier from bi.members')).resolves.toEqual([
      { member: 'm-1', tier: 'gold' },
    ]);
  });

  it('that is corrected leaves nothing of the one before', async () => {
    await insights.hear(TIERS, tiers('m-1', 2, ['gold', JUNE]));
    await insights.hear(TIERS, tiers('m-1', 3));
    await expect(periods()).resolves.toEqual([]);
    await expect(insights.rows('select tier from bi.members')).resolves.toEqual([{ tier: 'ordinary' }]);
  });

  it('belongs to whoever enrols later, and to whoever never does', async () => {
    await insights.hear(TIERS, tiers('m-1', 0, ['silver', JUNE]), tiers('m-2', 0, ['silver', JUNE]));
    await insights.hear(ENROLLED, enrolled('m-1'), enrolled('m-1'));
    await expect(insights.rows('select member, tier, store from bi.members order by 1')).resolves.toEqual([
      { member: 'm-1', tier: 'silver', store: 'hz-001' },
      { member: 'm-2', tier: 'silver', store: null },
    ]);
  });
});

describe('a node of the organization', () => {
  it('has a row for each version, the highest revision of an instant', async () => {
    await insights.hear(NODES, node('hz-001', 5, { validFrom: JULY, unit: 'park' }));
    await insights.hear(NODES, node('hz-001', 4, { validFrom: JULY }), node('hz-001', 1, { validFrom: JUNE }));
    await expect(insights.rows('select unit, valid_from, valid_to from bi.units order by valid_from')).resolves.toEqual(
      [
        { unit: 'market', valid_from: new Date(JUNE), valid_to: new Date(JULY) },
        { unit: 'park', valid_from: new Date(JULY), valid_to: null },
      ],
    );
  });
});

describe('every projection', () => {
  it('is the same when it is built anew, and its views show the new rows', async () => {
    await insights.hear(PURCHASES, purchase('P1'), purchase('P2'), purchase('P1'));
    await insights.hear(RETURNS, returned('R1', 'P1'), returned('R1', 'P1'));
    await insights.hear(ACCRUED, accrued('m-1', 1, 100, 20), accrued('m-1', 1, 100, 20));
    await insights.hear(REVERSED, reversed('m-1', 2, -30));
    await insights.hear(TIERS, tiers('m-1', 2, ['silver', JUNE]), tiers('m-2', 1, ['gold', JUNE]));
    await insights.hear(ENROLLED, enrolled('m-3'), enrolled('m-2'), enrolled('m-1'));
    await insights.hear(TIERS, tiers('m-1', 3, ['silver', JUNE], ['gold', JULY]), tiers('m-1', 2, ['silver', JUNE]));
    await insights.hear(
      NODES,
      node('hz-001', 1, { validFrom: JUNE }),
      node('hz-001', 2, { validFrom: JUNE, open: false }),
    );
    for (const projection of [purchasesProjection, movementsProjection, membersProjection, unitsProjection]) {
      await expect(insights.rebuild(projection)).resolves.toMatchObject({ projection: projection.name, equal: true });
    }
    const views = ['purchases', 'purchase_lines', 'returns', 'points_movements', 'members', 'member_tiers', 'units'];
    const counts = await Promise.all(views.map((view) => insights.rows(`select count(*) as count from bi.${view}`)));
    expect(counts.map(([row]) => row)).toEqual(['2', '4', '1', '3', '3', '3', '1'].map((count) => ({ count })));
    await insights.hear(PURCHASES, purchase('P3', { occurredAt: NOON }));
    await expect(insights.rows('select count(*) as count from bi.purchases')).resolves.toEqual([{ count: '3' }]);
  });
});
