import { instant } from '@tallystick/vocabulary';
import type { ApplyEvaluation } from '../account.commands';
import { january, linkedReturn, pointsGrant, purchasePicture, unlinkedReturn } from '../account.examples';
import type { Clawback } from '../account.state';
import {
  activateLots,
  adjustPoints,
  captureHold,
  extendExpiry,
  passTime,
  placeHold,
  receivePoints,
  releaseHold,
  sendPoints,
} from './decision.examples';
import type { LateLot } from './decision.events';
import { after, outcome, standing, told } from './decision.spec-data';

const P1 = purchasePicture('P1', 1, 100n);

/** The purchase with `amount` of it returned on a day. */
function returned(purchase: ApplyEvaluation, day: number, amount: bigint, clawback?: Clawback): ApplyEvaluation {
  const linked = linkedReturn('R1', day, amount);
  const amounts = linked.amounts.map((asked) => ({ ...asked, clawback }));
  return { ...purchase, revision: purchase.revision + 1, returns: [{ ...linked, amounts }] };
}

const spent = (hold: string, day: number, amount: bigint) => [placeHold(hold, day, amount), captureHold(hold, day)];

describe('reverse what was spent', () => {
  const before = [P1, ...spent('H1', 5, 80n), purchasePicture('P2', 6, 50n, { issuer: 'mall' })];

  it('takes what is left of its lot, then other lots, and no more: within_balance', () => {
    expect(standing(after(...before, returned(P1, 7, 100n)))).toEqual({ redeemed: 80, uncollectable: -30 });
  });

  it('takes no other lot: same_lot', () => {
    expect(standing(after(...before, returned(P1, 7, 100n, 'same_lot')))).toEqual({
      available: 50,
      redeemed: 80,
      uncollectable: -80,
    });
  });

  it('takes nothing that is active: only_pending', () => {
    expect(standing(after(...before, returned(P1, 7, 100n, 'only_pending')))).toEqual({
      available: 70,
      redeemed: 80,
      uncollectable: -100,
    });
  });

  it('takes what is pending: only_pending', () => {
    const grants = [pointsGrant(100n, { activatesAt: instant(january(20)) })];
    const waiting = purchasePicture('P1', 1, 0n, { grants });
    expect(standing(after(waiting, returned(waiting, 7, 40n, 'only_pending')))).toEqual({ pending: 60 });
  });

  it('leaves a deficit that the next accrual repays first, and refuses to spend meanwhile: unlimited', () => {
    const owing = [...before, returned(P1, 7, 100n, 'unlimited')];
    expect(standing(after(...owing))).toEqual({ redeemed: 80, deficit: -30 });
    expect(outcome([...owing], placeHold('H2', 8, 1n))).toEqual({
      rejected: 'deficit-outstanding',
      facts: { asset: 'POINTS', deficit: '30' },
    });
    const repaid = purchasePicture('P3', 9, 40n);
    expect(told(owing, repaid)).toEqual([
      'PointsAccrued on 09: | issuer-obligation/hotel -40 available/hotel 40',
      'ReversalRecalculated on 07: | available/hotel -30 deficit/hotel 30',
    ]);
    expect(standing(after(...owing, repaid))).toEqual({ available: 10, redeemed: 80 });
  });

  it('leaves a deficit up to the floor, and the rest is uncollectable: floor:20', () => {
    expect(standing(after(...before, returned(P1, 7, 100n, 'floor:20')))).toEqual({
      redeemed: 80,
      deficit: -20,
      uncollectable: -10,
    });
  });

  it('repays a deficit out of a credit and out of a transfer too', () => {
    const owing = [...before, returned(P1, 7, 100n, 'unlimited')];
    expect(standing(after(...owing, adjustPoints('A1', 9, 10n)))).toMatchObject({ deficit: -20 });
    expect(standing(after(...owing, receivePoints('T1', 9)))).toMatchObject({ available: 20 });
  });

  it('takes anew by the policy of a later picture', () => {
    const first = returned(P1, 7, 100n, 'same_lot');
    const later = returned({ ...P1, revision: 2 }, 7, 100n, 'unlimited');
    expect(standing(after(...before, first, later))).toEqual({ redeemed: 80, deficit: -30 });
  });
});

