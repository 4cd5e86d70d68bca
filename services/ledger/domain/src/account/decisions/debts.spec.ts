import { instant } from '@tallystick/vocabulary';
import { january, linkedReturn, pointsGrant, purchasePicture } from '../account.examples';
import type { AccountState } from '../account.state';
import {
  activateLots,
  cancelRedemption,
  captureHold,
  changeLimit,
  closeAccount,
  exchangePoints,
  lendPoints,
  noteOverdue,
  passTime,
  placeHold,
  repayCredit,
  repayLoan,
  sendPoints,
} from './decision.examples';
import { after, outcome, standing, told } from './decision.spec-data';

const P1 = purchasePicture('P1', 1, 100n);
const freeze = {
  kind: 'freeze-account',
  decision: 'F1',
  tenant: 'demo',
  account: P1.account,
  at: P1.effectiveAt,
  reason: 'x',
} as const;

/** What is owed, by debt. */
const owed = ({ debts }: AccountState) => Object.fromEntries([...(debts ?? [])].map(([name, one]) => [name, one.owed]));

describe('lend points', () => {
  it('grants a lot of the lender that is owed until its day', () => {
    expect(outcome([P1], lendPoints('L1', 5, 60n))).toMatchObject([
      {
        type: 'PointsGranted',
        data: { by: 'loan', unit: 'hotel', dueAt: january(15), slices: [['~loan:L1.0:POINTS', 'hotel', '1/50', '60']] },
      },
    ]);
    const state = after(P1, lendPoints('L1', 5, 60n));
    expect([standing(state), owed(state)]).toEqual([{ available: 160 }, { 'loan:L1': 60n }]);
  });

  it('refuses more than the limit of all that is owed, and a frozen account', () => {
    expect(outcome([lendPoints('L1', 5, 60n)], lendPoints('L2', 6, 41n))).toEqual({
      rejected: 'loan-limit-exceeded',
      facts: { asset: 'POINTS', limit: '100', owed: '60' },
    });
    expect(told([lendPoints('L1', 5, 60n)], lendPoints('L2', 6, 40n))).toHaveLength(1);
    expect(outcome([P1, freeze], lendPoints('L1', 5, 1n))).toMatchObject({ rejected: 'account-frozen' });
  });

  it('keeps what is lent with its holder', () => {
    for (const command of [sendPoints('S1', 6, 1n), exchangePoints('E1', 6, 1n)]) {
      expect(outcome([lendPoints('L1', 5, 60n)], command)).toMatchObject({ rejected: 'insufficient-points' });
    }
  });
});

