import { accountId, fold, isRejection } from '@tallystick/decider';
import { instant } from '@tallystick/vocabulary';
import type { AccountCommand } from '../account.commands';
import { accountDecider } from '../account.decider';
import type { AccountEvent } from '../account.events';
import {
  EXAMPLE_ACCOUNT,
  growthGrant,
  january,
  linkedReturn,
  pointsGrant,
  purchasePicture,
  unlinkedReturn,
} from '../account.examples';
import type { AccountState } from '../account.state';
import {
  adjustPoints,
  cancelRedemption,
  captureHold,
  closeAccount,
  extendExpiry,
  passTime,
  placeHold,
  receivePoints,
  releaseHold,
  sendPoints,
} from './decision.examples';
import { Pair } from './merge.spec-data';
import { faultOfMerging } from './merges';

const other = accountId('demo', 'main', 'm-2');
const P1 = purchasePicture('P1', 1, 100n);
const P2 = purchasePicture('P2', 2, 50n, { issuer: 'mall' });

/** Lots with what is left of them, as `left of granted name`. */
function lots({ facts }: AccountState): string[] {
  return facts.flatMap((fact) =>
    fact.kind === 'accrual'
      ? fact.holdings.map(({ lot, asset, remaining, granted }) => `${remaining} of ${granted} ${lot ?? asset}`)
      : [],
  );
}

function available(state: AccountState, asset = 'POINTS'): bigint {
  return state.books.get(asset)?.available ?? 0n;
}

