import { checkPurchase, readMessage } from '@tallystick/contracts';
import { instant } from '@tallystick/vocabulary';
import { Documents, expected, indexOf, purchase } from './purchases';

const RECEIVED_AT = instant('2026-01-01T00:00:00Z');

describe('the purchases of the bench', () => {
  it('are made of their index alone', () => {
    const documents = new Documents(3, { first: 7 });
    const texts = [7, 8, 9].map((index) => JSON.stringify(purchase(index)));
    expect([0, 1, 2].map((index) => documents.value(index).toString())).toEqual(texts);
    expect(documents.keys).toEqual([7, 8, 9].map((index) => purchase(index).member!.id));
  });

  it('are what the contract asks for', () => {
    const documents = new Documents(200);
    for (let index = 0; index < documents.count; index++) {
      const options = { receivedAt: RECEIVED_AT, acceptFromDays: null };
      expect(readMessage('purchases.v1', documents.value(index), options)).toMatchObject({ ok: true });
      expect(checkPurchase(purchase(index), options)).toBeUndefined();
    }
  });

  it('have about 840 bytes', () => {
    expect(Math.round(new Documents(1_000).size / 10_000)).toBe(84);
  });

  it('tell their index by their id', () => {
    expect([0, 1_234_567].map((index) => indexOf(purchase(index).id))).toEqual([0, 1_234_567]);
  });

  it('are spread over the members', () => {
    const buyers = new Set(Array.from({ length: 4_000 }, (_, index) => purchase(index, 100).member!.id));
    expect(buyers.size).toBe(100);
  });
});

describe('the balances they must end in', () => {
  it('are a point for each whole yuan while nobody has a tier', () => {
    const whole = Array.from({ length: 20 }, (_, index) => BigInt(purchase(index).total) / 100n);
    const sum = whole.reduce((total, one) => total + one, 0n);
    expect(expected(20)).toEqual({ points: sum, growth: sum, buyers: 20 });
  });

  it('grow by the factor of the tier that earlier purchases gave', () => {
    let score = 0n;
    let points = 0n;
    for (let index = 0; index < 60; index++) {
      const total = BigInt(purchase(index, 1).total);
      const [up, down] = score >= 2_400n ? [3n, 2n] : score >= 800n ? [6n, 5n] : [1n, 1n];
      points += (total * up) / (100n * down);
      score += total / 100n;
    }
    expect(score).toBeGreaterThan(2_400n);
    expect(expected(60, 1)).toEqual({ points, growth: score, buyers: 1 });
  });
});
