import { instant } from '@tallystick/vocabulary';
import type { AccountCommand } from '../account.commands';
import { january, pointsGrant, purchasePicture } from '../account.examples';
import {
  buyPoints,
  cancelRedemption,
  captureHold,
  changeLimit,
  passTime,
  placeHold,
  placeMixedHold,
  releaseHold,
} from './decision.examples';
import type { CaptureHold } from './decision.commands';
import { after, outcome, told } from './decision.spec-data';

/** 21 POINTS, which cover 31 of the 40 MILES that are due, and 100 MILES. */
const P1 = purchasePicture('P1', 1, 21n);
const MILES = buyPoints('M1', 2, 100n, { asset: 'MILES', unit: 'mall' });
const both = [P1, MILES];
const held = [...both, placeMixedHold('H1', 5)];

const mixed = { mixed: true } as const;
const captureMixed = (more: Partial<CaptureHold> = {}) => captureHold('H1', 5, { ...mixed, ...more });
const releaseMixed = { ...releaseHold('H1', 5), ...mixed };

const available = (...commands: readonly AccountCommand[]) =>
  ['POINTS', 'MILES'].map((asset) => Number(after(...commands).books.get(asset)!.available));

describe('place a hold of several assets', () => {
  it('takes of each, in the order given, as many whole units as cover no more than what is open', () => {
    expect(outcome(both, placeMixedHold('H1', 5))).toMatchObject([
      {
        type: 'HoldPlaced',
        data: {
          hold: 'H1~POINTS',
          asset: 'POINTS',
          amount: '21',
          postings: [
            ['available', 'POINTS', 'hotel', '-21'],
            ['held', 'POINTS', 'hotel', '21'],
          ],
          mixed: { hold: 'H1', asset: 'MILES', amount: '40', assets: ['POINTS', 'MILES'] },
        },
      },
      { type: 'HoldPlaced', data: { hold: 'H1~MILES', asset: 'MILES', amount: '9' } },
    ]);
    expect(available(...both, placeMixedHold('H1', 5, { amount: 1n }))).toEqual([21, 99]);
    const { parts } = placeMixedHold('H1', 5);
    expect(available(...both, placeMixedHold('H1', 5, { parts: [...parts].reverse() }))).toEqual([21, 60]);
  });

  it('gives no unit away: where a unit is worth less than one, only those that cover a whole one are taken', () => {
    const cents = [
      { asset: 'POINTS', rate: '1/4', expireUnderHold: 'protect' as const },
      placeMixedHold('H1', 5).parts[1]!,
    ];
    expect(available(...both, placeMixedHold('H1', 5, { parts: cents }))).toEqual([1, 65]);
  });

  it('is refused where all of them cover less, and takes nothing then', () => {
    expect(outcome(both, placeMixedHold('H1', 5, { amount: 132n }))).toEqual({
      rejected: 'insufficient-points',
      facts: { asset: 'MILES', available: '131' },
    });
    expect(
      outcome(both, placeMixedHold('H1', 5, { parts: [{ ...placeMixedHold('H1', 5).parts[0]!, rate: '0' }] })),
    ).toMatchObject({ rejected: 'rate-invalid' });
  });

  it('is refused for a part that is spent elsewhere', () => {
    const [points, miles] = placeMixedHold('H1', 5).parts;
    const elsewhere = [{ ...points!, scope: { unit: 'hotel' } }, miles!];
    expect(outcome(both, placeMixedHold('H1', 5, { parts: elsewhere }))).toMatchObject({
      rejected: 'asset-out-of-scope',
    });
  });

  it('is placed once by its name, which no other hold has', () => {
    expect(outcome(held, placeMixedHold('H1', 9))).toEqual([]);
    expect(outcome(held, placeMixedHold('H1', 5, { amount: 41n }))).toMatchObject({ rejected: 'decision-conflict' });
    expect(outcome(held, placeHold('H1', 5, 1n))).toMatchObject({ rejected: 'hold-conflict' });
    expect(outcome([...both, placeHold('H1', 5, 1n)], placeMixedHold('H1', 5))).toMatchObject({
      rejected: 'hold-conflict',
    });
  });
});

