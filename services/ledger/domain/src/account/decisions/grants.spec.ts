import { instant } from '@tallystick/vocabulary';
import { january, pointsGrant, purchasePicture } from '../account.examples';
import {
  adjustPoints,
  buyPoints,
  cancelRedemption,
  captureHold,
  closeAccount,
  exchangePoints,
  passTime,
  placeHold,
  reactivateLots,
  refundPrincipal,
  sendPoints,
  topUp,
} from './decision.examples';
import { eventsOf } from '../account.spec-data';
import { after, outcome, standing, told } from './decision.spec-data';

const P1 = purchasePicture('P1', 1, 100n);

describe('grant points', () => {
  it('opens the account with a lot of its own that the unit which took the cash owes for, at what was paid', () => {
    expect(outcome([], buyPoints('G1', 5, 50n, { unit: 'mall', expiresAt: instant(january(20)) }))).toMatchObject([
      { type: 'AccountOpened' },
      {
        type: 'PointsGranted',
        data: {
          by: 'bought',
          amount: '50',
          slices: [['~bought:G1.0:POINTS', 'mall', '1/50', '50']],
          lots: [{ expiresAt: january(20) }],
          postings: [
            ['issuer-obligation', 'POINTS', 'mall', '-50'],
            ['available', 'POINTS', 'mall', '50'],
          ],
        },
      },
    ]);
    expect(told([buyPoints('G1', 5, 50n, { by: 'gift' })], placeHold('H1', 6, 50n))[0]).toContain('50 of G1.0');
  });

  it('is carried out once by its name, each kind for itself', () => {
    expect(outcome([buyPoints('G1', 5, 50n)], buyPoints('G1', 9, 50n))).toEqual([]);
    expect(outcome([buyPoints('G1', 5, 50n)], buyPoints('G1', 5, 51n))).toMatchObject({
      rejected: 'decision-conflict',
    });
    expect(told([buyPoints('G1', 5, 50n)], buyPoints('G1', 5, 50n, { by: 'gift' }))).toHaveLength(1);
  });

  it('is refused outside the scope of the asset, for a score, for another holder and once the account is closed', () => {
    const refusals = [
      outcome([], buyPoints('G1', 5, 50n, { scope: { unit: 'mall' } })),
      outcome(
        [purchasePicture('P1', 1, 0n, { grants: [{ ...pointsGrant(5n), score: true }] })],
        buyPoints('G1', 5, 5n),
      ),
      outcome([P1], buyPoints('G1', 5, 50n, { holder: 'm-2' })),
      outcome([P1, closeAccount(5)], buyPoints('G1', 6, 50n)),
    ];
    expect(refusals).toMatchObject([
      { rejected: 'asset-out-of-scope' },
      { rejected: 'asset-not-spendable' },
      { rejected: 'account-mismatch' },
      { rejected: 'account-closed' },
    ]);
  });
});

