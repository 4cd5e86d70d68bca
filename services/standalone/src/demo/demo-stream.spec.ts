import type { PurchasePaid, ReturnMade } from '@tallystick/contracts';
import { formatDate } from '@tallystick/vocabulary';
import { daysBetween, demoDay } from './demo-stream';

const day = { year: 2026, month: 3, day: 1 };

describe('a day of the demo stream', () => {
  it('is the same whenever it is made', () => expect(demoDay('lakeside', day)).toEqual(demoDay('lakeside', day)));

  it('differs from the next day', () => {
    expect(demoDay('lakeside', day)[0]).not.toEqual(demoDay('lakeside', { ...day, day: 2 })[0]);
  });

  it('holds 200 purchases, one of which names a wrong total', () => {
    const purchases = demoDay('lakeside', day).flatMap(({ message }) =>
      message.type === 'purchase-paid' ? [message] : [],
    );
    const sum = ({ lines }: PurchasePaid): string =>
      String(lines.reduce((total, { amount }) => total + BigInt(amount), 0n));
    expect(purchases).toHaveLength(200);
    expect(purchases.filter((purchase) => sum(purchase) !== purchase.total)).toHaveLength(1);
  });

  it('gives back whole lines of purchases of the same day', () => {
    const records = demoDay('lakeside', day);
    const ids = new Set(records.map(({ message }) => message.id));
    const returns = records.flatMap(({ message }) => (message.type === 'return-made' ? [message as ReturnMade] : []));
    expect(returns.length).toBeGreaterThan(0);
    expect(returns.every(({ purchase }) => ids.has(purchase!.id))).toBe(true);
  });
});

describe('days between', () => {
  it('count up to and without the last', () => {
    const days = daysBetween({ year: 2026, month: 2, day: 27 }, { year: 2026, month: 3, day: 2 });
    expect(days.map(formatDate)).toEqual(['2026-02-27', '2026-02-28', '2026-03-01']);
  });
});