describe('a hold of several assets', () => {
  it('is captured as a whole, where it was placed, once', () => {
    expect(outcome(held, captureMixed({ unit: 'park' }))).toMatchObject([
      { type: 'HoldCaptured', data: { hold: 'H1~POINTS', amount: '21', unit: 'mall' } },
      { type: 'HoldCaptured', data: { hold: 'H1~MILES', amount: '9', unit: 'mall' } },
    ]);
    expect(outcome([...held, captureMixed()], captureMixed())).toEqual([]);
    expect(outcome([...held, releaseMixed], captureMixed())).toMatchObject({ rejected: 'hold-ended' });
    expect(outcome(held, captureMixed({ boundTo: 'park' }))).toMatchObject({ rejected: 'hold-unknown' });
  });

  it('is captured in part in the order of its assets, at the rates at which it was placed; the rest is free again', () => {
    expect(told(held, captureMixed({ amount: 33n }))).toEqual([
      'HoldCaptured on 05: 21 of P1 | held/hotel -21 redeemed/hotel 21',
      'HoldCaptured on 05: 2 of M1.0 free 7 of M1.0 | held/mall -9 redeemed/mall 2 available/mall 7',
    ]);
    expect(told(held, captureMixed({ amount: 30n }))).toEqual([
      'HoldCaptured on 05: 20 of P1 free 1 of P1 | held/hotel -21 redeemed/hotel 20 available/hotel 1',
      'HoldReleased on 05: 9 of M1.0 | held/mall -9 available/mall 9',
    ]);
    // Three POINTS are worth four of the five, and one of MILES is the fifth.
    expect(available(...held, captureMixed({ amount: 5n }))).toEqual([18, 99]);
    expect(available(...held, captureMixed({ amount: 40n }))).toEqual(available(...held, captureMixed()));
  });

  it('takes a part in the order that was named, whichever asset the account had first', () => {
    const { parts } = placeMixedHold('H1', 5);
    const milesFirst = [...both, placeMixedHold('H1', 5, { amount: 130n, parts: [...parts].reverse() })];
    expect(available(...milesFirst, captureMixed({ amount: 20n }))).toEqual([21, 80]);
  });

  it('is captured in part once, and undone as far as it was captured', () => {
    for (const amount of [30n, 33n]) {
      const part = [...held, captureMixed({ amount })];
      expect(outcome(part, captureMixed({ amount }))).toEqual([]);
      expect(outcome(part, captureMixed({ amount: amount - 1n }))).toMatchObject({ rejected: 'hold-ended' });
      expect(outcome(part, captureMixed())).toMatchObject({ rejected: 'hold-ended' });
      expect(outcome(part, releaseMixed)).toMatchObject({ rejected: 'hold-ended' });
      const undone = cancelRedemption('H1', 'C1', 6, mixed);
      expect(available(...part, undone)).toEqual([21, 100]);
      expect(outcome([...part, undone], undone)).toEqual([]);
    }
  });

  it('is captured of no more than is due, and of nothing that whole units do not make', () => {
    expect(outcome(held, captureMixed({ amount: 41n }))).toEqual({
      rejected: 'capture-exceeds-hold',
      facts: { hold: 'H1', held: '40' },
    });
    const alone = [...both, placeMixedHold('H1', 5, { amount: 30n, parts: [placeMixedHold('H1', 5).parts[0]!] })];
    expect(outcome(alone, captureMixed({ amount: 5n }))).toEqual({
      rejected: 'capture-not-whole',
      facts: { hold: 'H1', amount: '5', covered: '4' },
    });
    expect(available(...alone, captureMixed({ amount: 6n }))).toEqual([17, 100]);
    expect(outcome(held, captureMixed({ amount: 5n, boundTo: 'park' }))).toMatchObject({ rejected: 'hold-unknown' });
  });

  it('is no hold of one asset, and a hold of one asset is none of several', () => {
    expect(outcome(held, captureHold('H1', 5))).toMatchObject({ rejected: 'hold-unknown' });
    expect(outcome([...both, placeHold('H1', 5, 1n)], captureMixed())).toMatchObject({ rejected: 'hold-unknown' });
  });

  it('is released, lapses and is cancelled as a whole', () => {
    expect(available(...held, releaseMixed)).toEqual([21, 100]);
    expect(told(held, passTime(6))).toHaveLength(2);
    const captured = [...held, captureMixed()];
    expect(available(...captured, cancelRedemption('H1', 'C1', 6, mixed))).toEqual([21, 100]);
    expect(
      outcome([...captured, cancelRedemption('H1', 'C1', 6, mixed)], cancelRedemption('H1', 'C1', 7, mixed)),
    ).toEqual([]);
    expect(outcome(captured, cancelRedemption('H1', 'C1', 6, { ...mixed, amount: 1n }))).toMatchObject({
      rejected: 'mixed-hold-whole',
    });
  });

  it('lives as long as the part that ends first', () => {
    const ending = purchasePicture('P1', 1, 0n, {
      grants: [pointsGrant(21n, { expiresAt: instant('2026-01-05T18:00:00.000Z') })],
    });
    const [points, miles] = placeMixedHold('H1', 5).parts;
    const parts = [{ ...points!, expireUnderHold: 'lapse' as const }, miles!];
    const events = outcome([ending, MILES], placeMixedHold('H1', 5, { parts }));
    expect(events).toMatchObject([
      { data: { until: '2026-01-05T18:00:00.000Z' } },
      { data: { until: '2026-01-05T18:00:00.000Z' } },
    ]);
    expect(
      told([ending, MILES, placeMixedHold('H1', 5, { parts })], passTime(6)).map((line) => line.slice(0, 10)),
    ).toEqual(['HoldLapsed', 'HoldLapsed', 'LotsExpire']);
  });

  it('owes the part that is credit', () => {
    const line = [P1, MILES, { ...changeLimit('C1', 2, 50n), asset: 'CREDIT' }];
    const credit = { asset: 'CREDIT', rate: '1', expireUnderHold: 'protect' as const };
    const parts = [placeMixedHold('H1', 5).parts[0]!, credit];
    const captured = captureMixed({ dueAt: instant(january(20)) });
    const { debts } = after(...line, placeMixedHold('H1', 5, { parts }), captured);
    expect([...debts!.values()]).toMatchObject([{ debt: 'credit:H1~CREDIT', asset: 'CREDIT', owed: 9n }]);
  });
});
