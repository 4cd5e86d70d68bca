import { fold, isRejection, scenario } from '@tallystick/decider';
import type { AccountCommand, ApplyEvaluation, EarnCaps, EarnWindow } from './account.commands';
import { accountDecider } from './account.decider';
import type { AccountEvent, AccrualAmended } from './account.events';
import { linkedReturn, pointsGrant, purchasePicture } from './account.examples';
import {
  adjustPoints,
  cancelRedemption,
  captureHold,
  exchangePoints,
  placeHold,
  releaseHold,
} from './decisions/decision.examples';
import type { SpendCap } from './decisions/decision.commands';
import { instant } from '@tallystick/vocabulary';

const daily = (day: number, limit: bigint): EarnWindow => ({ window: 'day', key: `2026-01-${day}`, limit });
const life = (limit: bigint): EarnWindow => ({ window: 'life', key: '', limit });
const single = (limit: bigint): EarnWindow => ({ window: 'transaction', key: '', limit });

/** A purchase of a day, under caps. */
function capped(
  id: string,
  day: number,
  amount: bigint,
  windows: readonly EarnWindow[],
  more: Partial<ApplyEvaluation> & { readonly onExceed?: EarnCaps['onExceed'] } = {},
): ApplyEvaluation {
  const { onExceed = 'cut', ...rest } = more;
  const grants = [pointsGrant(amount, { caps: { onExceed, windows } })];
  return purchasePicture(id, day, amount, { grants, capped: true, ...rest });
}

/** The events of commands, one after another. */
function made(...commands: readonly AccountCommand[]): AccountEvent[] {
  const events: AccountEvent[] = [];
  for (const command of commands) {
    const outcome = accountDecider.decide(command, fold(accountDecider, events));
    if (isRejection(outcome)) throw new Error(outcome.rejected);
    events.push(...outcome);
  }
  return events;
}

/** What each purchase has granted in the end, and what is available. */
function ends(events: readonly AccountEvent[]) {
  const state = fold(accountDecider, events);
  const lots = [...state.accruals.values()].map(({ id, holdings }) => [id, Number(holdings[0]?.granted ?? 0n)]);
  return { ...Object.fromEntries(lots), available: Number(state.books.get('POINTS')?.available ?? 0n) };
}

