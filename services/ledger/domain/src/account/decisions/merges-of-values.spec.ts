import { accountDecider } from '../account.decider';
import { EXAMPLE_ACCOUNT, purchasePicture } from '../account.examples';
import type { AccountState } from '../account.state';
import {
  buyPoints,
  cancelRedemption,
  captureHold,
  changeLimit,
  decideLateSettlement,
  grantLease,
  lendPoints,
  noteOverdue,
  passTime,
  placeHold,
  placeMixedHold,
  refundPrincipal,
  releaseHold,
  repayCredit,
  repayLoan,
  settleLease,
  topUp,
} from './decision.examples';
import { Pair } from './merge.spec-data';

const MARK = EXAMPLE_ACCOUNT.slice(0, 8);
const P1 = purchasePicture('P1', 1, 100n);
const P2 = purchasePicture('P2', 2, 50n);

/** What is owed, by debt. */
const owed = ({ debts }: AccountState) => Object.fromEntries([...(debts ?? [])].map(([name, one]) => [name, one.owed]));

const available = ({ books }: AccountState, asset = 'POINTS') => books.get(asset)?.available ?? 0n;

/** Lots with what is left of them, as `left of granted name`. */
function lots({ facts }: AccountState): string[] {
  return facts
    .flatMap((fact) => (fact.kind === 'accrual' ? fact.holdings : []))
    .map(({ lot, remaining, granted }) => `${remaining} of ${granted} ${lot}`)
    .sort();
}

describe('merge an account with stored value', () => {
  it('keeps what was paid and what was given on top apart, to be refunded together', () => {
    const pair = new Pair().first(topUp('G1', 2)).second(P2).merge('M1', 6);
    expect(lots(pair.b)).toEqual([
      '100 of 100 ~principal:G1.0:POINTS',
      '20 of 20 ~bonus:G1.1:POINTS',
      '50 of 50 till-1:P2:POINTS',
    ]);
    pair.second(refundPrincipal('R1', 7, 50n));
    expect(lots(pair.b).slice(0, 2)).toEqual(['10 of 20 ~bonus:G1.1:POINTS', '50 of 100 ~principal:G1.0:POINTS']);
  });

  it('renames both parts of a top-up whose name is taken, so that each gift falls with its own principal', () => {
    const pair = new Pair()
      .first(topUp('G1', 2))
      .second(topUp('G1', 1, { bonus: 0n }))
      .merge('M1', 6);
    pair.second(refundPrincipal('R1', 7, 100n));
    expect(lots(pair.b)).toContain(`20 of 20 ~bonus:G1:${MARK}.1:POINTS`);
    pair.second(refundPrincipal('R2', 8, 50n));
    expect(lots(pair.b)).toContain(`10 of 20 ~bonus:G1:${MARK}.1:POINTS`);
    pair.unmerge('M1', 9);
    expect(lots(pair.a)).toEqual(['10 of 20 ~bonus:G1.1:POINTS', '50 of 100 ~principal:G1.0:POINTS']);
  });
});

describe('merge an account with credit', () => {
  const spending = (hold: string, spent: bigint) => [placeHold(hold, 5, spent), captureHold(hold, 5)];

  it('takes the limit along and what is owed on it, under the name of its redemption', () => {
    const pair = new Pair()
      .first(changeLimit('G1', 2, 100n), ...spending('H1', 30n))
      .second(changeLimit('G1', 2, 50n), ...spending('H1', 20n))
      .merge('M1', 6);
    expect(owed(pair.b)).toEqual({ 'credit:H1': 20n, [`credit:H1:${MARK}`]: 30n });
    expect([available(pair.b), owed(pair.a)]).toEqual([100n, {}]);
    pair.unmerge('M1', 7);
    expect([owed(pair.a), available(pair.a)]).toEqual([{ 'credit:H1': 30n }, 70n]);
    expect([owed(pair.b), available(pair.b)]).toEqual([{ 'credit:H1': 20n }, 30n]);
  });

  it('parts what was spent on the credit of both when it is undone', () => {
    const pair = new Pair()
      .first(changeLimit('G1', 2, 100n))
      .second(changeLimit('G2', 2, 50n))
      .merge('M1', 5);
    pair.second(...spending('H1', 120n)).unmerge('M1', 7);
    expect([owed(pair.a), available(pair.a)]).toEqual([{ 'credit:H1': 100n }, 0n]);
    expect([owed(pair.b), available(pair.b)]).toEqual([{ 'credit:H1': 20n }, 30n]);
  });

  it('gives what was repaid since to whose debt it paid', () => {
    const pair = new Pair()
      .first(changeLimit('G1', 2, 100n), ...spending('H1', 30n))
      .second(changeLimit('G2', 2, 50n), ...spending('H2', 20n))
      .merge('M1', 6);
    pair.second(repayCredit('R1', 7, 40n)).unmerge('M1', 8);
    expect([owed(pair.a), available(pair.a)]).toEqual([{}, 100n]);
    expect([owed(pair.b), available(pair.b)]).toEqual([{ 'credit:H2': 10n }, 40n]);
  });

  it('pays what one owes of what the other had repaid beyond its own, and that stays paid', () => {
    const pair = new Pair()
      .first(changeLimit('G1', 2, 100n), ...spending('H1', 30n), repayCredit('R1', 5), cancelRedemption('H1', 'C1', 6))
      .second(changeLimit('G2', 2, 50n), ...spending('H2', 50n));
    pair.merge('M1', 7);
    expect(owed(pair.b)).toEqual({ 'credit:H2': 20n });
    pair.unmerge('M1', 8);
    expect([owed(pair.a), owed(pair.b)]).toEqual([{}, { 'credit:H2': 20n }]);
    pair.first(...spending('H3', 10n));
    expect(owed(pair.a)).toEqual({ 'credit:H3': 10n });
  });
});