describe('top up', () => {
  it('makes a lot of what was paid, which never expires, and one of what is given on top', () => {
    const bonusExpiresAt = instant(january(20));
    expect(outcome([P1], topUp('T1', 5, { bonusExpiresAt }))).toMatchObject([
      {
        type: 'PointsGranted',
        data: {
          by: 'top-up',
          amount: '120',
          slices: [
            ['~principal:T1.0:POINTS', 'hotel', '1/50', '100'],
            ['~bonus:T1.1:POINTS', 'hotel', '1/50', '20'],
          ],
          lots: [{ lot: '~principal:T1.0:POINTS' }, { expiresAt: january(20) }],
        },
      },
    ]);
    expect(told([topUp('T1', 5, { bonusExpiresAt })], passTime(28))).toEqual([
      'LotsExpired on 20: 20 of T1.1 | available/hotel -20 breakage/hotel 20',
    ]);
    expect(told([], topUp('T1', 5, { bonus: 0n }))[1]).toContain('100 of T1.0 |');
  });

  it('lets what was paid be spent first, or what was given, as it was said when it was loaded', () => {
    const spend = placeHold('H1', 6, 30n);
    const early = { bonusExpiresAt: instant(january(10)) };
    expect(told([topUp('T1', 5, early)], spend)[0]).toContain(': 30 of T1.0 |');
    expect(told([topUp('T1', 5, { order: 'gifted_first' })], spend)[0]).toContain(': 20 of T1.1, 10 of T1.0 |');
  });

  it('spends both in proportion where that is asked, by largest remainder, and captures a part in proportion', () => {
    const proportion = { order: 'pro_rata' } as const;
    const loaded = [topUp('T1', 5, proportion)];
    const hold = placeHold('H1', 6, 31n, proportion);
    expect(told(loaded, hold)[0]).toContain(': 26 of T1.0, 5 of T1.1 |');
    expect(told([...loaded, hold], captureHold('H1', 6, { ...proportion, amount: 13n }))[0]).toContain(
      ': 11 of T1.0, 2 of T1.1 free 15 of T1.0, 3 of T1.1 |',
    );
    const beyond = { ...proportion, amount: 61n, beyondHold: true };
    expect(told([...loaded, hold], captureHold('H1', 6, beyond))[0]).toContain(': 51 of T1.0, 10 of T1.1 |');
    const [captured] = eventsOf(outcome([...loaded, hold], captureHold('H1', 6, beyond)));
    expect(captured).toMatchObject({ type: 'HoldCaptured', data: { order: 'pro_rata' } });
  });

  it('keeps what was paid with its holder: it is neither sent nor exchanged', () => {
    for (const command of [sendPoints('S1', 6, 1n), exchangePoints('E1', 6, 1n)]) {
      expect(outcome([topUp('T1', 5)], command)).toMatchObject({ rejected: 'insufficient-points' });
    }
  });

  it('is not closed over: principal is never breakage, also where it comes back later', () => {
    expect(outcome([topUp('T1', 5)], closeAccount(6))).toEqual({
      rejected: 'account-not-settled',
      facts: { assets: 'POINTS' },
    });
    const spent = [topUp('T1', 5), placeHold('H1', 6, 120n), captureHold('H1', 6), closeAccount(7)];
    const closed = [...spent, cancelRedemption('H1', 'C1', 8)];
    expect(standing(after(...closed))).toEqual({ available: 100, breakage: 20 });
    expect(standing(after(...closed, refundPrincipal('R1', 9)))).toEqual({ moved: 100, breakage: 20 });
  });
});

describe('refund principal', () => {
  it('pays back what is neither spent nor held, and what was given on top of it falls in proportion, rounded up', () => {
    const spent = [topUp('T1', 5), placeHold('H1', 6, 10n), captureHold('H1', 6)];
    expect(told(spent, refundPrincipal('R1', 7, 50n))).toEqual([
      'PointsWithdrawn on 07: 50 of T1.0 | available/hotel -62 moved/hotel 50 breakage/hotel 12',
    ]);
    expect(standing(after(...spent, refundPrincipal('R1', 7)))).toEqual({ redeemed: 10, moved: 90, breakage: 20 });
    expect(outcome([...spent, placeHold('H2', 7, 90n)], refundPrincipal('R1', 7))).toMatchObject({
      rejected: 'insufficient-points',
    });
  });

  it('leaves no more of the gift where it is made bit by bit', () => {
    const bits = [30n, 30n, 40n].map((part, index) => refundPrincipal(`R${index}`, 7, part));
    expect(standing(after(topUp('T1', 5), ...bits))).toEqual({ moved: 100, breakage: 20 });
  });

  it('pays of top-ups alone, the older first, each with its own gift', () => {
    const two = [P1, topUp('T1', 5), topUp('T2', 6, { principal: 10n, bonus: 10n })];
    expect(outcome(two, refundPrincipal('R1', 7, 105n))).toMatchObject([
      {
        data: {
          slices: [
            ['~principal:T1.0:POINTS', 'hotel', '1/50', '100'],
            ['~principal:T2.0:POINTS', 'hotel', '1/50', '5'],
          ],
          fallen: [
            ['~bonus:T1.1:POINTS', 'hotel', '1/50', '20'],
            ['~bonus:T2.1:POINTS', 'hotel', '1/50', '5'],
          ],
        },
      },
    ]);
    expect(outcome(two, refundPrincipal('R1', 7, 111n))).toEqual({
      rejected: 'insufficient-points',
      facts: { asset: 'POINTS', available: '110' },
    });
  });

  it('is carried out once by its name', () => {
    const refunded = [topUp('T1', 5), refundPrincipal('R1', 7, 50n)];
    expect(outcome(refunded, refundPrincipal('R1', 8, 50n))).toEqual([]);
    expect(outcome(refunded, refundPrincipal('R1', 8, 49n))).toMatchObject({ rejected: 'decision-conflict' });
    expect(outcome([P1], refundPrincipal('R1', 8))).toMatchObject({ rejected: 'insufficient-points' });
  });
});

