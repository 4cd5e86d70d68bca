import { fold, isRejection, scenario } from '@tallystick/decider';
import fc from 'fast-check';
import { type AdjustmentCounted, adjustmentDayDecider, type CountAdjustment } from './adjustment-day.decider';

const said = { program: 'main', maker: 'user:eve', date: '2026-11-06', account: 'acc' };
const count = (adjustment: string, amount: bigint, more: Partial<CountAdjustment> = {}): CountAdjustment => ({
  kind: 'count-adjustment',
  ...said,
  adjustment,
  asset: 'POINTS',
  amount,
  daily: 100n,
  ...more,
});
const counted = (adjustment: string, amount: string, asset = 'POINTS'): AdjustmentCounted => ({
  type: 'AdjustmentCounted',
  version: 1,
  data: { ...said, adjustment, asset, amount },
});
const day = scenario(adjustmentDayDecider);

describe('what one maker adjusts on one day', () => {
  it('counts up to the limit and not a point beyond it (case 72)', () => {
    day.given(counted('a-1', '60')).when(count('a-2', 40n)).then(counted('a-2', '40'));
    day
      .given(counted('a-1', '60'))
      .when(count('a-2', 41n))
      .thenRefused('limit-exceeded', { asset: 'POINTS', daily: '100', used: '60' });
  });

  it('counts an adjustment once by its account and name, and refuses another content under it', () => {
    day.given(counted('a-1', '100')).when(count('a-1', 100n)).thenNothing();
    day.given(counted('a-1', '100')).when(count('a-1', 99n)).thenRefused('decision-conflict');
    day
      .given(counted('a-1', '60'))
      .when(count('a-1', 60n, { account: 'other' }))
      .thenRefused('limit-exceeded');
  });

  it('sums each asset by itself', () => {
    day
      .given(counted('a-1', '100'))
      .when(count('a-2', 100n, { asset: 'MILES' }))
      .then(counted('a-2', '100', 'MILES'));
  });

  it('never comes to more than the limit, whatever is asked', () => {
    const asked = fc.record({
      name: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      amount: fc.bigInt({ min: 0n, max: 70n }),
    });
    fc.assert(
      fc.property(fc.array(asked, { maxLength: 20 }), (all) => {
        const events: AdjustmentCounted[] = [];
        for (const { name, amount } of all) {
          const outcome = adjustmentDayDecider.decide(count(name, amount), fold(adjustmentDayDecider, events));
          if (!isRejection(outcome)) events.push(...outcome);
        }
        expect(events.reduce((sum, { data }) => sum + BigInt(data.amount), 0n)).toBeLessThanOrEqual(100n);
      }),
    );
  });
});
