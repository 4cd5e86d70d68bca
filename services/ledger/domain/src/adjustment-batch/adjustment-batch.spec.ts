import { scenario } from '@tallystick/decider';
import { adjustmentBatchDecider, type AdjustmentBatchEvent, type AdjustmentRow } from './adjustment-batch.decider';

const row = (name: string, amount = '10'): AdjustmentRow => ({
  row: name,
  account: 'acc',
  asset: 'POINTS',
  amount,
  reason: 'goodwill',
  unit: 'mall',
});
const by = { program: 'main', maker: 'user:eve' };
const take = (...rows: readonly AdjustmentRow[]) => ({ kind: 'take-rows' as const, ...by, rows });
const taken = (...rows: readonly AdjustmentRow[]): AdjustmentBatchEvent => ({
  type: 'AdjustmentRowsTaken',
  version: 1,
  data: { ...by, rows },
});
const booked = (name: string) => ({ row: name, state: 'booked' as const });
const refused = (name: string) => ({ row: name, state: 'refused' as const, code: 'insufficient-points' });
const settled = (...outcomes: readonly ReturnType<typeof booked | typeof refused>[]): AdjustmentBatchEvent => ({
  type: 'AdjustmentRowsSettled',
  version: 1,
  data: { outcomes },
});
const batch = scenario(adjustmentBatchDecider);

describe('a batch of adjustments', () => {
  it('takes each row once by its name, also where it comes in parts', () => {
    batch
      .given()
      .when(take(row('1'), row('2'), row('1')))
      .then(taken(row('1'), row('2')));
    batch
      .given(taken(row('1')))
      .when(take(row('1'), row('2')))
      .then(taken(row('2')));
    batch
      .given(taken(row('1')))
      .when(take(row('1', '11')))
      .thenNothing();
  });

  it('is gone on with by its first maker alone', () => {
    const other = { ...take(row('2')), maker: 'user:bob' };
    batch
      .given(taken(row('1')))
      .when(other)
      .thenRefused('batch-conflict');
  });

  it('keeps the first outcome of a row for ever, and none of a row that never came', () => {
    const settle = { kind: 'settle-rows' as const, outcomes: [refused('1'), booked('2'), booked('9')] };
    batch
      .given(taken(row('1'), row('2')), settled(booked('1')))
      .when(settle)
      .then(settled(booked('2')));
  });
});