describe('a loan', () => {
  const lent = [lendPoints('L1', 5, 60n), placeHold('H1', 5, 60n), captureHold('H1', 5)];

  it('is repaid first by what is earned later, to the lender, and the rest is free', () => {
    const earned = purchasePicture('P2', 8, 100n, { issuer: 'mall' });
    expect(told(lent, earned)).toEqual([
      'PointsAccrued on 08: | issuer-obligation/mall -100 available/mall 100',
      'PointsWithdrawn on 08: 60 of P2 | available/mall -60 moved/mall 60',
    ]);
    expect(outcome(lent, earned)).toMatchObject([{}, { data: { unit: 'hotel', repaid: [['loan:L1', '60']] } }]);
    expect(owed(after(...lent, earned))).toEqual({});
    expect(told([...lent, earned], purchasePicture('P3', 9, 50n))).toHaveLength(1);
  });

  it('is not repaid by what was there before, and by less where less is earned', () => {
    const state = after(P1, ...lent, purchasePicture('P2', 8, 25n));
    expect([owed(state), standing(state)]).toEqual([{ 'loan:L1': 35n }, { available: 100, redeemed: 60, moved: 25 }]);
  });

  it('is repaid by what a later picture grants more, and by pending points once they are available', () => {
    const more = { ...purchasePicture('P1', 1, 110n), revision: 1 };
    expect(owed(after(P1, ...lent, more))).toEqual({ 'loan:L1': 50n });
    const waiting = purchasePicture('P2', 8, 0n, { grants: [pointsGrant(20n, { activatesOn: 'shipped' })] });
    expect(owed(after(...lent, waiting))).toEqual({ 'loan:L1': 60n });
    expect(owed(after(...lent, waiting, activateLots('P2', 9, 'shipped')))).toEqual({ 'loan:L1': 40n });
    const maturing = purchasePicture('P2', 8, 0n, {
      grants: [pointsGrant(20n, { activatesAt: instant(january(9)) })],
    });
    expect(owed(after(...lent, maturing, passTime(9)))).toEqual({ 'loan:L1': 40n });
  });

  it('counts a repayment from the day of the loan where what repays it was earned before and came late', () => {
    expect(told(lent, P1)[2]).toContain('PointsWithdrawn on 05: 60 of P1');
  });

  it('is repaid the one that is due first first, each to its lender', () => {
    const two = [lendPoints('L1', 5, 30n), lendPoints('L2', 4, 30n, { unit: 'mall' })];
    expect(outcome(two, purchasePicture('P2', 8, 40n))).toMatchObject([
      {},
      { data: { unit: 'mall', amount: '30', repaid: [['loan:L2', '30']] } },
      { data: { unit: 'hotel', amount: '10', repaid: [['loan:L1', '10']] } },
    ]);
  });

  it('stays repaid where the purchase that repaid it comes back: what it took is a claim like any other', () => {
    const earned = purchasePicture('P2', 8, 100n);
    const returned = { ...earned, revision: 1, returns: [linkedReturn('R1', 9, 100n)] };
    const state = after(...lent, earned, returned);
    expect([owed(state), standing(state)]).toEqual([{}, { redeemed: 60, moved: 60, uncollectable: -60 }]);
  });

  it('is repaid with what is there, a part or all, once by the name of the repayment', () => {
    const before = [P1, ...lent];
    expect(owed(after(...before, repayLoan('R1', 6, 'L1', 20n)))).toEqual({ 'loan:L1': 40n });
    expect(outcome([...before, repayLoan('R1', 6, 'L1', 20n)], repayLoan('R1', 7, 'L1', 20n))).toEqual([]);
    expect(owed(after(...before, repayLoan('R1', 6, 'L1')))).toEqual({});
    expect(outcome(before, repayLoan('R1', 6, 'L1', 61n))).toEqual({
      rejected: 'repayment-exceeds-debt',
      facts: { loan: 'L1', owed: '60' },
    });
    expect(outcome(before, repayLoan('R1', 6, 'L2'))).toMatchObject({ rejected: 'repayment-exceeds-debt' });
    expect(outcome(lent, repayLoan('R1', 6, 'L1'))).toMatchObject({ rejected: 'insufficient-points' });
  });

  it('is said to be overdue once, with what is owed of it still', () => {
    const before = [...lent, purchasePicture('P2', 8, 25n)];
    expect(outcome(before, noteOverdue(14))).toEqual([]);
    expect(outcome(before, noteOverdue(15))).toMatchObject([
      { type: 'LoanOverdue', data: { debt: 'loan:L1', unit: 'hotel', amount: '35', dueAt: january(15), postings: [] } },
    ]);
    expect(outcome([...before, noteOverdue(15)], noteOverdue(16))).toEqual([]);
    expect(outcome([P1], noteOverdue(28))).toEqual([]);
  });

  it('keeps the account open until it is repaid', () => {
    expect(outcome(lent, closeAccount(6))).toMatchObject({ rejected: 'account-not-settled' });
    expect(told([P1, ...lent, repayLoan('R1', 6, 'L1')], closeAccount(6))).toHaveLength(2);
  });
});

