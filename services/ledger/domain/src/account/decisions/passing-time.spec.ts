import { instant } from '@tallystick/vocabulary';
import type { AccountCommand, GrantedAmount } from '../account.commands';
import { accountDecider } from '../account.decider';
import type { AccountEvent } from '../account.events';
import { january, linkedReturn, pointsGrant, purchasePicture } from '../account.examples';
import type { AccountState } from '../account.state';
import {
  activateLots,
  adjustPoints,
  cancelRedemption,
  captureHold,
  closeAccount,
  extendExpiry,
  importPoints,
  passTime,
  placeHold,
} from './decision.examples';
import type { LotsExpired } from './decision.events';
import { after, outcome, standing, told } from './decision.spec-data';
import { MOST_SLICES } from './spendable';

function granting(id: string, day: number, amount: bigint, more: Partial<GrantedAmount>) {
  return purchasePicture(id, day, 0n, { grants: [pointsGrant(amount, more)] });
}

const ending = (day: number) => ({ expiresAt: instant(january(day)) });

describe('time passes over lots', () => {
  it('lets what is left of a lot end at its date: D1 +100 until D31, D15 +50, D20 −80 leaves 20 to expire (E5)', () => {
    const before = [granting('P1', 1, 100n, ending(31)), purchasePicture('P2', 15, 50n)];
    const spent = [...before, placeHold('H1', 20, 80n), captureHold('H1', 20)];
    expect(told(spent, passTime(31))).toEqual(['LotsExpired on 31: 20 of P1 | available/hotel -20 breakage/hotel 20']);
    expect(standing(after(...spent, passTime(31)))).toEqual({ available: 50, redeemed: 80, breakage: 20 });
  });

  it('draws the oldest first where nothing expires: +100, +150, redeem 120 takes 100 and 20 (E6)', () => {
    const before = [purchasePicture('P1', 1, 100n), purchasePicture('P2', 5, 150n)];
    expect(told(before, placeHold('H1', 10, 120n))[0]).toContain('100 of P1, 20 of P2');
  });

  it('books the end at the instant at which it was, however late the job runs (E7)', () => {
    const before = [granting('P1', 1, 100n, ending(10)), placeHold('H1', 5, 30n), captureHold('H1', 5)];
    expect(told(before, passTime(12))).toEqual(['LotsExpired on 10: 70 of P1 | available/hotel -70 breakage/hotel 70']);
  });

  it('books the end of a lot once, whichever day asks again', () => {
    const before = [granting('P1', 1, 100n, ending(10)), passTime(10)];
    expect(outcome(before, passTime(10))).toEqual([]);
    expect(outcome(before, passTime(11))).toEqual([]);
  });

  it('books nothing of a day that is told again after a part came back later: that ends when it came back', () => {
    const before = [
      granting('P1', 1, 100n, ending(10)),
      placeHold('H1', 9, 60n, { ttlSeconds: 6 * 86_400 }),
      passTime(12),
      placeHold('H2', 20, 1n),
    ];
    const lapsed = [...before.slice(0, 3), purchasePicture('P2', 2, 50n), ...before.slice(3)];
    expect(outcome(lapsed, passTime(12))).toEqual([]);
    expect(told(lapsed, passTime(20))).toEqual(['LotsExpired on 15: 60 of P1 | available/hotel -60 breakage/hotel 60']);
  });

  it('books no more lots at once than one event may say, and the rest the next time', () => {
    const lots = Array.from({ length: MOST_SLICES + 1 }, (_, index) => granting(`P${index}`, 1, 1n, ending(10)));
    const state = lots.reduce(foldOf, accountDecider.initial());
    const [first] = accountDecider.decide(passTime(10), state) as [LotsExpired];
    expect(first.data.slices).toHaveLength(MOST_SLICES);
    const [rest] = accountDecider.decide(passTime(10), accountDecider.evolve(state, first)) as [LotsExpired];
    expect(rest.data.slices).toHaveLength(1);
  });

  it('makes no more lots available, and gives up no more of a closed account, at once, and the rest the next time', () => {
    const waiting = Array.from({ length: MOST_SLICES + 2 }, (_, index) => {
      return granting(`P${index}`, 1, 1n, { activatesAt: instant(january(3)) });
    });
    const state = waiting.reduce(foldOf, accountDecider.initial());
    const lengths: number[] = [];
    for (const command of [passTime(3), passTime(3), closeAccount(4), passTime(4), passTime(4)]) {
      const events = accountDecider.decide(command, state) as AccountEvent[];
      for (const { data } of events) if ('slices' in data) lengths.push(data.slices.length);
      events.reduce(accountDecider.evolve, state);
    }
    expect(lengths).toEqual([MOST_SLICES, 2, MOST_SLICES, 2]);
    expect(state.books.get('POINTS')).toMatchObject({ pending: 0n, available: 0n, breakage: BigInt(MOST_SLICES + 2) });
  });

  it('never lets a held slice end: it lives as long as its hold', () => {
    const before = [granting('P1', 1, 100n, ending(10)), placeHold('H1', 9, 60n, { ttlSeconds: 3 * 86_400 })];
    expect(told(before, passTime(11))).toEqual(['LotsExpired on 10: 40 of P1 | available/hotel -40 breakage/hotel 40']);
    expect(told([...before, passTime(11)], passTime(13))).toEqual([
      'HoldLapsed on 12: 60 of P1 | held/hotel -60 available/hotel 60',
      'LotsExpired on 12: 60 of P1 | available/hotel -60 breakage/hotel 60',
    ]);
  });

  it('lets a lot that comes past its date end when it comes, never before it was here', () => {
    expect(told([importPoints('I1', 25)], passTime(26))).toEqual([
      expect.stringMatching(/^LotsExpired on 25: 50 of .* available\/mall -50 breakage\/mall 50$/),
    ]);
  });

  it('lets what a late purchase grants end at its date too', () => {
    expect(told([passed(), granting('P1', 1, 100n, ending(3))], passTime(20))).toEqual([
      'LotsExpired on 03: 100 of P1 | available/hotel -100 breakage/hotel 100',
    ]);
  });
});