describe('reverse what is held', () => {
  const held = [P1, purchasePicture('P2', 2, 50n), placeHold('H1', 5, 100n, { ttlSeconds: 9 * 86_400 })];
  const waiting = [...held, returned(P1, 7, 60n)];

  it('takes nothing for it while the hold is open', () => {
    expect(standing(after(...waiting))).toEqual({ available: 50, held: 100 });
  });

  it('takes it out of what the hold frees', () => {
    expect(standing(after(...waiting, releaseHold('H1', 8)))).toEqual({ available: 90 });
    expect(standing(after(...waiting, passTime(20)))).toEqual({ available: 90 });
  });

  it('takes other lots for it once the hold is captured', () => {
    expect(standing(after(...waiting, captureHold('H1', 8)))).toEqual({ redeemed: 100, uncollectable: -10 });
  });
});

describe('reverse what has expired', () => {
  const grants = [pointsGrant(100n, { expiresAt: instant(january(6)) })];
  const ends = purchasePicture('P1', 1, 0n, { grants });
  const before = [ends, ...spent('H1', 5, 40n), passTime(6), purchasePicture('P2', 7, 50n)];

  it('takes it out of breakage, and nothing else for it', () => {
    expect(standing(after(...before, returned(ends, 8, 60n)))).toEqual({ available: 50, redeemed: 40 });
  });

  it('takes the spent part beyond it out of other lots', () => {
    expect(standing(after(...before, returned(ends, 8, 100n)))).toEqual({ available: 10, redeemed: 40 });
  });

  it('gives it back to breakage when the return asks less', () => {
    const less = { ...returned(ends, 8, 60n), revision: 2, returns: [linkedReturn('R1', 8, 20n)] };
    expect(standing(after(...before, returned(ends, 8, 60n), less))).toEqual({
      available: 50,
      redeemed: 40,
      breakage: 40,
    });
  });
});

describe('a picture that grants less than was used', () => {
  it('keeps what was used in the lot and asks the rest back from what there was at its time', () => {
    const before = [P1, purchasePicture('P2', 1, 50n), ...spent('H1', 5, 80n), purchasePicture('P3', 6, 70n)];
    const less = { ...purchasePicture('P1', 1, 20n), revision: 1 };
    expect(standing(after(...before, less))).toEqual({ available: 70, redeemed: 80, uncollectable: -10 });
    expect(outcome(before, less)).toMatchObject([
      { type: 'AccrualAmended', data: { grants: [{ amount: '20', kept: '60' }] } },
      { type: 'PointsReversed', data: { reversal: { id: 'P1' }, items: [{ asked: '60', taken: '50' }] } },
    ]);
  });

  it('lets go of it when a later picture grants it after all', () => {
    const before = [P1, ...spent('H1', 5, 80n), { ...purchasePicture('P1', 1, 30n), revision: 1 }];
    expect(standing(after(...before))).toEqual({ redeemed: 80, uncollectable: -50 });
    expect(standing(after(...before, { ...P1, revision: 2 }))).toEqual({ available: 20, redeemed: 80 });
  });

  it('lets go of what waits for the end of a hold when a later picture grants it after all', () => {
    const before = [P1, placeHold('H1', 5, 100n), { ...purchasePicture('P1', 1, 40n), revision: 1 }];
    expect(standing(after(...before, captureHold('H1', 5)))).toEqual({ redeemed: 100, uncollectable: -60 });
    expect(standing(after(...before, { ...P1, revision: 2 }, captureHold('H1', 5)))).toEqual({ redeemed: 100 });
  });

  it('leaves to a lot what was decided on it, though nothing is granted of it for a while (L13)', () => {
    const again = (picture: ApplyEvaluation): ApplyEvaluation[] => [
      { ...picture, grants: [], revision: 1 },
      { ...picture, revision: 2 },
    ];
    const waiting = purchasePicture('P1', 1, 0n, { grants: [pointsGrant(20n, { activatesOn: 'shipped' })] });
    expect(standing(after(waiting, ...again(waiting)))).toEqual({ pending: 20 });
    expect(standing(after(waiting, activateLots('P1', 2, 'shipped'), ...again(waiting)))).toEqual({ available: 20 });
    const ends = purchasePicture('P1', 1, 0n, { grants: [pointsGrant(20n, { expiresAt: instant(january(6)) })] });
    const later = [ends, extendExpiry('X1', 2, 20), ...again(ends)];
    expect(standing(after(...later, passTime(10)))).toEqual({ available: 20 });
    expect(standing(after(...later, passTime(20)))).toEqual({ breakage: 20 });
  });

  it('keeps issuer and cost of a lot that was drawn', () => {
    const other = { ...purchasePicture('P1', 1, 100n, { issuer: 'mall' }), revision: 1 };
    expect(after(P1, ...spent('H1', 5, 80n), other).accruals.get('till-1:P1')).toMatchObject({ issuer: 'hotel' });
  });
});

