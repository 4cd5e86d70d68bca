import { ledger, validatorOf } from '@tallystick/contracts';
import type { AccountCommand, ApplyEvaluation, PlaceHold } from '@tallystick/ledger-domain';
import { instant } from '@tallystick/vocabulary';
import { account, announced, FRIDAY, holder, MONDAY, purchase } from './announced';
import { accountOf } from './ledger-fixture';

const TUESDAY = '2026-11-03T10:00:00.000Z';
const THURSDAY = '2026-11-05T10:00:00.000Z';
const other = accountOf('m-2');
const head = { account, member: 'm-1', program: 'main' };
const lot = (amount: string, id = 'P1') => ({
  asset: 'POINTS',
  lot: `till-1:${id}:POINTS`,
  issuer: 'hotel',
  amount,
  unitCost: '1/100',
});

const { tenant } = holder;
const at = (text: string) => ({ tenant, account, at: instant(text) });
const ends = (text: string) => ({ expiresAt: instant(text) });

/** A purchase that grants POINTS alone. */
function points(id: string, amount: bigint, more: object = {}, rest: Partial<ApplyEvaluation> = {}): ApplyEvaluation {
  const grant = { asset: 'POINTS', score: false, amount, unitCost: '1/100', allocation: [], ...more };
  return purchase(id, MONDAY, amount, { grants: [grant], ...rest });
}

function refund(id: string, when: string, amount: bigint, clawback?: 'unlimited'): ApplyEvaluation['returns'][number] {
  const asked = { asset: 'POINTS', score: false, amount, ...(clawback && { clawback }) };
  return { return: { source: 'till-1', id }, effectiveAt: instant(when), store: 'hotel-1', amounts: [asked] };
}

function hold(name: string, amount: bigint, ttlSeconds = 600): PlaceHold {
  const place = { unit: 'mall', store: 'mall-1', expireUnderHold: 'protect' as const };
  return { kind: 'place-hold', ...at(TUESDAY), hold: name, asset: 'POINTS', amount, ttlSeconds, ...place };
}

const capture = (name: string, amount: bigint): AccountCommand => ({
  kind: 'capture-hold',
  ...at(TUESDAY),
  hold: name,
  amount,
  beyondHold: false,
  unit: 'mall',
  store: 'mall-1',
});
const passed = (when: string): AccountCommand => ({ kind: 'pass-time', ...at(when) });
const adjust = (adjustment: string, amount: bigint): AccountCommand => ({
  kind: 'adjust-points',
  ...at(TUESDAY),
  adjustment,
  asset: 'POINTS',
  amount,
  reason: 'a till was offline',
  unit: 'mall',
  unitCost: '1/50',
});
const send = (amount: bigint): AccountCommand => ({
  kind: 'send-points',
  ...at(TUESDAY),
  transfer: 'T1',
  toHolder: 'm-2',
  asset: 'POINTS',
  amount,
});
const receive = (amount: bigint): AccountCommand => ({
  kind: 'receive-points',
  ...at(TUESDAY),
  program: 'main',
  holder: 'm-1',
  transfer: 'T2',
  from: other,
  asset: 'POINTS',
  lots: [{ issuer: 'park', unitCost: '1/20', amount, priority: 0, activatedAt: instant(MONDAY) }],
});

