import { canonicalJson, MAX_APPEND_BYTES } from '@tallystick/decider';
import { instant } from '@tallystick/vocabulary';
import { accountDecider } from './account.decider';
import {
  EXAMPLE_RECEIPT,
  growthGrant,
  january,
  linkedReturn,
  pointsGrant,
  purchasePicture,
  unlinkedReturn,
} from './account.examples';
import { account, eventsOf, history, reversalsIn } from './account.spec-data';

const holder = { program: 'main', holder: 'm-1' };

describe('apply an evaluation with returns, or behind returns', () => {
  it('takes a linked return from the lot of its purchase first', () => {
    const events = history(purchasePicture('P0', 1, 100n), purchasePicture('P1', 5, 100n));
    account
      .given(...events)
      .when(purchasePicture('P1', 5, 100n, { revision: 1, returns: [linkedReturn('R1', 9, 40n)] }))
      .then({
        type: 'PointsReversed',
        version: 1,
        data: {
          ...holder,
          reversal: { source: 'till-1', id: 'R1' },
          purchase: { source: 'till-1', id: 'P1' },
          earnedAt: january(5),
          evaluationRevision: '1',
          effectiveAt: january(9),
          issuer: 'hotel',
          store: 'hotel-1',
          receipt: EXAMPLE_RECEIPT,
          items: [
            {
              asset: 'POINTS',
              asked: '40',
              taken: '40',
              uncollectable: '0',
              slices: [{ lot: 'till-1:P1:POINTS', issuer: 'hotel', unitCost: '1/100', amount: '40' }],
            },
          ],
          postings: [
            ['issuer-obligation', 'POINTS', 'hotel', '40'],
            ['available', 'POINTS', 'hotel', '-40'],
          ],
        },
      });
  });

  it('takes the rest of a linked return from other lots, same issuer first, then in draw order, and leaves a residue', () => {
    const events = history(
      purchasePicture('A-mall', 1, 10n, { issuer: 'mall' }),
      purchasePicture('B-hotel', 2, 10n),
      purchasePicture('C-hotel', 3, 0n, { grants: [pointsGrant(10n, { expiresAt: instant(january(30)) })] }),
      purchasePicture('P1', 5, 20n),
      unlinkedReturn('U1', 6, 20n),
    );
    const picture = purchasePicture('P1', 5, 20n, { revision: 1, returns: [linkedReturn('R1', 9, 100n)] });
    expect(reversalsIn(events)).toEqual(['PointsReversed U1: 20 POINTS (20 of P1), 0 uncollectable']);
    expect(
      reversalsIn(
        account
          .given(...events)
          .when(picture)
          .outcome(),
      ),
    ).toEqual(['PointsReversed R1: 30 POINTS (10 of C-hotel, 10 of B-hotel, 10 of A-mall), 70 uncollectable']);
  });

  it('counts a linked return that is dated before its purchase as of the purchase', () => {
    const picture = purchasePicture('P1', 5, 50n, { returns: [linkedReturn('R1', 2, 50n)] });
    const events = history(picture);
    expect(events.map(({ type }) => type)).toEqual(['AccountOpened', 'PointsAccrued', 'PointsReversed']);
    expect(events[2]).toMatchObject({ data: { effectiveAt: january(5), items: [{ taken: '50' }] } });
  });

  it('recalculates a reversal that a late purchase would have fed', () => {
    const events = history(purchasePicture('P2', 5, 30n), unlinkedReturn('U1', 9, 100n));
    const outcome = account
      .given(...events)
      .when(purchasePicture('P1', 3, 50n))
      .outcome();
    expect(reversalsIn(outcome)).toEqual(['ReversalRecalculated U1: 80 POINTS (30 of P2, 50 of P1), 20 uncollectable']);
    expect(outcome).toMatchObject([
      { type: 'PointsAccrued' },
      {
        data: {
          cause: { source: 'till-1', id: 'P1' },
          changes: [{ lot: 'till-1:P1:POINTS', from: '0', to: '50' }],
          postings: [
            ['available', 'POINTS', 'hotel', '-50'],
            ['uncollectable', 'POINTS', 'hotel', '50'],
          ],
        },
      },
    ]);
  });

  it('leaves a reversal alone that a later purchase could not have fed', () => {
    const events = history(purchasePicture('P1', 3, 30n), unlinkedReturn('U1', 5, 100n));
    expect(
      reversalsIn(
        account
          .given(...events)
          .when(purchasePicture('P2', 9, 50n))
          .outcome(),
      ),
    ).toEqual([]);
  });

  it('gives back what a return no longer asks', () => {
    const events = history(purchasePicture('P1', 5, 50n, { returns: [linkedReturn('R1', 9, 50n)] }));
    expect(
      reversalsIn(
        account
          .given(...events)
          .when(purchasePicture('P1', 5, 50n, { revision: 1 }))
          .outcome(),
      ),
    ).toEqual(['ReversalRecalculated R1: ']);
  });

  it('lowers a lot only after what was taken from it has been given back', () => {
    const events = history(purchasePicture('P1', 5, 50n, { returns: [linkedReturn('R1', 9, 50n)] }));
    const outcome = account
      .given(...events)
      .when(purchasePicture('P1', 5, 20n, { revision: 1, returns: [linkedReturn('R1', 9, 20n)] }))
      .outcome();
    expect(outcome).toMatchObject([{ type: 'ReversalRecalculated' }, { type: 'AccrualAmended' }]);
  });

  it('takes a score no further than zero, in the order of the facts', () => {
    const events = history(
      purchasePicture('P1', 5, 0n, { grants: [growthGrant(10n)], returns: [linkedReturn('R1', 6, 0n, 30n)] }),
      purchasePicture('P2', 7, 0n, { grants: [growthGrant(5n)] }),
    );
    expect(reversalsIn(events)).toEqual(['PointsReversed R1: 10 GROWTH, 20 uncollectable']);
    const late = purchasePicture('P0', 1, 0n, { grants: [growthGrant(15n)] });
    expect(
      reversalsIn(
        account
          .given(...events)
          .when(late)
          .outcome(),
      ),
    ).toEqual(['ReversalRecalculated R1: 25 GROWTH, 5 uncollectable']);
  });

  it('lets a reversal give back before it draws anew where two of them exchange their lots', () => {
    const expiring = (day: number) => ({ grants: [pointsGrant(10n, { expiresAt: instant(january(day)) })] });
    const events = history(
      purchasePicture('P1', 1, 0n, expiring(20)),
      purchasePicture('P2', 2, 0n, expiring(21)),
      unlinkedReturn('U1', 5, 10n),
      unlinkedReturn('U2', 6, 10n),
    );
    expect(reversalsIn(events)).toEqual([
      'PointsReversed U1: 10 POINTS (10 of P2), 0 uncollectable',
      'PointsReversed U2: 10 POINTS (10 of P1), 0 uncollectable',
    ]);
    const picture = purchasePicture('P1', 1, 0n, { ...expiring(22), revision: 1 });
    expect(
      reversalsIn(
        account
          .given(...events)
          .when(picture)
          .outcome(),
      ),
    ).toEqual([
      'ReversalRecalculated U1: 0 POINTS, 10 uncollectable',
      'ReversalRecalculated U2: 10 POINTS (10 of P2), 0 uncollectable',
      'ReversalRecalculated U1: 10 POINTS (10 of P1), 0 uncollectable',
    ]);
  });
});