function foldOf(state: AccountState, command: AccountCommand): AccountState {
  return (accountDecider.decide(command, state) as AccountEvent[]).reduce(accountDecider.evolve, state);
}

function passed() {
  return purchasePicture('P0', 1, 0n);
}

describe('a grant that waits', () => {
  const waiting = granting('P1', 1, 100n, { activatesAt: instant(january(8)) });

  it('is pending until its instant, and not spendable', () => {
    expect(standing(after(waiting))).toEqual({ pending: 100 });
    expect(outcome([waiting], placeHold('H1', 7, 1n))).toMatchObject({ rejected: 'insufficient-points' });
    expect(told([waiting], passTime(9))).toEqual([
      'PointsActivated on 08: 100 of P1 | pending/hotel -100 available/hotel 100',
    ]);
  });

  it('is active for a decision of that instant though no job has booked it', () => {
    expect(told([waiting], placeHold('H1', 8, 100n))).toEqual([
      'PointsActivated on 08: 100 of P1 | pending/hotel -100 available/hotel 100',
      'HoldPlaced on 08: 100 of P1 | available/hotel -100 held/hotel 100',
    ]);
  });

  it('waits for its event, and for no other', () => {
    const shipped = granting('P1', 1, 100n, { activatesOn: 'shipped' });
    expect(outcome([shipped], activateLots('P1', 5, 'return-window-shut'))).toEqual([]);
    expect(told([shipped], activateLots('P1', 5, 'shipped'))).toEqual([
      'PointsActivated on 05: 100 of P1 | pending/hotel -100 available/hotel 100',
    ]);
    expect(outcome([shipped, activateLots('P1', 5, 'shipped')], activateLots('P1', 6, 'shipped'))).toEqual([]);
  });

  it('is taken back first out of what is pending', () => {
    const returned = { ...waiting, revision: 1, returns: [linkedReturn('R1', 3, 30n)] };
    expect(standing(after(waiting, returned))).toEqual({ pending: 70 });
    expect(told([waiting, returned], passTime(8))).toEqual([
      'PointsActivated on 08: 70 of P1 | pending/hotel -70 available/hotel 70',
    ]);
  });

  it('gives back to where the lot is now, when a return of its pending time asks less later', () => {
    const returned = { ...waiting, revision: 1, returns: [linkedReturn('R1', 3, 30n)] };
    const asksLess = { ...waiting, revision: 2, returns: [linkedReturn('R1', 3, 10n)] };
    expect(standing(after(waiting, returned, passTime(8), asksLess))).toEqual({ available: 90 });
  });

  it('is edited while it is pending, and cancelled by a picture that grants nothing', () => {
    const edited = { ...granting('P1', 1, 60n, { activatesAt: instant(january(9)) }), revision: 1 };
    expect(told([waiting], edited)).toEqual(['AccrualAmended on 01: | issuer-obligation/hotel 40 pending/hotel -40']);
    expect(outcome([waiting, edited], passTime(8))).toEqual([]);
    expect(standing(after(waiting, { ...purchasePicture('P1', 1, 0n), revision: 1 }))).toEqual({});
  });
});

describe('extend an expiry', () => {
  const before = [granting('P1', 1, 100n, ending(10)), granting('P2', 2, 50n, ending(25))];

  it('moves the date of every lot that would end earlier, and says from what to what', () => {
    expect(outcome(before, extendExpiry('X1', 5, 20))).toMatchObject([
      { type: 'ExpiryExtended', data: { lots: [['till-1:P1:POINTS', january(10), january(20)]] } },
    ]);
    expect(outcome([...before, extendExpiry('X1', 5, 20)], passTime(15))).toEqual([]);
    expect(told([...before, extendExpiry('X1', 5, 20)], passTime(20))[0]).toContain('LotsExpired on 20: 100 of P1');
  });

  it('keeps the date through a later picture of the purchase', () => {
    const amended = { ...granting('P1', 1, 120n, ending(10)), revision: 1 };
    expect(told([...before, extendExpiry('X1', 5, 20), amended], passTime(21))[0]).toContain('on 20: 120 of P1');
  });

  it('refuses a lot that has ended, and what would change nothing', () => {
    const lots = ['till-1:P1:POINTS'];
    expect(outcome(before, extendExpiry('X1', 11, 20, { lots }))).toMatchObject({ rejected: 'lot-expired' });
    expect(outcome(before, extendExpiry('X1', 5, 10, { lots }))).toMatchObject({ rejected: 'nothing-to-extend' });
  });

  it('is carried out once by its name', () => {
    const again = extendExpiry('X1', 9, 22, { reason: 'another' });
    expect(outcome([...before, extendExpiry('X1', 5, 20)], again)).toMatchObject({ rejected: 'decision-conflict' });
  });
});