describe('what the ledger says of a hold', () => {
  it('that was placed: how much and until when', () => {
    expect(announced(points('P1', 100n), hold('H1', 60n)).slice(1)).toEqual([
      {
        topic: 'ledger.hold-changed.v1',
        key: account,
        message: {
          ...head,
          revision: 2,
          effectiveAt: TUESDAY,
          state: 'placed',
          hold: 'H1',
          asset: 'POINTS',
          amount: '60',
          until: '2026-11-03T10:10:00.000Z',
        },
      },
    ]);
  });

  it('that was captured in part: the redemption of that part, then its end', () => {
    expect(announced(points('P1', 100n), hold('H1', 60n), capture('H1', 45n)).slice(2)).toEqual([
      {
        topic: 'ledger.points-redeemed.v1',
        key: account,
        message: {
          ...head,
          revision: 3,
          effectiveAt: TUESDAY,
          kind: 'capture',
          hold: 'H1',
          unit: 'mall',
          store: 'mall-1',
          movements: [lot('-45')],
        },
      },
      {
        topic: 'ledger.hold-changed.v1',
        key: account,
        message: {
          ...head,
          revision: 3,
          effectiveAt: TUESDAY,
          state: 'captured',
          hold: 'H1',
          asset: 'POINTS',
          amount: '45',
        },
      },
    ]);
  });

  it('that was released, or has lapsed: its end, and no movement', () => {
    const release: AccountCommand = { kind: 'release-hold', ...at(TUESDAY), hold: 'H1' };
    const said = announced(points('P1', 100n), hold('H1', 60n), release, hold('H2', 10n), passed(FRIDAY));
    expect(said.map(({ topic }) => topic)).toEqual([
      'ledger.points-accrued.v1',
      ...Array.from({ length: 4 }, () => 'ledger.hold-changed.v1'),
    ]);
    expect(said.slice(2)).toMatchObject([
      { message: { hold: 'H1', state: 'released', amount: '60' } },
      { message: { hold: 'H2', state: 'placed', amount: '10' } },
      { message: { hold: 'H2', state: 'lapsed', amount: '10', effectiveAt: '2026-11-03T10:10:00.000Z' } },
    ]);
  });

  it('whose redemption was cancelled: what is back, and how long what had ended lives', () => {
    const graceUntil = instant('2026-11-12T10:00:00.000Z');
    const said = announced(points('P1', 100n, ends(THURSDAY)), hold('H1', 60n), capture('H1', 60n), {
      kind: 'cancel-redemption',
      ...at(FRIDAY),
      hold: 'H1',
      cancellation: 'C1',
      amount: 20n,
      graceUntil,
    });
    expect(said.find(({ message }) => 'cancellation' in message)).toEqual({
      topic: 'ledger.points-redeemed.v1',
      key: account,
      message: {
        ...head,
        revision: expect.any(Number),
        effectiveAt: FRIDAY,
        kind: 'cancellation',
        hold: 'H1',
        cancellation: 'C1',
        graceUntil: '2026-11-12T10:00:00.000Z',
        movements: [lot('20')],
      },
    });
  });
});

describe('what the ledger says of time', () => {
  it('of an expiry: what is breakage, from the date of the lot on', () => {
    expect(announced(points('P1', 100n, ends(THURSDAY)), passed(FRIDAY)).slice(1)).toEqual([
      {
        topic: 'ledger.points-expired.v1',
        key: account,
        message: { ...head, revision: 2, effectiveAt: THURSDAY, movements: [lot('-100')] },
      },
    ]);
  });

  it('of a return after the expiry: what comes out of breakage, and nothing that the holder had', () => {
    const said = announced(
      points('P1', 100n, ends(THURSDAY)),
      passed(FRIDAY),
      points('P1', 100n, ends(THURSDAY), { revision: 1, returns: [refund('R1', FRIDAY, 30n)] }),
    );
    expect(said.at(-1)).toMatchObject({
      topic: 'ledger.points-reversed.v1',
      message: { movements: [], outOfBreakage: [lot('-30')], uncollectable: [] },
    });
  });

  it('of a pending grant and its return: that it may not be spent; of its activation: nothing', () => {
    const pending = { activatesAt: instant(THURSDAY) };
    const returns = [refund('R1', TUESDAY, 30n)];
    const said = announced(points('P1', 100n, pending), points('P1', 100n, pending, { revision: 1, returns }));
    expect(said).toMatchObject([
      { message: { kind: 'accrual', movements: [{ ...lot('100'), book: 'pending' }] } },
      { message: { kind: 'reversal', movements: [{ ...lot('-30'), book: 'pending' }] } },
    ]);
    expect(announced(points('P1', 100n, pending), passed(FRIDAY)).slice(1)).toEqual([]);
  });

  it('of an extension: each lot with the date it had and has', () => {
    const said = announced(points('P1', 100n, ends(THURSDAY)), {
      kind: 'extend-expiry',
      ...at(TUESDAY),
      extension: 'E1',
      asset: 'POINTS',
      to: instant(FRIDAY),
      reason: 'stores were closed',
    });
    expect(said.slice(1)).toEqual([
      {
        topic: 'ledger.expiry-extended.v1',
        key: account,
        message: {
          ...head,
          revision: 2,
          effectiveAt: TUESDAY,
          asset: 'POINTS',
          extension: 'E1',
          reason: 'stores were closed',
          lots: [{ lot: 'till-1:P1:POINTS', from: THURSDAY, to: FRIDAY }],
        },
      },
    ]);
  });
});

