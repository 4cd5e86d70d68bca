import { eventsOf } from '../account.spec-data';
import { purchasePicture } from '../account.examples';
import {
  cancelRedemption,
  captureHold,
  closeAccount,
  decideLateSettlement,
  freezeAccount,
  grantLease,
  passTime,
  placeHold,
  releaseHold,
  settleLease,
} from './decision.examples';
import { after, outcome, standing, told } from './decision.spec-data';

const P1 = purchasePicture('P1', 1, 100n);
/** Ends on day 6. */
const leased = [P1, grantLease('L1', 5, 60n)];
const late = [...leased, settleLease('L1', 7, 40n)];

describe('grant a lease', () => {
  it('holds the points, once by its name and till', () => {
    expect(standing(after(...leased))).toEqual({ available: 40, held: 60 });
    expect(outcome(leased, grantLease('L1', 5, 60n))).toEqual([]);
    expect(outcome(leased, grantLease('L1', 5, 60n, { till: 'pos-8' }))).toMatchObject({ rejected: 'hold-conflict' });
    expect(outcome(leased, placeHold('L1', 5, 60n))).toMatchObject({ rejected: 'hold-conflict' });
  });

  it('returns the points when its time is over unused', () => {
    expect(standing(after(...leased, passTime(6)))).toEqual({ available: 100 });
  });
});

describe('settle a lease', () => {
  it('redeems what was spent offline and frees the rest', () => {
    expect(told(leased, settleLease('L1', 5, 40n))).toEqual([
      'HoldCaptured on 05: 40 of P1 free 20 of P1 | held/hotel -60 redeemed/hotel 40 available/hotel 20',
    ]);
  });

  it('frees all of it where nothing was spent', () => {
    expect(told(leased, settleLease('L1', 5, 0n))[0]).toContain('HoldReleased on 05: 60 of P1');
    expect(outcome([...leased, settleLease('L1', 5, 0n)], settleLease('L1', 5, 0n))).toEqual([]);
    expect(outcome([...leased, passTime(6)], settleLease('L1', 7, 0n))).toEqual([]);
  });

  it('is known again, and another sum or store is refused', () => {
    const settled = [...leased, settleLease('L1', 5, 40n)];
    expect(outcome(settled, settleLease('L1', 9, 40n))).toEqual([]);
    expect(outcome(settled, settleLease('L1', 9, 41n))).toMatchObject({ rejected: 'hold-ended' });
    expect(outcome(settled, settleLease('L1', 9, 40n, { store: 'mall-2' }))).toMatchObject({ rejected: 'hold-ended' });
  });

  it('refuses more than was leased, however late, a hold that is no lease, and another unit', () => {
    expect(outcome(leased, settleLease('L1', 5, 61n))).toMatchObject({ rejected: 'capture-exceeds-hold' });
    expect(outcome(leased, settleLease('L1', 7, 61n))).toMatchObject({ rejected: 'capture-exceeds-hold' });
    expect(outcome([P1, placeHold('H1', 5, 60n)], settleLease('H1', 5, 1n))).toMatchObject({
      rejected: 'hold-unknown',
    });
    expect(outcome(leased, settleLease('L1', 5, 1n, { boundTo: 'hotel' }))).toMatchObject({ rejected: 'hold-unknown' });
  });

  it('takes no points once the lease has ended, and waits for a decision', () => {
    expect(told(leased, settleLease('L1', 7, 40n)).map((line) => line.split(' |')[0])).toEqual([
      'HoldLapsed on 06: 60 of P1',
      'LeaseSettledLate on 07:',
    ]);
    expect(standing(after(...late))).toEqual({ available: 100 });
    expect(outcome(late, settleLease('L1', 8, 40n))).toEqual([]);
    expect(outcome(late, settleLease('L1', 8, 30n))).toMatchObject({ rejected: 'decision-conflict' });
    const released = [...leased, releaseHold('L1', 5)];
    expect(told(released, settleLease('L1', 5, 40n))).toEqual(['LeaseSettledLate on 05: | ']);
  });

  it('of a captured lease never waits', () => {
    expect(outcome([...leased, captureHold('L1', 5)], settleLease('L1', 7, 40n))).toMatchObject({
      rejected: 'hold-ended',
    });
  });
});