describe('merge an account with a loan', () => {
  it('owes it at the survivor, whose earning repays it, and gives back what is owed still', () => {
    const pair = new Pair()
      .first(lendPoints('L1', 2, 60n))
      .second(P2, lendPoints('L1', 3, 10n))
      .merge('M1', 5);
    expect(owed(pair.b)).toEqual({ 'loan:L1': 10n, [`loan:L1:${MARK}`]: 60n });
    pair.second(purchasePicture('P3', 6, 25n));
    expect(owed(pair.b)).toEqual({ 'loan:L1': 10n, [`loan:L1:${MARK}`]: 35n });
    pair.second(repayLoan('R1', 7, `L1:${MARK}`, 5n)).unmerge('M1', 8);
    expect([owed(pair.a), owed(pair.b)]).toEqual([{ 'loan:L1': 30n }, { 'loan:L1': 10n }]);
  });

  it('says once that it is overdue, on whichever account it was said', () => {
    const pair = new Pair()
      .first(lendPoints('L1', 2, 60n), noteOverdue(20))
      .second(P2)
      .merge('M1', 21);
    expect(accountDecider.decide(noteOverdue(22), pair.b)).toEqual([]);
    pair.unmerge('M1', 23);
    expect(accountDecider.decide(noteOverdue(24), pair.a)).toEqual([]);
  });
});

describe('merge an account with an open lease', () => {
  it('lets its till settle it at the survivor, and what is late wait there and go back', () => {
    const pair = new Pair()
      .first(P1, grantLease('L1', 5, 60n))
      .second(P2)
      .merge('M1', 5);
    const settled = new Pair(pair.a, pair.b).second(settleLease('L1', 5, 40n));
    expect(settled.b.books.get('POINTS')).toMatchObject({ available: 110n, held: 0n, redeemed: 40n });

    const late = new Pair()
      .first(P1, grantLease('L1', 5, 60n))
      .second(P2, grantLease('L1', 5, 10n))
      .merge('M1', 5)
      .second(passTime(6), settleLease(`L1:${MARK}`, 7, 40n));
    expect([...late.b.late.keys()]).toEqual([`L1:${MARK}`]);
    late.unmerge('M1', 8);
    expect([late.a, late.b].map((state) => [...state.late.keys()])).toEqual([['L1'], []]);
    expect(accountDecider.decide(settleLease('L1', 9, 40n), late.a)).toEqual([]);
    late.first(decideLateSettlement('L1', 9, 'R1'));
    expect(late.a.books.get('POINTS')).toMatchObject({ available: 60n, redeemed: 40n });
  });
});

describe('merge an account with an open hold of several assets', () => {
  const MILES = buyPoints('M1', 2, 100n, { asset: 'MILES', unit: 'mall' });
  const both = [purchasePicture('P1', 1, 21n), MILES] as const;
  const mixed = { mixed: true } as const;

  it('ends it as a whole, also where its name is taken', () => {
    const pair = new Pair()
      .first(...both, placeMixedHold('H1', 5))
      .second(P2, placeHold('H1', 5, 10n))
      .merge('M1', 5);
    expect([...pair.b.open].map(({ hold }) => hold)).toEqual(['H1', `H1:${MARK}~POINTS`, `H1:${MARK}~MILES`]);
    pair.second(captureHold(`H1:${MARK}`, 5, mixed), releaseHold('H1', 5));
    expect(pair.b.open.size).toBe(0);
    pair.unmerge('M1', 6).first({ ...cancelRedemption('H1', 'C1', 7), ...mixed });
    expect([available(pair.a), available(pair.a, 'MILES')]).toEqual([21n, 100n]);
  });

  it('captures a part of it in the order and at the rates in which it was placed', () => {
    const pair = new Pair()
      .first(...both, placeMixedHold('H1', 5))
      .second(P2)
      .merge('M1', 5);
    pair.second(captureHold('H1', 5, { ...mixed, amount: 31n }));
    expect(['POINTS', 'MILES'].map((asset) => pair.b.books.get(asset)!.redeemed)).toEqual([20n, 1n]);
    expect(pair.b.open.size).toBe(0);
  });

  it('lets each side cancel its own parts of one that drew of both', () => {
    const pair = new Pair().first(...both).second(purchasePicture('P2', 2, 4n));
    pair.merge('M1', 5).second(placeMixedHold('H1', 5, { amount: 38n }), captureHold('H1', 5, mixed));
    const redeemed = ['POINTS', 'MILES'].map((asset) => pair.b.books.get(asset)!.redeemed);
    pair.unmerge('M1', 6);
    const cancel = { ...cancelRedemption('H1', 'C1', 7), ...mixed };
    pair.first(cancel).second(cancel);
    expect(redeemed.every((amount) => amount > 0n)).toBe(true);
    expect([available(pair.a), available(pair.a, 'MILES'), available(pair.b)]).toEqual([21n, 100n, 4n]);
  });
});
