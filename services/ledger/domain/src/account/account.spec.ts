import { instant, MAX_AMOUNT } from '@tallystick/vocabulary';
import { accountDecider } from './account.decider';
import type { AccountEvent } from './account.events';
import { EXAMPLE_RECEIPT, growthGrant, january, linkedReturn, pointsGrant, purchasePicture } from './account.examples';
import { account, history } from './account.spec-data';

const holder = { program: 'main', holder: 'm-1' };
const opened: AccountEvent = { type: 'AccountOpened', version: 1, data: { tenant: 'demo', ...holder } };

describe('apply an evaluation', () => {
  it('opens the account with its first fact and accrues one balanced lot per asset, none for a score', () => {
    const grants = [pointsGrant(100n, { expiresAt: instant(january(31)) }), growthGrant(80n)];
    account
      .given()
      .when(purchasePicture('P1', 5, 0n, { grants }))
      .then(opened, {
        type: 'PointsAccrued',
        version: 1,
        data: {
          ...holder,
          purchase: { source: 'till-1', id: 'P1' },
          evaluationRevision: '0',
          effectiveAt: january(5),
          issuer: 'hotel',
          store: 'hotel-1',
          receipt: EXAMPLE_RECEIPT,
          grants: [
            {
              asset: 'POINTS',
              lot: 'till-1:P1:POINTS',
              amount: '100',
              unitCost: '1/100',
              expiresAt: january(31),
              allocation: [['1', 'one-per-yuan', '100']],
            },
            {
              asset: 'GROWTH',
              amount: '80',
              unitCost: '0',
              allocation: [['1', 'growth', '80']],
            },
          ],
          postings: [
            ['issuer-obligation', 'POINTS', 'hotel', '-100'],
            ['available', 'POINTS', 'hotel', '100'],
            ['issuer-obligation', 'GROWTH', 'hotel', '-80'],
            ['available', 'GROWTH', 'hotel', '80'],
          ],
        },
      });
  });

  it('remembers a purchase that earns nothing, so that an older picture of it stays without effect', () => {
    const events = history(purchasePicture('P1', 5, 0n, { revision: 2 }));
    account
      .given(...events)
      .when(purchasePicture('P1', 5, 100n, { revision: 1 }))
      .thenNothing();
  });

  it('is quiet for a picture that is not newer than the known one', () => {
    const events = history(purchasePicture('P1', 5, 100n, { revision: 3 }));
    account
      .given(...events)
      .when(purchasePicture('P1', 5, 70n, { revision: 2 }))
      .thenNothing();
  });

  it('amends an accrual by the difference when a newer picture grants otherwise', () => {
    const events = history(purchasePicture('P1', 5, 100n));
    account
      .given(...events)
      .when(purchasePicture('P1', 5, 130n, { revision: 1 }))
      .then({
        type: 'AccrualAmended',
        version: 1,
        data: {
          ...holder,
          purchase: { source: 'till-1', id: 'P1' },
          evaluationRevision: '1',
          effectiveAt: january(5),
          issuer: 'hotel',
          store: 'hotel-1',
          receipt: EXAMPLE_RECEIPT,
          grants: [
            {
              asset: 'POINTS',
              lot: 'till-1:P1:POINTS',
              amount: '130',
              unitCost: '1/100',
              allocation: [['1', 'one-per-yuan', '130']],
            },
          ],
          changes: [
            { asset: 'POINTS', lot: 'till-1:P1:POINTS', issuer: 'hotel', unitCost: '1/100', from: '100', to: '130' },
          ],
          postings: [
            ['issuer-obligation', 'POINTS', 'hotel', '-30'],
            ['available', 'POINTS', 'hotel', '30'],
          ],
        },
      });
  });

  it('moves an obligation to another unit when a newer picture names another issuer', () => {
    const outcome = account
      .given(...history(purchasePicture('P1', 5, 100n)))
      .when(purchasePicture('P1', 5, 100n, { revision: 1, issuer: 'mall' }))
      .outcome();
    expect(outcome).toMatchObject([
      {
        data: {
          changes: [
            { issuer: 'hotel', from: '100', to: '0' },
            { issuer: 'mall', from: '0', to: '100' },
          ],
        },
      },
    ]);
  });
  it('refuses a member whose account it is not: account-mismatch', () => {
    account
      .given()
      .when(purchasePicture('P1', 5, 1n, { holder: 'm-2' }))
      .thenRefused('account-mismatch');
    account
      .given(...history(purchasePicture('P1', 5, 1n)))
      .when(purchasePicture('P2', 5, 1n, { program: 'other' }))
      .thenRefused('account-mismatch');
  });

  it('refuses a picture that names an asset or a return twice: asset-repeated', () => {
    const twice = { grants: [pointsGrant(1n), pointsGrant(2n)] };
    account
      .given()
      .when(purchasePicture('P1', 5, 0n, twice))
      .thenRefused('asset-repeated', { asset: 'POINTS' });
    const returns = [linkedReturn('R1', 6, 1n), linkedReturn('R1', 7, 1n)];
    account
      .given()
      .when(purchasePicture('P1', 5, 9n, { returns }))
      .thenRefused('asset-repeated', { return: 'till-1:R1' });
  });

  it('refuses an asset as a score that the account holds in lots: asset-kind-conflict', () => {
    const grants = [pointsGrant(1n, { score: true })];
    account
      .given(...history(purchasePicture('P1', 5, 1n)))
      .when(purchasePicture('P2', 6, 0n, { grants }))
      .thenRefused('asset-kind-conflict', { asset: 'POINTS' });
  });

  it('refuses what would carry a balance out of 64 bits: amount-out-of-range', () => {
    const most = Array.from({ length: 1_024 }, (_, index) => purchasePicture(`P${index}`, 5, MAX_AMOUNT));
    let state = accountDecider.initial();
    for (const command of most) {
      const decision = accountDecider.decide(command, state);
      if ('rejected' in decision) throw new Error(decision.rejected);
      for (const event of decision) state = accountDecider.evolve(state, event);
    }
    expect(accountDecider.decide(purchasePicture('P-last', 5, MAX_AMOUNT), state)).toMatchObject({
      rejected: 'amount-out-of-range',
    });
  });
});

describe('a stored event', () => {
  it('of an unknown type or version stops whoever reads it', () => {
    expect(() => accountDecider.upcast('PointsLost', 1, {})).toThrow('unknown event PointsLost version 1');
    expect(() => accountDecider.upcast('PointsAccrued', 2, {})).toThrow('unknown event PointsAccrued version 2');
  });
});
