import { canonicalJson } from '@tallystick/decider';
import { instant } from '@tallystick/vocabulary';
import type { AccountCommand } from '../account.commands';
import { accountDecider } from '../account.decider';
import type { AccountEvent } from '../account.events';
import { growthGrant, january, pointsGrant, purchasePicture } from '../account.examples';
import type { AccountState } from '../account.state';
import { adjustPoints, captureHold, importPoints, passTime, placeHold, releaseHold } from './decision.examples';
import type { HoldPlaced } from './decision.events';
import { after, outcome, standing, told } from './decision.spec-data';

const P1 = purchasePicture('P1', 1, 100n);
const P2 = purchasePicture('P2', 2, 150n, { issuer: 'mall' });

describe('an asset of one unit or store', () => {
  const hotel = { scope: { unit: 'hotel' } };
  const lobby = { scope: { unit: 'hotel', store: 'hotel-1' } };

  it('is held and captured there, and refused anywhere else: asset-out-of-scope', () => {
    const held = placeHold('H1', 5, 10n, { ...lobby, unit: 'hotel', store: 'hotel-1' });
    expect(told([P1], held)[0]).toContain('HoldPlaced on 05: 10 of P1');
    expect(outcome([P1], { ...held, store: 'hotel-2' })).toMatchObject({ rejected: 'asset-out-of-scope' });
    expect(outcome([P1], placeHold('H1', 5, 10n, hotel))).toEqual({
      rejected: 'asset-out-of-scope',
      facts: { asset: 'POINTS', unit: 'mall' },
    });
    expect(outcome([P1, held], captureHold('H1', 5, hotel))).toMatchObject({ rejected: 'asset-out-of-scope' });
    expect(told([P1, held], captureHold('H1', 5, { ...hotel, unit: 'hotel' }))[0]).toContain('HoldCaptured on 05');
  });

  it('is earned, credited and imported by that unit alone', () => {
    const grants = [pointsGrant(10n, lobby)];
    expect(told([], purchasePicture('P1', 1, 0n, { grants }))).toHaveLength(2);
    for (const elsewhere of [{ issuer: 'mall' }, { store: 'hotel-2' }]) {
      expect(outcome([], purchasePicture('P1', 1, 0n, { grants, ...elsewhere }))).toMatchObject({
        rejected: 'asset-out-of-scope',
      });
    }
    expect(outcome([P1], adjustPoints('A1', 5, 10n, { ...hotel, unit: 'mall' }))).toMatchObject({
      rejected: 'asset-out-of-scope',
    });
    expect(told([P1], adjustPoints('A1', 5, -10n, { ...hotel, unit: 'mall' }))).toHaveLength(1);
    expect(outcome([], importPoints('I1', 5, hotel))).toMatchObject({ rejected: 'asset-out-of-scope' });
  });
});