describe('reverse unlinked', () => {
  it('takes points of the returning unit from the last to be drawn to the first, then those of others', () => {
    const events = history(
      purchasePicture('A-hotel', 1, 10n),
      purchasePicture('B-mall', 2, 10n, { issuer: 'mall' }),
      purchasePicture('C-hotel', 3, 10n),
      purchasePicture('D-mall', 4, 10n, { issuer: 'mall' }),
    );
    expect(
      reversalsIn(
        account
          .given(...events)
          .when(unlinkedReturn('U1', 9, 35n))
          .outcome(),
      ),
    ).toEqual([
      'PointsReversed U1: 35 POINTS (10 of C-hotel, 10 of A-hotel, 10 of D-mall, 5 of B-mall), 0 uncollectable',
    ]);
  });

  it('takes nothing of lots that came after it', () => {
    const events = history(purchasePicture('P1', 9, 10n));
    expect(
      reversalsIn(
        account
          .given(...events)
          .when(unlinkedReturn('U1', 5, 10n))
          .outcome(),
      ),
    ).toEqual(['PointsReversed U1: 0 POINTS, 10 uncollectable']);
  });

  it('comes after a purchase of the same instant', () => {
    const events = history(unlinkedReturn('A', 5, 10n));
    expect(
      reversalsIn(
        account
          .given(...events)
          .when(purchasePicture('Z', 5, 10n))
          .outcome(),
      ),
    ).toEqual(['ReversalRecalculated A: 10 POINTS (10 of Z), 0 uncollectable']);
  });

  it('opens the account where the return comes first, and is quiet when said again', () => {
    const events = history(unlinkedReturn('U1', 5, 10n));
    expect(events.map(({ type }) => type)).toEqual(['AccountOpened', 'PointsReversed']);
    account
      .given(...events)
      .when(unlinkedReturn('U1', 5, 10n))
      .thenNothing();
  });

  it('asks otherwise when a newer picture of the return does', () => {
    const events = history(purchasePicture('P1', 1, 50n), unlinkedReturn('U1', 5, 10n));
    expect(
      reversalsIn(
        account
          .given(...events)
          .when(unlinkedReturn('U1', 5, 25n, { revision: 1 }))
          .outcome(),
      ),
    ).toEqual(['ReversalRecalculated U1: 25 POINTS (25 of P1), 0 uncollectable']);
  });

  it('lets a late return take what later returns had, and those find what is left', () => {
    const events = history(purchasePicture('P1', 1, 50n), unlinkedReturn('U2', 7, 40n), unlinkedReturn('U3', 8, 10n));
    expect(
      reversalsIn(
        account
          .given(...events)
          .when(unlinkedReturn('U1', 5, 45n))
          .outcome(),
      ),
    ).toEqual([
      'ReversalRecalculated U2: 5 POINTS (5 of P1), 35 uncollectable',
      'ReversalRecalculated U3: 0 POINTS, 10 uncollectable',
      'PointsReversed U1: 45 POINTS (45 of P1), 0 uncollectable',
    ]);
  });

  it('takes a million points out of ten thousand lots in one append', () => {
    let state = accountDecider.initial();
    for (let n = 0; n < 10_000; n++) {
      const picture = purchasePicture(`R-2026-${n}`, 1, 100n);
      for (const event of eventsOf(accountDecider.decide(picture, state))) state = accountDecider.evolve(state, event);
    }
    const [reversal, ...others] = eventsOf(accountDecider.decide(unlinkedReturn('U1', 5, 1_000_000n), state));
    expect(others).toEqual([]);
    expect(reversal).toMatchObject({ data: { items: [{ taken: '1000000', uncollectable: '0' }] } });
    expect(Buffer.byteLength(canonicalJson(reversal!.data))).toBeLessThan(MAX_APPEND_BYTES);
    state = accountDecider.evolve(state, reversal!);
    expect(accountDecider.invariants(state)).toEqual([]);
    expect(state.books.get('POINTS')).toMatchObject({ available: 0n, uncollectable: 0n });
  });
});
