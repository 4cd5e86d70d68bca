import type { PurchasePaid } from '@tallystick/contracts';
import { ordered, type Order } from './order';
import type { FileReading, Publication } from './publication';

const message: Omit<PurchasePaid, 'id'> = {
  type: 'purchase-paid',
  version: 1,
  source: 's',
  occurredAt: '2026-01-01T00:00:00Z',
  store: 'x',
  currency: 'GBP',
  lines: [],
  tenders: [],
  total: '0',
};
const all: Publication[] = Array.from({ length: 40 }, (_, index) => ({
  topic: 'purchases.v1',
  message: { ...message, id: String(index) },
  customer: String(index % 4),
}));

function reading(): FileReading {
  return {
    publications: (async function* () {
      yield* all;
    })(),
    leftOut: {},
  };
}

async function ids(order: Order, seed: string): Promise<{ id: string; customer?: string }[]> {
  const list: { id: string; customer?: string }[] = [];
  for await (const { message: one, customer } of await ordered(reading(), order, seed))
    list.push({ id: one.id, customer });
  return list;
}

describe('the order of publications', () => {
  it('is the same for the same seed and another for another', async () => {
    expect(await ids('random', 'a')).toEqual(await ids('random', 'a'));
    expect(await ids('random', 'a')).not.toEqual(await ids('random', 'b'));
  });

  it('holds each publication once', async () => {
    expect((await ids('random', 'a')).map(({ id }) => Number(id)).sort((a, b) => a - b)).toEqual(
      all.map((_, index) => index),
    );
  });

  it('keeps each customer’s own order where customers are interleaved', async () => {
    const list = await ids('interleaved', 'a');
    expect(list.map(({ id }) => id)).not.toEqual(all.map(({ message: one }) => one.id));
    for (const customer of ['0', '1', '2', '3']) {
      const own = list.filter((one) => one.customer === customer).map(({ id }) => Number(id));
      expect(own).toEqual([...own].sort((a, b) => a - b));
      expect(own).toHaveLength(10);
    }
  });
});