describe('an earn cap', () => {
  it('cuts one purchase to the limit of a transaction, says what was asked, and splits the rest over its lines', () => {
    const allocation = [['1', 'base', '60'] as const, ['2', 'base', '40'] as const];
    const caps = { onExceed: 'cut' as const, windows: [single(50n)] };
    const command = purchasePicture('P1', 1, 0n, { grants: [pointsGrant(100n, { allocation, caps })], capped: true });
    const [, accrued] = made(command);
    expect(accrued).toMatchObject({
      type: 'PointsAccrued',
      data: {
        grants: [
          {
            amount: '50',
            allocation: [
              ['1', 'base', '30'],
              ['2', 'base', '20'],
            ],
          },
        ],
        uncut: { grants: [{ amount: '100', caps: { onExceed: 'cut', windows: [['transaction', '', '50']] } }] },
      },
    });
  });

  it.each([
    ['cut', 30],
    ['reject', 0],
  ] as const)('under %s gives a purchase beyond the day %d of 50', (onExceed, given) => {
    const events = made(
      capped('P1', 1, 70n, [daily(1, 100n)], { onExceed }),
      capped('P2', 1, 50n, [daily(1, 100n)], { onExceed }),
      capped('P3', 2, 50n, [daily(2, 100n)], { onExceed }),
    );
    expect(ends(events)).toEqual({ P1: 70, P2: given, P3: 50, available: 120 + given });
  });

  it('obeys the narrowest of several windows', () => {
    const windows = (day: number) => [daily(day, 100n), life(150n)];
    const events = made(
      capped('P1', 1, 100n, windows(1)),
      capped('P2', 2, 100n, windows(2)),
      capped('P3', 3, 9n, windows(3)),
    );
    expect(ends(events)).toEqual({ P1: 100, P2: 50, P3: 0, available: 150 });
  });

  it('is taken up in the order of facts: a late purchase takes the room of a later one, which is amended', () => {
    const [late, early] = [capped('P1', 1, 70n, [life(100n)]), capped('P2', 2, 70n, [life(100n)])];
    const events = made(early, late);
    expect(events.map(({ type }) => type)).toEqual([
      'AccountOpened',
      'PointsAccrued',
      'PointsAccrued',
      'AccrualAmended',
    ]);
    expect((events[3] as AccrualAmended).data).toMatchObject({
      purchase: { id: 'P2' },
      receipt: early.receipt,
      store: early.store,
      grants: [{ amount: '30', allocation: [['1', 'one-per-yuan', '30']] }],
      changes: [{ from: '70', to: '30' }],
      uncut: { grants: [{ amount: '70' }] },
    });
    expect(ends(events)).toEqual(ends(made(late, early)));
  });

  it('gives room back where an earlier purchase is evaluated anew with less', () => {
    const events = made(
      capped('P1', 1, 70n, [life(100n)]),
      capped('P2', 2, 70n, [life(100n)]),
      capped('P1', 1, 50n, [life(100n)], { revision: 1 }),
    );
    expect(ends(events)).toEqual({ P1: 50, P2: 50, available: 100 });
  });

  it('keeps what was spent of a lot that is cut: the rest is asked back of others', () => {
    const events = made(
      capped('P2', 2, 70n, [life(100n)]),
      placeHold('H1', 3, 60n),
      captureHold('H1', 3),
      capped('P1', 1, 70n, [life(100n)]),
    );
    expect(ends(events)).toEqual({ P1: 70, P2: 60, available: 40 });
  });

  it('gives no room back where a purchase is returned, and the return takes what the cap had left of it', () => {
    const back = (amount: bigint) => ({ revision: 1, returns: [linkedReturn('R1', 3, amount)] });
    const first = [capped('P1', 1, 100n, [life(60n)])];
    expect(ends(made(...first, capped('P1', 1, 100n, [life(60n)], back(30n))))).toMatchObject({ available: 60 });
    expect(ends(made(...first, capped('P1', 1, 100n, [life(60n)], back(50n))))).toMatchObject({ available: 50 });
    const whole = made(...first, capped('P1', 1, 100n, [life(60n)], back(100n)), capped('P2', 4, 10n, [life(60n)]));
    expect(ends(whole)).toEqual({ P1: 60, P2: 0, available: 0 });
  });

  it('leaves purchases alone that no cap was in force for', () => {
    const events = made(purchasePicture('P0', 1, 500n), capped('P1', 2, 70n, [life(60n)]));
    expect(ends(events)).toEqual({ P0: 500, P1: 60, available: 560 });
    expect(events.filter(({ data }) => 'uncut' in data)).toHaveLength(1);
  });

  it('is quiet where the same picture comes again', () => {
    const command = capped('P1', 1, 70n, [life(60n)]);
    scenario(accountDecider)
      .given(...made(command))
      .when(command)
      .thenNothing();
  });
});

describe('a spend cap', () => {
  const noon = (day: number) => instant(`2026-01-${String(day).padStart(2, '0')}T00:00:00.000Z`);
  const caps = (day: number): SpendCap[] => [
    { window: 'transaction', limit: 80n },
    { window: 'day', limit: 100n, from: noon(day) },
    { window: 'life', limit: 150n },
  ];
  const hold = (name: string, day: number, amount: bigint) => placeHold(name, day, amount, { caps: caps(day) });
  const earned = purchasePicture('P1', 1, 500n);
  const account = scenario(accountDecider);
  const refused = (before: readonly AccountCommand[], command: AccountCommand, facts: Record<string, string>) =>
    account
      .given(...made(earned, ...before))
      .when(command)
      .thenRefused('cap-exceeded', { asset: 'POINTS', ...facts });

  it('refuses a hold above the limit of a transaction, a day or a life', () => {
    refused([], hold('H1', 2, 81n), { cap: 'spend-transaction', limit: '80', used: '0' });
    refused([hold('H1', 2, 80n)], hold('H2', 2, 21n), { cap: 'spend-day', limit: '100', used: '80' });
    const days = [hold('H1', 2, 80n), captureHold('H1', 2), hold('H2', 3, 70n), captureHold('H2', 3)];
    refused(days, hold('H3', 4, 1n), { cap: 'spend-life', limit: '150', used: '150' });
    expect(made(earned, hold('H1', 2, 80n), hold('H2', 2, 20n)).at(-1)).toMatchObject({ type: 'HoldPlaced' });
  });

  it('gives back what is released, lapses, is not captured or is cancelled', () => {
    const full = hold('H1', 2, 80n);
    const next = hold('H2', 2, 80n);
    refused([full], next, { cap: 'spend-day', limit: '100', used: '80' });
    for (const given of [
      [full, releaseHold('H1', 2)],
      [full, captureHold('H1', 2, { amount: 20n })],
      [full, captureHold('H1', 2), cancelRedemption('H1', 'C1', 2)],
      [placeHold('H1', 2, 80n, { ttlSeconds: 1, caps: caps(2) })],
    ]) {
      const on = { ...next, at: instant('2026-01-02T18:00:00.000Z') };
      expect(made(earned, ...given, on).at(-1)).toMatchObject({ type: 'HoldPlaced', data: { hold: 'H2' } });
    }
  });

  it('counts what is captured beyond a hold', () => {
    const more = (amount: bigint) => captureHold('H1', 2, { amount, beyondHold: true, caps: caps(2) });
    refused([hold('H1', 2, 60n)], more(81n), { cap: 'spend-transaction', limit: '80', used: '60' });
    refused([hold('H0', 2, 30n), hold('H1', 2, 60n)], more(71n), { cap: 'spend-day', limit: '100', used: '90' });
    expect(made(earned, hold('H1', 2, 60n), more(80n)).at(-1)).toMatchObject({ type: 'HoldCaptured' });
  });
});