describe('what the ledger says of a return of spent points', () => {
  const spent = [hold('H1', 100n), capture('H1', 100n)];
  const back = (clawback?: 'unlimited') =>
    points('P1', 100n, {}, { revision: 1, returns: [refund('R1', FRIDAY, 70n, clawback)] });

  it('names the deficit that later accruals repay', () => {
    const said = announced(points('P1', 100n), ...spent, back('unlimited')).at(-1);
    expect(said).toMatchObject({ message: { movements: [], deficit: [{ asset: 'POINTS', amount: '70' }] } });
  });

  it('names what is held of the lot, to be decided when the hold ends', () => {
    const said = announced(points('P1', 100n), hold('H1', 80n, 864_000), back()).at(-1);
    const message = { movements: [lot('-20')], onHold: [{ asset: 'POINTS', amount: '50' }], uncollectable: [] };
    expect(said).toMatchObject({ message });
  });
});

describe('what the ledger says of corrections and transfers', () => {
  it('of a debit: the lots it took; of a credit: its own lot, owed by the unit that bears it', () => {
    expect(announced(points('P1', 100n), adjust('A1', -40n), adjust('A2', 25n)).slice(1)).toMatchObject([
      {
        topic: 'ledger.points-adjusted.v1',
        message: { kind: 'debit', adjustment: 'A1', unit: 'mall', movements: [lot('-40')] },
      },
      {
        topic: 'ledger.points-adjusted.v1',
        message: {
          kind: 'credit',
          adjustment: 'A2',
          reason: 'a till was offline',
          movements: [{ asset: 'POINTS', issuer: 'mall', amount: '25', unitCost: '1/50' }],
        },
      },
    ]);
  });

  it('of a transfer: what left, or came, and the account on the other side', () => {
    const said = announced(points('P1', 100n), send(40n), receive(7n));
    expect(said.filter(({ topic }) => topic === 'ledger.points-moved.v1')).toMatchObject([
      {
        topic: 'ledger.points-moved.v1',
        message: { kind: 'sent', transfer: 'T1', counterpart: other, movements: [lot('-40')] },
      },
      {
        topic: 'ledger.points-moved.v1',
        message: {
          kind: 'received',
          transfer: 'T2',
          counterpart: other,
          movements: [{ asset: 'POINTS', issuer: 'park', amount: '7', unitCost: '1/20' }],
        },
      },
    ]);
  });

  it('of a frozen account: that it is, and that it is no more', () => {
    const said = announced(
      points('P1', 100n),
      { kind: 'freeze-account', ...at(TUESDAY), decision: 'f-1', reason: 'card was stolen' },
      { kind: 'unfreeze-account', ...at(TUESDAY), decision: 'f-2', reason: 'card was found' },
    ).slice(1);
    expect(said).toMatchObject([
      { topic: 'ledger.account-status-changed.v1', message: { status: 'frozen', reason: 'card was stolen' } },
      { topic: 'ledger.account-status-changed.v1', message: { status: 'active', reason: 'card was found' } },
    ]);
  });
});

describe('all that the ledger says of decisions', () => {
  const VALIDATORS: Readonly<Record<string, Parameters<typeof validatorOf>[0]>> = {
    'ledger.points-accrued.v1': ledger.PointsAccrued,
    'ledger.points-reversed.v1': ledger.PointsReversed,
    'ledger.points-redeemed.v1': ledger.PointsRedeemed,
    'ledger.points-expired.v1': ledger.PointsExpired,
    'ledger.points-adjusted.v1': ledger.PointsAdjusted,
    'ledger.points-moved.v1': ledger.PointsMoved,
    'ledger.points-sent.v1': ledger.PointsSent,
    'ledger.hold-changed.v1': ledger.HoldChanged,
  };

  it('meets its contracts, and movements sum to what the holder has', () => {
    const said = announced(
      points('P1', 100n, ends(THURSDAY)),
      points('P2', 50n),
      hold('H1', 60n),
      capture('H1', 45n),
      { kind: 'cancel-redemption', ...at(TUESDAY), hold: 'H1', cancellation: 'C1', amount: 5n },
      adjust('A1', -10n),
      adjust('A2', 25n),
      send(20n),
      receive(7n),
      passed(FRIDAY),
      points('P1', 100n, ends(THURSDAY), { revision: 1, returns: [refund('R1', FRIDAY, 12n)] }),
    ).filter(({ topic }) => !topic.startsWith('ledger.points-sent'));
    let sum = 0n;
    for (const { topic, message } of said) {
      expect(validatorOf(VALIDATORS[topic]!)(message)).toMatchObject({ ok: true });
      for (const { amount } of (message as Partial<ledger.PointsExpired>).movements ?? []) sum += BigInt(amount);
    }
    // Of P1 nothing is left but what was spent, moved or is breakage; P2 has 50, A2 25 and T2 7.
    expect(sum).toBe(82n);
  });
});