describe('cancel a redemption', () => {
  const before = [granting('P1', 1, 100n, ending(10)), purchasePicture('P2', 2, 50n, { issuer: 'mall' })];
  const redeemed = [...before, placeHold('H1', 5, 130n), captureHold('H1', 5)];

  it('puts slices back in reverse order of drawing, into the same lots', () => {
    expect(told(redeemed, cancelRedemption('H1', 'C1', 6, { amount: 40n }))).toEqual([
      'RedemptionCancelled on 06: 30 of P2, 10 of P1 | redeemed/mall -30 available/mall 30 redeemed/hotel -10 available/hotel 10',
    ]);
    expect(
      told([...redeemed, cancelRedemption('H1', 'C1', 6, { amount: 40n })], cancelRedemption('H1', 'C2', 6)),
    ).toEqual(['RedemptionCancelled on 06: 90 of P1 | redeemed/hotel -90 available/hotel 90']);
  });

  it('lets a slice end at once whose date has passed, where there is no grace', () => {
    expect(told([...redeemed, passTime(10)], cancelRedemption('H1', 'C1', 12))).toEqual([
      'RedemptionCancelled on 12: 30 of P2, 100 of P1 | redeemed/mall -30 available/mall 30 redeemed/hotel -100 available/hotel 100',
      'LotsExpired on 12: 100 of P1 | available/hotel -100 breakage/hotel 100',
    ]);
  });

  it('lets it live again for the days of grace', () => {
    const graced = cancelRedemption('H1', 'C1', 12, { graceUntil: instant(january(19)) });
    expect(standing(after(...redeemed, passTime(10), graced))).toEqual({ available: 150 });
    expect(told([...redeemed, passTime(10), graced], passTime(20))).toEqual([
      'LotsExpired on 19: 100 of P1 | available/hotel -100 breakage/hotel 100',
    ]);
  });

  it('refuses more than is left of it, a hold that was not captured, and another content under its name', () => {
    expect(outcome(redeemed, cancelRedemption('H1', 'C1', 6, { amount: 131n }))).toEqual({
      rejected: 'cancel-exceeds-redemption',
      facts: { hold: 'H1', left: '130' },
    });
    expect(outcome([...before, placeHold('H1', 5, 130n)], cancelRedemption('H1', 'C1', 5))).toMatchObject({
      rejected: 'hold-not-captured',
    });
    const cancelled = [...redeemed, cancelRedemption('H1', 'C1', 6, { amount: 40n })];
    expect(outcome(cancelled, cancelRedemption('H1', 'C1', 6, { amount: 41n }))).toMatchObject({
      rejected: 'decision-conflict',
    });
  });

  it('settles first what a lot still owes from the return of its order (E51)', () => {
    const [earned, spent] = [purchasePicture('P1', 1, 100n), [placeHold('H1', 5, 100n), captureHold('H1', 5)]];
    const returned = { ...earned, revision: 1, returns: [linkedReturn('R1', 6, 100n)] };
    expect(standing(after(earned, ...spent, returned))).toEqual({ redeemed: 100, uncollectable: -100 });
    expect(standing(after(earned, ...spent, returned, cancelRedemption('H1', 'C1', 7)))).toEqual({});
  });
});

describe('adjust points', () => {
  it('credits a lot of its own whose cost the named unit bears', () => {
    expect(told([passed()], adjustPoints('A1', 5, 40n))).toEqual([
      'PointsCredited on 05: | adjustment/hotel -40 available/hotel 40',
    ]);
    expect(told([passed(), adjustPoints('A1', 5, 40n)], placeHold('H1', 6, 40n))[0]).toContain('40 of A1');
  });

  it('debits in draw order and refuses what is not there', () => {
    const before = [purchasePicture('P1', 1, 100n)];
    expect(told(before, adjustPoints('A1', 5, -30n))).toEqual([
      'PointsDebited on 05: 30 of P1 | available/hotel -30 adjustment/hotel 30',
    ]);
    expect(outcome(before, adjustPoints('A1', 5, -101n))).toMatchObject({ rejected: 'insufficient-points' });
  });

  it('is carried out once by its name', () => {
    const before = [passed(), adjustPoints('A1', 5, 40n)];
    expect(outcome(before, adjustPoints('A1', 9, 40n))).toEqual([]);
    expect(outcome(before, adjustPoints('A1', 5, 41n))).toMatchObject({ rejected: 'decision-conflict' });
  });
});