describe('merge an account into another', () => {
  it('gives every lot away as it is: name, issuer, cost, expiry, what is pending and what is left', () => {
    const pending = purchasePicture('P3', 3, 0n, { grants: [pointsGrant(20n, { activatesOn: 'shipped' })] });
    const dated = purchasePicture('P4', 4, 0n, { grants: [pointsGrant(30n, { expiresAt: instant(january(20)) })] });
    const pair = new Pair()
      .first(P1, pending, dated, placeHold('H1', 5, 20n), captureHold('H1', 5), extendExpiry('X1', 5, 25))
      .second(P2);
    const before = pair.a.facts.flatMap((fact) => (fact.kind === 'accrual' ? fact.holdings : []));
    pair.merge('M1', 6);
    const ids = new Set(['P1', 'P3', 'P4']);
    const after = pair.b.facts.flatMap((fact) => (fact.kind === 'accrual' && ids.has(fact.id) ? fact.holdings : []));
    expect(after).toEqual(before);
    expect(lots(pair.b)).toEqual([
      '100 of 100 till-1:P1:POINTS',
      '50 of 50 till-1:P2:POINTS',
      '20 of 20 till-1:P3:POINTS',
      '10 of 30 till-1:P4:POINTS',
    ]);
  });

  it('leaves nothing in the account, and each book of both together as it was', () => {
    const pair = new Pair()
      .first(P1, placeHold('H1', 4, 30n), captureHold('H1', 4, { amount: 20n }), sendPoints('T1', 4, 5n, 'm-9'))
      .second(P2, adjustPoints('A1', 4, 10n));
    const before = pair.books();
    pair.merge('M1', 6);
    expect(lots(pair.a)).toEqual([]);
    expect([...pair.a.books.values()].map(({ available: left, held, redeemed }) => [left, held, redeemed])).toEqual([
      [0n, 0n, 0n],
    ]);
    expect(pair.books()).toEqual(before);
  });

  it('takes its score along', () => {
    const grown = purchasePicture('P3', 3, 0n, { grants: [pointsGrant(10n), growthGrant(70n)] });
    const pair = new Pair().first(grown).second(P2).merge('M1', 6);
    expect([available(pair.a, 'GROWTH'), available(pair.b, 'GROWTH')]).toEqual([0n, 70n]);
    expect(pair.b.books.get('GROWTH')!.score).toBe(true);
  });

  it('takes open holds along, to be captured or released by their names', () => {
    const pair = new Pair()
      .first(P1, placeHold('H1', 5, 40n), placeHold('H2', 5, 10n))
      .second(P2)
      .merge('M1', 5);
    pair.second(captureHold('H1', 5), releaseHold('H2', 5));
    expect([pair.b.books.get('POINTS')!.redeemed, available(pair.b)]).toEqual([40n, 110n]);
  });

  it('puts the first digits of the other account behind a name of a hold, or of a credit, that is taken', () => {
    const pair = new Pair()
      .first(P1, placeHold('H1', 5, 40n), adjustPoints('A1', 4, 5n))
      .second(P2, placeHold('H1', 5, 20n), adjustPoints('A1', 4, 7n))
      .merge('M1', 5);
    const mark = EXAMPLE_ACCOUNT.slice(0, 8);
    expect([...pair.b.holds.keys()]).toEqual(['H1', `H1:${mark}`]);
    expect(
      lots(pair.b)
        .filter((lot) => lot.includes('adjustment'))
        .sort(),
    ).toEqual([`5 of 5 ~adjustment:A1:${mark}:POINTS`, '7 of 7 ~adjustment:A1:POINTS']);
    pair.second(captureHold(`H1:${mark}`, 5));
    expect(pair.b.books.get('POINTS')!.redeemed).toBe(40n);
    pair.unmerge('M1', 8);
    expect(lots(pair.a)).toContain('5 of 5 ~adjustment:A1:POINTS');
    expect([...pair.a.holds.keys()]).toContain('H1');
  });

  it('lets a return of a purchase of the merged account take from its lot where it now is', () => {
    const pair = new Pair().first(P1).second(P2).merge('M1', 6);
    pair.second({ ...P1, revision: 1, returns: [linkedReturn('R1', 7, 30n)], ...pair.forMerged });
    expect(lots(pair.b)).toEqual(['70 of 100 till-1:P1:POINTS', '50 of 50 till-1:P2:POINTS']);
  });

  it('takes a deficit along, and what the other account has repays it', () => {
    const owing = { ...P1, revision: 1, returns: [linkedReturn('R1', 5, 100n)] };
    const asked = owing.returns.map((one) => ({
      ...one,
      amounts: one.amounts.map((amount) => ({ ...amount, clawback: 'unlimited' as const })),
    }));
    const pair = new Pair()
      .first(P1, placeHold('H1', 3, 60n), captureHold('H1', 3), { ...owing, returns: asked })
      .second(purchasePicture('P2', 6, 50n));
    expect(pair.a.books.get('POINTS')!.deficit).toBe(-60n);
    pair.merge('M1', 7);
    expect([pair.b.books.get('POINTS')!.deficit, available(pair.b)]).toEqual([-10n, 0n]);
  });

  it('refuses every command from then on, and names the survivor', () => {
    const pair = new Pair().first(P1).second(P2).merge('M1', 6);
    const merged = { rejected: 'member-merged', facts: { merge: 'M1', into: other, member: 'm-2' } };
    for (const command of [
      placeHold('H1', 7, 1n),
      adjustPoints('A1', 7, 1n),
      purchasePicture('P9', 7, 5n),
      closeAccount(7),
    ]) {
      expect(accountDecider.decide(command, pair.a)).toEqual(merged);
    }
    expect(accountDecider.decide(passTime(20), pair.a)).toEqual([]);
  });

  it('answers a decision of before as it did', () => {
    const pair = new Pair()
      .first(P1, adjustPoints('A1', 4, 5n))
      .second(P2)
      .merge('M1', 6);
    expect(accountDecider.decide(adjustPoints('A1', 7, 5n), pair.a)).toEqual([]);
  });

  it('goes back whole where the other account was closed since: the first is as it was', () => {
    const pair = new Pair().first(P1, placeHold('H1', 3, 40n)).second(P2);
    const before = pair.a;
    pair.second(closeAccount(4)).giveBack('M1', 6);
    const { facts, holds, books } = before;
    expect({ facts: pair.a.facts, holds: pair.a.holds, books: pair.a.books }).toEqual({ facts, holds, books });
    expect(pair.a.merged).toBeUndefined();
  });

  it('must not begin with an account that is closed, frozen or larger than an event', () => {
    expect(faultOfMerging(new Pair().first(P1, closeAccount(4)).a)).toMatchObject({ rejected: 'account-closed' });
    expect(faultOfMerging({ ...new Pair().first(P1).a, frozen: true })).toMatchObject({ rejected: 'account-frozen' });
    const many = Array.from({ length: 2_500 }, (_, index) => purchasePicture(`P${index}`, 1, 1n));
    const state = fold(
      accountDecider,
      many.flatMap((command, index): AccountEvent[] => {
        const decided = accountDecider.decide(command, accountDecider.initial());
        return isRejection(decided) ? [] : decided.slice(index === 0 ? 0 : 1);
      }),
    );
    expect(faultOfMerging(state)).toMatchObject({ rejected: 'merge-too-large', facts: { most: '614400' } });
    expect(faultOfMerging(new Pair().first(P1).a)).toBeUndefined();
  });
});

