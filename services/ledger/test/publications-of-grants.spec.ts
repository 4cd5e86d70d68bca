import { ledger, validatorOf } from '@tallystick/contracts';
import type { ApplyEvaluation } from '@tallystick/ledger-domain';
import { instant } from '@tallystick/vocabulary';
import { account, announced, FRIDAY, holder, MONDAY, purchase } from './announced';

const TUESDAY = '2026-11-03T10:00:00.000Z';
const THURSDAY = '2026-11-05T10:00:00.000Z';
const head = { account, member: 'm-1', program: 'main' };
const lot = (amount: string) => ({
  asset: 'POINTS',
  lot: 'till-1:P1:POINTS',
  issuer: 'hotel',
  amount,
  unitCost: '1/100',
});

const { tenant } = holder;
const at = (text: string) => ({ tenant, account, at: instant(text) });

/** A purchase that grants POINTS alone. */
function points(id: string, amount: bigint, more: object = {}): ApplyEvaluation {
  const grant = { asset: 'POINTS', score: false, amount, unitCost: '1/100', allocation: [], ...more };
  return purchase(id, MONDAY, amount, { grants: [grant] });
}

describe('what the ledger says of lots that no purchase grants', () => {
  const granting = (grant: string) => ({ ...at(TUESDAY), program: 'main', holder: 'm-1', grant, asset: 'POINTS' });
  const hotel = { unit: 'hotel', store: 'hotel-1', unitCost: '1/100' };
  const topUp = {
    kind: 'top-up',
    ...granting('T1'),
    ...hotel,
    principal: 100n,
    bonus: 20n,
    order: 'pro_rata',
  } as const;
  const lent = {
    kind: 'lend-points',
    ...granting('L1'),
    ...hotel,
    amount: 60n,
    limit: 60n,
    dueAt: instant(FRIDAY),
  } as const;
  const named = (source: string, amount: string) => ({ ...lot(amount), lot: `${source}:POINTS` });

  it('a top-up: what was paid and what was given; a refund: what was paid back and what fell', () => {
    const refunded = {
      kind: 'refund-principal',
      ...at(TUESDAY),
      refund: 'R1',
      asset: 'POINTS',
      unit: 'hotel',
    } as const;
    expect(announced(topUp, { ...refunded, amount: 50n })).toEqual([
      {
        topic: 'ledger.points-granted.v1',
        key: account,
        message: {
          ...head,
          revision: 1,
          effectiveAt: TUESDAY,
          kind: 'top-up',
          grant: 'T1',
          unit: 'hotel',
          store: 'hotel-1',
          movements: [named('~principal:T1.0', '100'), named('~bonus:T1.1', '20')],
        },
      },
      {
        topic: 'ledger.points-withdrawn.v1',
        key: account,
        message: {
          ...head,
          revision: 2,
          effectiveAt: TUESDAY,
          kind: 'refund',
          withdrawal: 'R1',
          unit: 'hotel',
          movements: [named('~principal:T1.0', '-50')],
          fallen: [named('~bonus:T1.1', '-10')],
        },
      },
    ]);
  });

  it('a loan and its day, what repays it, and that it is overdue', () => {
    const late = { kind: 'note-overdue', ...at(FRIDAY) } as const;
    const told = announced(lent, points('P1', 25n), late);
    expect(told.map(({ topic }) => topic)).toEqual([
      'ledger.points-granted.v1',
      'ledger.points-accrued.v1',
      'ledger.points-withdrawn.v1',
      'ledger.payment-overdue.v1',
    ]);
    expect([told[0], told[2], told[3]].map((one) => one!.message)).toMatchObject([
      { kind: 'loan', grant: 'L1', dueAt: FRIDAY, movements: [named('~loan:L1.0', '60')] },
      { kind: 'loan-repayment', unit: 'hotel', effectiveAt: TUESDAY, movements: [lot('-25')] },
      { kind: 'loan', debt: 'loan:L1', asset: 'POINTS', unit: 'hotel', amount: '35', dueAt: FRIDAY },
    ]);
  });

  it('a reactivation: breakage that is undone, and the date that the lot has now', () => {
    const revived = { kind: 'reactivate-lots', ...at(FRIDAY), reactivation: 'X1', asset: 'POINTS' } as const;
    const window = { since: instant(MONDAY), until: instant('2026-12-01T00:00:00.000Z') };
    const told = announced(
      points('P1', 25n, { expiresAt: instant(TUESDAY) }),
      { kind: 'pass-time', ...at(THURSDAY) },
      { ...revived, ...window },
    );
    expect(told.slice(-2)).toEqual([
      {
        topic: 'ledger.points-expired.v1',
        key: account,
        message: { ...head, revision: 3, effectiveAt: FRIDAY, movements: [lot('25')] },
      },
      {
        topic: 'ledger.expiry-extended.v1',
        key: account,
        message: {
          ...head,
          revision: 3,
          effectiveAt: FRIDAY,
          asset: 'POINTS',
          extension: 'X1',
          reason: 'reactivated',
          lots: [{ lot: 'till-1:P1:POINTS', from: TUESDAY, to: '2026-12-01T00:00:00.000Z' }],
        },
      },
    ]);
  });

  it('meets its contracts, and movements sum to what the holder has', () => {
    const said = announced(
      topUp,
      lent,
      points('P1', 25n),
      { kind: 'refund-principal', ...at(TUESDAY), refund: 'R1', asset: 'POINTS', unit: 'hotel', amount: 50n },
      { kind: 'change-limit', ...granting('C1'), ...hotel, amount: 30n },
      { kind: 'change-limit', ...granting('C2'), ...hotel, amount: -10n },
      { kind: 'note-overdue', ...at(FRIDAY) },
    );
    const validators: Readonly<Record<string, Parameters<typeof validatorOf>[0]>> = {
      'ledger.points-granted.v1': ledger.PointsGranted,
      'ledger.points-withdrawn.v1': ledger.PointsWithdrawn,
      'ledger.points-accrued.v1': ledger.PointsAccrued,
      'ledger.payment-overdue.v1': ledger.PaymentOverdue,
    };
    let sum = 0n;
    for (const { topic, message } of said) {
      expect(validatorOf(validators[topic]!)(message)).toMatchObject({ ok: true });
      const { movements = [], fallen = [] } = message as Partial<ledger.PointsWithdrawn>;
      for (const { amount } of [...movements, ...fallen]) sum += BigInt(amount);
    }
    // 120 loaded, 60 lent, 25 earned and repaid at once, 50 and 10 refunded, 20 of credit.
    expect(sum).toBe(140n);
  });
});