describe('place a hold', () => {
  it('reserves slices in draw order, which count against what is available at once', () => {
    expect(told([P1, P2], placeHold('H1', 5, 120n))).toEqual([
      'HoldPlaced on 05: 100 of P1, 20 of P2 | available/hotel -100 held/hotel 100 available/mall -20 held/mall 20',
    ]);
    expect(standing(after(P1, P2, placeHold('H1', 5, 120n)))).toEqual({ available: 130, held: 120 });
  });

  it('draws what expires first before what never does, and what was active first before the rest', () => {
    const late = purchasePicture('P3', 4, 0n, { grants: [pointsGrant(30n, { expiresAt: instant(january(20)) })] });
    expect(told([P1, P2, late], placeHold('H1', 5, 140n))[0]).toContain('30 of P3, 100 of P1, 10 of P2');
  });

  it('draws a lower priority first', () => {
    const first = purchasePicture('P3', 4, 0n, { grants: [pointsGrant(30n, { priority: -1 })] });
    expect(told([P1, first], placeHold('H1', 5, 40n))[0]).toContain('30 of P3, 10 of P1');
  });

  it('refuses the sixth of six holds of 1,000 on 5,000 (E31)', () => {
    const holds = [1, 2, 3, 4, 5].map((number) => placeHold(`H${number}`, 5, 1_000n));
    expect(outcome([purchasePicture('P1', 1, 5_000n), ...holds], placeHold('H6', 5, 1_000n))).toEqual({
      rejected: 'insufficient-points',
      facts: { asset: 'POINTS', available: '0' },
    });
  });

  it('counts what was taken back before: credits 100, debits 70, hold 50 is refused (E28)', () => {
    expect(outcome([P1, adjustPoints('A1', 2, -70n)], placeHold('H1', 5, 50n))).toMatchObject({
      rejected: 'insufficient-points',
      facts: { available: '30' },
    });
  });

  it('does not draw a lot at or after the instant at which it ends, though no job has booked it', () => {
    const ends = purchasePicture('P1', 1, 0n, { grants: [pointsGrant(100n, { expiresAt: instant(january(5)) })] });
    expect(told([ends], placeHold('H1', 4, 100n))).toHaveLength(1);
    expect(outcome([ends], placeHold('H1', 5, 1n))).toMatchObject({ rejected: 'insufficient-points' });
  });

  it('does not draw a lot before the instant from which it counts', () => {
    expect(outcome([P1, P2], placeHold('H1', 1, 120n))).toMatchObject({ facts: { available: '100' } });
  });

  it('refuses another content under a known name, whatever became of that hold', () => {
    const before = [P1, placeHold('H1', 5, 60n), releaseHold('H1', 5)];
    expect(outcome(before, placeHold('H1', 6, 60n))).toEqual([]);
    expect(outcome(before, placeHold('H1', 6, 61n))).toEqual({ rejected: 'hold-conflict', facts: { hold: 'H1' } });
  });

  it('reserves just the slices that its caller names', () => {
    const named = {
      slices: [
        { lot: 'till-1:P2:POINTS', amount: 70n },
        { lot: 'till-1:P1:POINTS', amount: 20n },
      ],
    };
    const hold = placeHold('H1', 5, 90n, named);
    expect(told([P1, P2], hold)[0]).toContain('70 of P2, 20 of P1');
    expect(outcome([P1, P2, hold, releaseHold('H1', 5)], hold)).toEqual([]);
    expect(outcome([P1, P2, hold], placeHold('H1', 5, 90n))).toMatchObject({ rejected: 'hold-conflict' });
    expect(outcome([P1, P2, placeHold('H1', 5, 90n)], hold)).toMatchObject({ rejected: 'hold-conflict' });
  });

  it('refuses named slices that do not sum to its amount, or of lots that have not so much', () => {
    const of = (lot: string, amount: bigint) => ({ lot: `till-1:${lot}:POINTS`, amount });
    const hold = (...slices: ReturnType<typeof of>[]) => outcome([P1, P2], placeHold('H1', 5, 90n, { slices }));
    expect(hold(of('P1', 80n))).toEqual({
      rejected: 'slices-mismatch',
      facts: { asset: 'POINTS', amount: '90', sum: '80' },
    });
    expect(hold(of('P1', 45n), of('P1', 45n))).toMatchObject({ rejected: 'slices-mismatch' });
    expect(outcome([P1, P2], placeHold('H1', 5, 120n, { slices: [of('P1', 120n)] }))).toEqual({
      rejected: 'insufficient-points',
      facts: { asset: 'POINTS', lot: 'till-1:P1:POINTS', available: '100' },
    });
    expect(hold(of('P9', 90n))).toMatchObject({ facts: { available: '0' } });
  });

  it('refuses a score and an account that is not there', () => {
    const earned = purchasePicture('P1', 1, 0n, { grants: [growthGrant(80n)] });
    expect(outcome([earned], placeHold('H1', 5, 1n, { asset: 'GROWTH' }))).toMatchObject({
      rejected: 'asset-not-spendable',
    });
    expect(outcome([], placeHold('H1', 5, 1n))).toMatchObject({ rejected: 'account-unknown' });
  });

  it('refuses while the account is frozen', () => {
    const { tenant, account: id, at } = placeHold('H1', 5, 1n);
    const freeze = { kind: 'freeze-account' as const, tenant, account: id, at, decision: 'F1', reason: 'suspicion' };
    expect(outcome([P1, freeze], placeHold('H1', 5, 1n))).toMatchObject({ rejected: 'account-frozen' });
    const thawed = { ...freeze, kind: 'unfreeze-account' as const, decision: 'F2' };
    expect(told([P1, freeze, thawed], placeHold('H1', 5, 1n))).toHaveLength(1);
  });

  it('ends with the first of its lots that expires, where the program lets it lapse', () => {
    const ends = purchasePicture('P1', 1, 0n, { grants: [pointsGrant(50n, { expiresAt: instant(january(7)) })] });
    const hold = placeHold('H1', 5, 60n, { expireUnderHold: 'lapse', ttlSeconds: 30 * 86_400 });
    expect(outcome([ends, P2], hold)).toMatchObject([{ data: { until: january(7), ttlSeconds: '2592000' } }]);
  });
});