describe('a balance cap', () => {
  const under = (id: string, day: number, amount: bigint, more: Partial<ApplyEvaluation> = {}, most = 100n) =>
    purchasePicture(id, day, amount, { balanceCaps: [{ asset: 'POINTS', most, onExceed: 'cut' }], ...more });
  const rejecting = { balanceCaps: [{ asset: 'POINTS', most: 100n, onExceed: 'reject' as const }] };
  const pending = { grants: [pointsGrant(80n, { activatesOn: 'shipped' })] };

  it('makes breakage at once of what a purchase grants beyond it, and says so; the accrual stays whole', () => {
    const events = made(under('P1', 1, 70n), under('P2', 2, 70n));
    expect(events.map(({ type }) => type)).toEqual(['AccountOpened', 'PointsAccrued', 'PointsAccrued', 'LotsExpired']);
    expect(events.at(-1)).toMatchObject({
      data: { forfeited: true, cap: 'balance', slices: [['till-1:P2:POINTS', 'hotel', '1/100', '40']] },
    });
    expect(ends(events)).toEqual({ P1: 70, P2: 70, available: 100 });
  });

  it('under reject leaves nothing of a purchase that does not fit, and of one that is evaluated anew what fits', () => {
    expect(ends(made(under('P1', 1, 70n), under('P2', 2, 70n, rejecting)))).toMatchObject({ available: 70 });
    const again = { revision: 1, ...rejecting };
    expect(ends(made(under('P1', 1, 70n, rejecting), under('P1', 1, 130n, again)))).toMatchObject({ available: 100 });
  });

  it('counts what is pending and what is held', () => {
    const state = fold(
      accountDecider,
      made(under('P1', 1, 60n), placeHold('H1', 1, 50n), under('P2', 1, 80n, pending)),
    );
    expect(state.books.get('POINTS')).toMatchObject({ available: 10n, held: 50n, pending: 40n, breakage: 40n });
  });

  it('has room again for what was spent', () => {
    const spent = [placeHold('H1', 2, 60n), captureHold('H1', 2)];
    expect(ends(made(under('P1', 1, 100n), ...spent, under('P2', 3, 80n)))).toMatchObject({ available: 100 });
  });

  it('costs the holder nothing twice: a return takes what was beyond it out of the breakage', () => {
    const returned = { revision: 1, returns: [linkedReturn('R1', 3, 70n)] };
    const state = fold(accountDecider, made(under('P1', 1, 70n), under('P2', 2, 70n), under('P2', 2, 70n, returned)));
    expect(state.books.get('POINTS')).toMatchObject({ available: 70n, breakage: 0n, uncollectable: 0n });
  });

  it('refuses a credit and an exchange beyond it: cap-exceeded', () => {
    const account = scenario(accountDecider).given(...made(purchasePicture('P1', 1, 70n)));
    const credit = (amount: bigint) => adjustPoints('A1', 2, amount, { balanceCap: 100n });
    account
      .when(credit(31n))
      .thenRefused('cap-exceeded', { asset: 'POINTS', cap: 'balance', limit: '100', used: '70' });
    expect(account.when(credit(30n)).outcome()).toHaveLength(1);
    expect(account.when(credit(-30n)).outcome()).toHaveLength(1);
    const exchange = exchangePoints('E1', 2, 70n, { toAsset: 'MILES', rate: '1/1', balanceCap: 69n });
    account.when(exchange).thenRefused('cap-exceeded', { asset: 'MILES', cap: 'balance', limit: '69', used: '0' });
  });
});