describe('facts and decisions', () => {
  it('never draws again what a decision drew, and names the late lot (E53)', () => {
    const grants = [pointsGrant(100n, { expiresAt: instant(january(25)) })];
    const january2 = purchasePicture('P1', 2, 0n, { grants });
    const before = [purchasePicture('P2', 3, 100n, { issuer: 'mall' }), placeHold('H1', 5, 100n), captureHold('H1', 5)];
    expect(outcome(before, january2)).toMatchObject([
      { type: 'PointsAccrued' },
      { type: 'LateLot', data: { lot: 'till-1:P1:POINTS', decisions: ['H1'] } },
    ]);
    expect(standing(after(...before, january2))).toEqual({ available: 100, redeemed: 100 });
    expect(standing(after(...before, january2, passTime(25)))).toEqual({ redeemed: 100, breakage: 100 });
  });

  it('names the first twenty decisions of a late lot and says how many more there are', () => {
    const late = purchasePicture('P1', 2, 0n, { grants: [pointsGrant(100n, { expiresAt: instant(january(25)) })] });
    const holds = Array.from({ length: 23 }, (_, index) => placeHold(`H${index}`, 5, 1n));
    const [, said] = outcome([purchasePicture('P2', 3, 100n), ...holds], late) as LateLot[];
    expect(said!.data.decisions).toEqual(Array.from({ length: 20 }, (_, index) => `H${index}`));
    expect(said!.data.others).toBe('3');
  });

  it('names no lot that would have been drawn after it, or counts from later', () => {
    const before = [purchasePicture('P2', 3, 100n), ...spent('H1', 5, 100n)];
    expect(told(before, purchasePicture('P1', 4, 10n))).toHaveLength(1);
    expect(told(before, purchasePicture('P1', 6, 10n))).toHaveLength(1);
  });

  it('recalculates a clamped reversal when a late fact is placed before it, around what was spent since', () => {
    const before = [P1, unlinkedReturn('U1', 4, 130n), purchasePicture('P3', 5, 40n), ...spent('H1', 6, 40n)];
    expect(standing(after(...before))).toEqual({ redeemed: 40, uncollectable: -30 });
    expect(standing(after(...before, purchasePicture('P2', 2, 50n)))).toEqual({ available: 20, redeemed: 40 });
  });
});

describe('send and receive points', () => {
  it('takes slices in draw order and says what each lot is', () => {
    const grants = [pointsGrant(30n, { expiresAt: instant(january(20)), priority: -1 })];
    const before = [P1, purchasePicture('P2', 2, 0n, { issuer: 'mall', grants })];
    expect(outcome(before, sendPoints('T1', 5, 50n))).toMatchObject([
      {
        type: 'PointsSent',
        data: {
          toHolder: 'm-2',
          slices: [
            ['till-1:P2:POINTS', 'mall', '1/100', '30'],
            ['till-1:P1:POINTS', 'hotel', '1/100', '20'],
          ],
          lots: [{ priority: '-1', activatedAt: january(2), expiresAt: january(20) }, { activatedAt: january(1) }],
          postings: [
            ['available', 'POINTS', 'mall', '-30'],
            ['moved', 'POINTS', 'mall', '30'],
            ['available', 'POINTS', 'hotel', '-20'],
            ['moved', 'POINTS', 'hotel', '20'],
          ],
        },
      },
    ]);
  });

  it('opens the receiving account, whose lots keep issuer, cost and expiry', () => {
    expect(outcome([], receivePoints('T1', 5))).toMatchObject([
      { type: 'AccountOpened' },
      {
        type: 'PointsReceived',
        data: {
          slices: [['~transfer:T1.0:POINTS', 'mall', '1/200', '50']],
          postings: [
            ['moved', 'POINTS', 'mall', '-50'],
            ['available', 'POINTS', 'mall', '50'],
          ],
        },
      },
    ]);
    expect(told([receivePoints('T1', 5)], passTime(20))[0]).toContain('LotsExpired on 20: 50 of T1.0');
  });

  it('is received once, and refuses itself and what is not there', () => {
    expect(outcome([receivePoints('T1', 5)], receivePoints('T1', 9))).toEqual([]);
    expect(outcome([P1], sendPoints('T1', 5, 1n, 'm-1'))).toMatchObject({ rejected: 'transfer-to-itself' });
    expect(outcome([P1], sendPoints('T1', 5, 101n))).toMatchObject({ rejected: 'insufficient-points' });
  });
});