describe('a line of credit', () => {
  const line = [changeLimit('C1', 1, 100n)];
  const spent = [...line, placeHold('H1', 5, 70n), captureHold('H1', 5, { dueAt: instant(january(15)) })];

  it('may be spent up to its limit, and what is spent is owed until its day', () => {
    expect(outcome([], changeLimit('C1', 1, 100n))).toMatchObject([{}, { data: { by: 'credit', limit: '100' } }]);
    expect(
      outcome([...line, placeHold('H1', 5, 70n)], captureHold('H1', 5, { dueAt: instant(january(15)) })),
    ).toMatchObject([{ type: 'HoldCaptured', data: { owed: { amount: '70', dueAt: january(15) } } }]);
    expect([owed(after(...spent)), standing(after(...spent))]).toEqual([
      { 'credit:H1': 70n },
      { available: 30, redeemed: 70 },
    ]);
    expect(outcome(spent, placeHold('H2', 6, 31n))).toMatchObject({ rejected: 'insufficient-points' });
  });

  it('may be spent again as far as it is repaid, what is due first first', () => {
    const more = [...spent, placeHold('H2', 6, 20n), captureHold('H2', 6, { dueAt: instant(january(16)) })];
    expect(outcome(more, repayCredit('R1', 7, 75n))).toMatchObject([
      {
        type: 'PointsGranted',
        data: {
          by: 'repayment',
          repaid: [
            ['credit:H1', '70'],
            ['credit:H2', '5'],
          ],
        },
      },
    ]);
    const state = after(...more, repayCredit('R1', 7, 75n));
    expect([owed(state), state.books.get('POINTS')!.available]).toEqual([{ 'credit:H2': 15n }, 85n]);
    expect(owed(after(...more, repayCredit('R1', 7)))).toEqual({});
  });

  it('is repaid once by the name of the repayment, and never more than is owed', () => {
    expect(outcome([...spent, repayCredit('R1', 7, 20n)], repayCredit('R1', 8, 20n))).toEqual([]);
    expect(outcome([...spent, repayCredit('R1', 7)], repayCredit('R1', 8))).toEqual([]);
    expect(outcome(spent, repayCredit('R1', 7, 71n))).toEqual({
      rejected: 'repayment-exceeds-debt',
      facts: { asset: 'POINTS', owed: '70' },
    });
    expect(outcome(line, repayCredit('R1', 7))).toMatchObject({ rejected: 'repayment-exceeds-debt' });
    expect(outcome([], repayCredit('R1', 7))).toMatchObject({ rejected: 'account-unknown' });
  });

  it('owes less by a redemption that is cancelled: its own debt first, and nothing is owed for what was repaid before', () => {
    expect(outcome(spent, cancelRedemption('H1', 'X1', 6, { amount: 30n }))).toMatchObject([
      { data: { repaid: [['credit:H1', '30']] } },
    ]);
    const repaid = [...spent, repayCredit('R1', 6), cancelRedemption('H1', 'X1', 7)];
    const again = [...repaid, placeHold('H2', 8, 90n), captureHold('H2', 8)];
    expect(owed(after(...repaid))).toEqual({});
    expect(after(...repaid).books.get('POINTS')!.available).toBe(170n);
    expect(owed(after(...again))).toEqual({ 'credit:H2': 20n });
  });

  it('pays with a cancellation its own debt before one that is due earlier', () => {
    const earlier = [placeHold('H2', 6, 20n), captureHold('H2', 6, { dueAt: instant(january(10)) })];
    expect(outcome([...spent, ...earlier], cancelRedemption('H1', 'X1', 7, { amount: 30n }))).toMatchObject([
      { data: { repaid: [['credit:H1', '30']] } },
    ]);
  });

  it('is lowered by what is neither spent nor held, and says the limit', () => {
    expect(outcome(spent, changeLimit('C2', 6, -30n))).toMatchObject([{ data: { by: 'limit', limit: '70' } }]);
    expect(outcome(spent, changeLimit('C2', 6, -31n))).toMatchObject({ rejected: 'insufficient-points' });
    expect(outcome([...spent, changeLimit('C2', 6, -30n)], changeLimit('C2', 7, -30n))).toEqual([]);
    expect(outcome([...spent, changeLimit('C2', 6, -30n)], changeLimit('C3', 7, 10n))).toMatchObject([
      { data: { limit: '80' } },
    ]);
    expect(outcome([], changeLimit('C1', 1, -1n))).toMatchObject({ rejected: 'account-unknown' });
  });

  it('is said to be overdue once a debt', () => {
    expect(outcome(spent, noteOverdue(15))).toMatchObject([
      { type: 'CreditOverdue', data: { debt: 'credit:H1', unit: 'mall', amount: '70' } },
    ]);
    expect(outcome([...spent, repayCredit('R1', 14)], noteOverdue(15))).toEqual([]);
  });

  it('keeps the account open while it is granted', () => {
    expect(outcome(line, closeAccount(6))).toMatchObject({ rejected: 'account-not-settled' });
    expect(told([...line, changeLimit('C2', 6, -100n)], closeAccount(6))).toHaveLength(1);
  });
});
