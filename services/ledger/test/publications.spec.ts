import { ledger, validatorOf } from '@tallystick/contracts';
import { instant } from '@tallystick/vocabulary';
import { ledgerPublications } from '../src/publications';
import { account, announced, FRIDAY, MONDAY, purchase, recorded, returned, unlinked } from './announced';
import { accountOf } from './ledger-fixture';

const SUNDAY = '2027-01-03T16:00:00.000Z';

const head = { account, member: 'm-1', program: 'main' };
const lot = (amount: string, id = 'P1') => ({
  asset: 'POINTS',
  lot: `till-1:${id}:POINTS`,
  issuer: 'hotel',
  amount,
  unitCost: '1/100',
});

describe('what the ledger says', () => {
  it('of an accrual: its lots, and the growth by itself', () => {
    expect(announced(purchase('P1', MONDAY, 100n))).toEqual([
      {
        topic: 'ledger.points-accrued.v1',
        key: account,
        message: {
          ...head,
          revision: 1,
          effectiveAt: MONDAY,
          source: { source: 'till-1', id: 'P1' },
          store: 'hotel-1',
          unit: 'hotel',
          movements: [lot('100')],
          kind: 'accrual',
          receipt: 'ab'.repeat(32),
        },
      },
      {
        topic: 'ledger.growth-changed.v1',
        key: 'm-1',
        message: {
          ...head,
          revision: 1,
          amount: '200',
          effectiveAt: MONDAY,
          earnedAt: MONDAY,
          source: { source: 'till-1', id: 'P1' },
        },
      },
    ]);
  });

  it('of an amendment: the difference', () => {
    const said = announced(purchase('P1', MONDAY, 100n), purchase('P1', MONDAY, 70n, { revision: 1 })).slice(2);
    expect(said).toMatchObject([
      { message: { revision: 2, kind: 'amendment', movements: [lot('-30')] } },
      { topic: 'ledger.growth-changed.v1', message: { amount: '-60' } },
    ]);
  });

  it('of a linked return: what it took, its growth counted when the purchase earned it', () => {
    const said = announced(purchase('P1', MONDAY, 100n, { returns: [returned('R1', FRIDAY, 120n)] })).slice(2);
    expect(said).toMatchObject([
      {
        topic: 'ledger.points-reversed.v1',
        message: {
          effectiveAt: FRIDAY,
          source: { source: 'till-1', id: 'R1' },
          store: 'hotel-2',
          kind: 'reversal',
          movements: [lot('-100')],
          uncollectable: [{ asset: 'POINTS', amount: '20' }],
        },
      },
      { topic: 'ledger.growth-changed.v1', message: { amount: '-200', effectiveAt: FRIDAY, earnedAt: MONDAY } },
    ]);
  });

  it('of a recalculation: the difference, and what is still not there', () => {
    const said = announced(unlinked('U1', FRIDAY, 150n), purchase('P1', MONDAY, 100n)).slice(-1);
    expect(said).toMatchObject([
      {
        topic: 'ledger.points-reversed.v1',
        message: {
          kind: 'recalculation',
          source: { source: 'till-1', id: 'U1' },
          unit: 'mall',
          movements: [lot('-100')],
          uncollectable: [{ asset: 'POINTS', amount: '50' }],
        },
      },
    ]);
  });

  it('of a transfer: each part with what it is drawn by, to the account that receives', () => {
    const send = { kind: 'send-points', tenant: 'demo', account, transfer: 't-1', toHolder: 'm-2' } as const;
    const grants = [
      { asset: 'POINTS', score: false, amount: 100n, unitCost: '1/100', allocation: [], expiresAt: instant(SUNDAY) },
    ];
    const said = announced(purchase('P1', MONDAY, 100n, { grants }), purchase('P2', MONDAY, 50n), {
      ...send,
      asset: 'POINTS',
      amount: 120n,
      at: instant(FRIDAY),
    });
    const part = { issuer: 'hotel', unitCost: '1/100', priority: 0, activatedAt: MONDAY };
    const message: ledger.PointsSent = {
      ...head,
      revision: 3,
      effectiveAt: FRIDAY,
      transfer: 't-1',
      to: accountOf('m-2'),
      toMember: 'm-2',
      asset: 'POINTS',
      lots: [
        { ...part, lot: 'till-1:P1:POINTS', amount: '100', expiresAt: SUNDAY },
        { ...part, lot: 'till-1:P2:POINTS', amount: '20' },
      ],
    };
    expect(said.at(-1)).toEqual({ topic: 'ledger.points-sent.v1', key: accountOf('m-2'), message });
    expect(validatorOf(ledger.PointsSent)(message)).toMatchObject({ ok: true });
  });

  it('meets its contracts, and movements of all messages sum to what the account holds', () => {
    const said = announced(
      unlinked('U1', FRIDAY, 30n),
      purchase('P1', MONDAY, 100n),
      purchase('P2', FRIDAY, 50n, { returns: [returned('R2', FRIDAY, 10n)] }),
      purchase('P1', MONDAY, 20n, { revision: 1, issuer: 'mall', returns: [returned('R1', FRIDAY, 5n)] }),
    );
    const validators = {
      'ledger.points-accrued.v1': validatorOf(ledger.PointsAccrued),
      'ledger.points-reversed.v1': validatorOf(ledger.PointsReversed),
      'ledger.growth-changed.v1': validatorOf(ledger.GrowthChanged),
    };
    let [points, growth] = [0n, 0n];
    for (const { topic, message } of said) {
      expect(validators[topic as keyof typeof validators](message)).toMatchObject({ ok: true });
      const { movements, amount } = message as Partial<ledger.PointsAccrued & ledger.GrowthChanged>;
      for (const movement of movements ?? []) points += BigInt(movement.amount);
      growth += BigInt(amount ?? 0);
    }
    expect([points, growth]).toEqual([25n, 110n]);
  });

  it('of an event that it does not know: nothing, loudly', () => {
    expect(() => ledgerPublications.announce(recorded({ type: 'PointsLost', version: 1, data: {} }, 3))).toThrow(
      'unknown event PointsLost version 1',
    );
  });
});