describe('capture a hold', () => {
  const held = [purchasePicture('P1', 1, 200n), placeHold('H1', 5, 123n)];

  it('redeems all of it: hold 123, capture 123 (E27)', () => {
    expect(told(held, captureHold('H1', 5))).toEqual([
      'HoldCaptured on 05: 123 of P1 | held/hotel -123 redeemed/hotel 123',
    ]);
  });

  it('redeems a part and frees the rest: hold 123, capture 100 (E27)', () => {
    expect(told(held, captureHold('H1', 5, { amount: 100n }))).toEqual([
      'HoldCaptured on 05: 100 of P1 free 23 of P1 | held/hotel -123 redeemed/hotel 100 available/hotel 23',
    ]);
  });

  it('refuses more than was held, and the hold stays: hold 123, capture 124 (E27)', () => {
    expect(outcome(held, captureHold('H1', 5, { amount: 124n }))).toEqual({
      rejected: 'capture-exceeds-hold',
      facts: { hold: 'H1', held: '123' },
    });
    expect(standing(after(...held))).toEqual({ available: 77, held: 123 });
  });

  it('redeems more than was held where that is allowed and there', () => {
    expect(told(held, captureHold('H1', 5, { amount: 130n, beyondHold: true }))).toEqual([
      'HoldCaptured on 05: 130 of P1 | held/hotel -123 redeemed/hotel 130 available/hotel -7',
    ]);
    expect(outcome(held, captureHold('H1', 5, { amount: 201n, beyondHold: true }))).toMatchObject({
      rejected: 'insufficient-points',
      facts: { available: '77' },
    });
  });

  it('knows the same end again and refuses another one (E27)', () => {
    const captured = [...held, captureHold('H1', 5, { amount: 100n })];
    expect(outcome(captured, captureHold('H1', 9, { amount: 100n }))).toEqual([]);
    expect(outcome(captured, captureHold('H1', 9))).toEqual({
      rejected: 'hold-ended',
      facts: { hold: 'H1', state: 'captured' },
    });
    expect(outcome(captured, releaseHold('H1', 5))).toMatchObject({ rejected: 'hold-ended' });
  });

  it('refuses a hold that is not there, was released, or whose time was over though no job has said so', () => {
    expect(outcome(held, captureHold('H2', 5))).toEqual({ rejected: 'hold-unknown', facts: { hold: 'H2' } });
    expect(outcome([...held, releaseHold('H1', 5)], captureHold('H1', 5))).toMatchObject({ rejected: 'hold-ended' });
    expect(outcome(held, captureHold('H1', 6))).toEqual({
      rejected: 'hold-ended',
      facts: { hold: 'H1', state: 'lapsed' },
    });
  });

  it('draws ten thousand lots in one redemption and keeps them within the size of one event (L19)', () => {
    const lots = Array.from({ length: 10_000 }, (_, index) => purchasePicture(`P${index}`, 1, 100n));
    const state = lots.reduce((known, lot) => foldOf(known, lot), accountDecider.initial());
    const [placed] = accountDecider.decide(placeHold('H1', 5, 1_000_000n), state) as HoldPlaced[];
    expect(placed!.data.slices).toHaveLength(10_000);
    expect(canonicalJson(placed!.data).length).toBeLessThan(900 * 1_024);
  });
});

function foldOf(state: AccountState, command: AccountCommand): AccountState {
  return (accountDecider.decide(command, state) as AccountEvent[]).reduce(
    (known, event) => accountDecider.evolve(known, event),
    state,
  );
}

describe('release a hold', () => {
  const held = [P1, placeHold('H1', 5, 60n)];

  it('frees its slices and is quiet when it is repeated', () => {
    expect(told(held, releaseHold('H1', 5))).toEqual([
      'HoldReleased on 05: 60 of P1 | held/hotel -60 available/hotel 60',
    ]);
  });

  it('lets a slice end at once whose date has passed meanwhile', () => {
    const ends = purchasePicture('P1', 1, 0n, { grants: [pointsGrant(100n, { expiresAt: instant(january(7)) })] });
    const long = placeHold('H1', 5, 60n, { ttlSeconds: 10 * 86_400 });
    expect(told([ends, long, passTime(8)], releaseHold('H1', 9))).toEqual([
      'HoldReleased on 09: 60 of P1 | held/hotel -60 available/hotel 60',
      'LotsExpired on 09: 60 of P1 | available/hotel -60 breakage/hotel 60',
    ]);
  });
});

describe('a credential that is bound to a unit', () => {
  it('does not know the hold of another one', () => {
    const held = [P1, placeHold('H1', 5, 60n)];
    const unknown = { rejected: 'hold-unknown', facts: { hold: 'H1' } };
    expect(outcome(held, { ...releaseHold('H1', 5), boundTo: 'hotel' })).toEqual(unknown);
    expect(outcome(held, captureHold('H1', 5, { boundTo: 'hotel' }))).toEqual(unknown);
    expect(told(held, { ...releaseHold('H1', 5), boundTo: 'mall' })).toHaveLength(1);
  });
});

describe('a hold whose time is over', () => {
  it('lapses at its own instant, once, whenever that is booked', () => {
    expect(told([P1, placeHold('H1', 5, 60n)], passTime(20))).toEqual([
      'HoldLapsed on 06: 60 of P1 | held/hotel -60 available/hotel 60',
    ]);
    expect(outcome([P1, placeHold('H1', 5, 60n)], passTime(5))).toEqual([]);
  });

  it('is booked before a decision that needs what it held', () => {
    expect(told([P1, placeHold('H1', 5, 60n)], placeHold('H2', 7, 100n))).toEqual([
      'HoldLapsed on 06: 60 of P1 | held/hotel -60 available/hotel 60',
      'HoldPlaced on 07: 100 of P1 | available/hotel -100 held/hotel 100',
    ]);
  });
});