describe('reactivate lots', () => {
  const ending = (id: string, ends: number) =>
    purchasePicture(id, 1, 0n, { grants: [pointsGrant(50n, { expiresAt: instant(january(ends)) })] });
  const expired = [ending('P1', 5), ending('P2', 12), passTime(15)];

  it('lets what expired within the window live again, the same lots, their breakage undone', () => {
    expect(outcome(expired, reactivateLots('X1', 20))).toMatchObject([
      {
        type: 'LotsReactivated',
        data: {
          amount: '50',
          slices: [['till-1:P2:POINTS', 'hotel', '1/100', '50']],
          lots: [['till-1:P2:POINTS', january(12), january(30)]],
          postings: [
            ['breakage', 'POINTS', 'hotel', '-50'],
            ['available', 'POINTS', 'hotel', '50'],
          ],
        },
      },
    ]);
    const again = [...expired, reactivateLots('X1', 20)];
    expect(told(again, placeHold('H1', 21, 50n))[0]).toContain('50 of P2');
    expect(told(again, passTime(31))).toEqual(['LotsExpired on 30: 50 of P2 | available/hotel -50 breakage/hotel 50']);
  });

  it('is as if the lot had never expired where a return had taken out of its breakage', () => {
    const amounts = [{ asset: 'POINTS', score: false, amount: 20n }];
    const linked = {
      return: { source: 'till-1', id: 'R1' },
      effectiveAt: instant(january(16)),
      store: 'hotel-1',
      amounts,
    };
    const returned = { ...ending('P2', 12), revision: 1, returns: [linked] };
    const [reactivated] = eventsOf(outcome([...expired, returned], reactivateLots('X1', 20)));
    expect(reactivated).toMatchObject({ type: 'LotsReactivated', data: { amount: '30' } });
    expect(standing(after(...expired, returned))).toEqual({ breakage: 80 });
    expect(standing(after(...expired, returned, reactivateLots('X1', 20)))).toEqual({ available: 30, breakage: 50 });
  });

  it('is refused where nothing is due to it: outside the window, not expired, or asked for another lot', () => {
    for (const [before, command] of [
      [expired, reactivateLots('X1', 28)],
      [[P1], reactivateLots('X1', 20)],
      [expired, reactivateLots('X1', 20, { lots: ['till-1:P1:POINTS'] })],
      [[...expired, reactivateLots('X1', 20)], reactivateLots('X2', 20)],
    ] as const) {
      expect(outcome(before, command)).toMatchObject({ rejected: 'nothing-to-reactivate' });
    }
    expect(outcome([...expired, reactivateLots('X1', 20)], reactivateLots('X1', 21))).toEqual([]);
  });
});

describe('a credit of an operator', () => {
  it('on stored value is a gift: it is not refunded', () => {
    const given = [topUp('T1', 5), adjustPoints('A1', 6, 30n)];
    expect(standing(after(...given, refundPrincipal('R1', 7)))).toEqual({
      available: 30,
      adjustment: -30,
      moved: 100,
      breakage: 20,
    });
  });
});