describe('undo a merge', () => {
  it('gives each side what its own lots still hold', () => {
    const pair = new Pair().first(P1).second(P2).merge('M1', 6);
    pair.second(placeHold('H1', 7, 120n), captureHold('H1', 7));
    const before = pair.books();
    pair.unmerge('M1', 8);
    expect(lots(pair.a)).toEqual(['0 of 100 till-1:P1:POINTS']);
    expect(lots(pair.b)).toEqual(['30 of 50 till-1:P2:POINTS']);
    expect(pair.books()).toEqual(before);
  });

  it('leaves both as they were where nothing came between', () => {
    const pair = new Pair()
      .first(P1, placeHold('H1', 3, 60n), captureHold('H1', 3), adjustPoints('A1', 4, 5n))
      .second(P2, placeHold('H2', 3, 10n), captureHold('H2', 3));
    const [a, b] = [standing(pair.a), standing(pair.b)];
    pair.merge('M1', 6).unmerge('M1', 8);
    expect([standing(pair.a), standing(pair.b)]).toEqual([a, b]);
  });

  it('gives purchases and returns back that came since, and takes them there from then on', () => {
    const pair = new Pair().first(P1).second(P2).merge('M1', 6);
    pair.second(
      { ...purchasePicture('P5', 7, 25n), ...pair.forMerged },
      { ...unlinkedReturn('U1', 7, 10n), ...pair.forMerged },
      { ...receivePoints('T1', 7), ...pair.forMerged, at: instant(january(7)) },
    );
    pair.unmerge('M1', 8);
    expect(pair.a.facts.map(({ id }) => id)).toEqual(expect.arrayContaining(['P1', 'P5', 'U1', 'T1.0']));
    expect(pair.b.facts.map(({ id }) => id)).toEqual(['P2']);
    expect(accountDecider.decide({ ...purchasePicture('P6', 9, 5n), ...pair.forMerged }, pair.b)).toEqual({
      rejected: 'merge-undone',
      facts: { account: EXAMPLE_ACCOUNT },
    });
    pair.first(purchasePicture('P6', 9, 5n));
    expect(lots(pair.a)).toContain('5 of 5 till-1:P6:POINTS');
  });

  it('lets each side cancel its own part of a redemption that drew of both', () => {
    const pair = new Pair().first(P1).second(P2).merge('M1', 6);
    pair.second(placeHold('H1', 7, 120n), captureHold('H1', 7)).unmerge('M1', 8);
    pair.first(cancelRedemption('H1', 'C1', 9)).second(cancelRedemption('H1', 'C1', 9));
    expect([available(pair.a), available(pair.b)]).toEqual([100n, 50n]);
  });

  it('lets lots that have paid for a return of the other side move to that side', () => {
    const pair = new Pair()
      .first(P1, placeHold('H1', 3, 100n), captureHold('H1', 3))
      .second(P2)
      .merge('M1', 6);
    pair.second({ ...P1, revision: 1, returns: [linkedReturn('R1', 7, 30n)], ...pair.forMerged });
    expect(available(pair.b)).toBe(20n);
    const before = pair.books();
    pair.unmerge('M1', 8);
    expect(lots(pair.a)).toEqual(['0 of 100 till-1:P1:POINTS', '0 of 30 ~merge:M1.0:POINTS']);
    expect(lots(pair.b)).toEqual(['20 of 50 till-1:P2:POINTS']);
    expect(pair.books()).toEqual(before);
  });

  it('is refused while a hold is open, of a merge that is not there, and where a score would be torn', () => {
    const pair = new Pair()
      .first(P1)
      .second(P2)
      .merge('M1', 6)
      .second(placeHold('H1', 7, 5n));
    const split = (merge: string): AccountCommand => ({
      ...pair.on(7),
      kind: 'split-account',
      merge,
      from: EXAMPLE_ACCOUNT,
    });
    expect(accountDecider.decide(split('M1'), pair.b)).toEqual({ rejected: 'holds-open', facts: { holds: '1' } });
    expect(accountDecider.decide(split('M2'), pair.b)).toEqual({ rejected: 'merge-unknown', facts: { merge: 'M2' } });
    const grown = purchasePicture('P3', 3, 0n, { grants: [growthGrant(10n)] });
    const score = [{ asset: 'GROWTH', score: true, amount: 15n }];
    const torn = new Pair()
      .first(grown)
      .second(purchasePicture('P4', 3, 0n, { grants: [growthGrant(10n)] }))
      .merge('M1', 6);
    torn.second({ ...unlinkedReturn('U1', 7, 0n, { amounts: score }), account: other, holder: 'm-2' });
    expect(accountDecider.decide(split('M1'), torn.b)).toEqual({
      rejected: 'merge-entangled',
      facts: { asset: 'GROWTH' },
    });
  });

  it('may be of an account into which others were merged before: they stay with it', () => {
    const pair = new Pair().first(P1).second(P2).merge('M1', 6);
    const third = new Pair(pair.b, undefined, ['m-2', 'm-3']).second(purchasePicture('P7', 3, 70n)).merge('M2', 7);
    third.second({ ...purchasePicture('P8', 8, 8n), ...third.forMerged, of: EXAMPLE_ACCOUNT });
    third.unmerge('M2', 9);
    expect(third.b.facts.map(({ id }) => id)).toEqual(['P7']);
    const back = new Pair(pair.a, third.a).unmerge('M1', 10);
    expect(back.a.facts.map(({ id }) => id)).toEqual(['P1', 'P8']);
    expect(back.b.facts.map(({ id }) => id)).toEqual(['P2']);
  });
});

function standing({ facts, holds, books }: AccountState) {
  const { moved, adjustment, 'issuer-obligation': _, ...sums } = books.get('POINTS')!;
  return { facts, holds, sums, moved: moved + adjustment };
}