describe('decide a late settlement', () => {
  it('honours it by a redemption of its own, of what is there now', () => {
    expect(told(late, decideLateSettlement('L1', 8, 'R1'))).toEqual([
      'HoldPlaced on 08: 40 of P1 | available/hotel -40 held/hotel 40',
      'HoldCaptured on 08: 40 of P1 | held/hotel -40 redeemed/hotel 40',
      'LateSettlementDecided on 08: | ',
    ]);
    const honoured = [...late, decideLateSettlement('L1', 8, 'R1')];
    expect(standing(after(...honoured, cancelRedemption('R1', 'C1', 8)))).toEqual({ available: 100 });
  });

  it('refuses it without a movement', () => {
    expect(told(late, decideLateSettlement('L1', 8))).toEqual(['LateSettlementDecided on 08: | ']);
  });

  it('is decided once', () => {
    const honoured = [...late, decideLateSettlement('L1', 8, 'R1')];
    expect(outcome(honoured, decideLateSettlement('L1', 9, 'R1'))).toEqual([]);
    expect(outcome(honoured, decideLateSettlement('L1', 9, 'R2'))).toMatchObject({ rejected: 'decision-conflict' });
    expect(outcome(honoured, decideLateSettlement('L1', 9))).toMatchObject({ rejected: 'decision-conflict' });
    expect(outcome(honoured, settleLease('L1', 9, 40n))).toEqual([]);
  });

  it('cannot honour what is not there, or of an account that may not spend, and it waits on', () => {
    const spent = [...late, placeHold('H1', 7, 70n), captureHold('H1', 7)];
    expect(outcome(spent, decideLateSettlement('L1', 8, 'R1'))).toMatchObject({ rejected: 'insufficient-points' });
    expect(outcome([...late, freezeAccount('F1', 7)], decideLateSettlement('L1', 8, 'R1'))).toMatchObject({
      rejected: 'account-frozen',
    });
    const closed = [...late, closeAccount(7)];
    expect(outcome(closed, decideLateSettlement('L1', 8, 'R1'))).toMatchObject({ rejected: 'account-closed' });
    expect(told(closed, decideLateSettlement('L1', 8))).toHaveLength(1);
  });

  it('honours nothing beyond a spend cap, unless whoever decides goes beyond it, and then says which', () => {
    const capped = { ...decideLateSettlement('L1', 8, 'R1'), caps: [{ window: 'day', limit: 39n } as const] };
    expect(outcome(late, capped)).toMatchObject({
      rejected: 'cap-exceeded',
      facts: { cap: 'spend-day', limit: '39', used: '0' },
    });
    expect(eventsOf(outcome(late, { ...capped, beyondCaps: true })).at(-1)).toMatchObject({
      data: { outcome: 'honoured', redemption: 'R1', beyondCap: 'spend-day' },
    });
    const within = { ...capped, caps: [{ window: 'day', limit: 40n } as const], beyondCaps: true };
    expect(eventsOf(outcome(late, within)).at(-1)).not.toHaveProperty('data.beyondCap');
    expect(outcome(late, { ...capped, redemption: undefined })).toMatchObject([{ data: { outcome: 'refused' } }]);
  });

  it('refuses a redemption under a name that is taken, and a lease of which nothing waits', () => {
    const before = [...late, placeHold('H1', 7, 10n)];
    expect(outcome(before, decideLateSettlement('L1', 7, 'H1'))).toMatchObject({ rejected: 'hold-conflict' });
    expect(outcome(leased, decideLateSettlement('L1', 7))).toMatchObject({ rejected: 'late-settlement-unknown' });
  });
});
