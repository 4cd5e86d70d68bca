import { instant } from '@tallystick/vocabulary';
import { january, linkedReturn, pointsGrant, purchasePicture } from '../account.examples';
import {
  adjustPoints,
  cancelRedemption,
  captureHold,
  closeAccount,
  exchangePoints,
  importPoints,
  noticeExpiry,
  passTime,
  placeHold,
  receivePoints,
  releaseHold,
} from './decision.examples';
import { after, outcome, standing, told } from './decision.spec-data';

const ending = (id: string, day: number, amount: bigint, ends: number) =>
  purchasePicture(id, day, 0n, { grants: [pointsGrant(amount, { expiresAt: instant(january(ends)) })] });
const P1 = purchasePicture('P1', 1, 100n);

describe('notice an expiry', () => {
  const before = [ending('P1', 1, 100n, 20), ending('P2', 2, 50n, 20), ending('P3', 2, 30n, 28)];

  it('says what ends on a date once its nearest threshold is reached, summed over lots', () => {
    expect(outcome(before, noticeExpiry(12))).toEqual([]);
    expect(outcome(before, noticeExpiry(13))).toMatchObject([
      { type: 'ExpiryNoticed', data: { asset: 'POINTS', amount: '150', days: '7', expiresAt: january(20) } },
    ]);
  });

  it('says each threshold of a date once, also where the job starts late or runs again', () => {
    expect(outcome([...before, noticeExpiry(13)], noticeExpiry(14))).toEqual([]);
    expect(outcome([...before, noticeExpiry(13)], noticeExpiry(18))).toMatchObject([{ data: { days: '3' } }]);
    expect(outcome(before, noticeExpiry(19))).toMatchObject([{ data: { days: '3' } }]);
  });

  it('says nothing of what is held, spent or over', () => {
    const spent = [...before, placeHold('H1', 5, 150n), captureHold('H1', 5)];
    expect(outcome(spent, noticeExpiry(19))).toEqual([]);
    expect(outcome(before, noticeExpiry(20))).toEqual([]);
  });
});

describe('import points', () => {
  it('opens the account with lots that keep the dates they had', () => {
    expect(told([], importPoints('I1', 5))).toEqual([
      'AccountOpened on : | ',
      'PointsImported on 05: 50 of I1.0 | issuer-obligation/mall -50 available/mall 50',
    ]);
    expect(told([importPoints('I1', 5)], passTime(20))[0]).toContain('LotsExpired on 20: 50 of I1.0');
  });

  it('refuses lots that do not sum to what the other system says', () => {
    expect(outcome([P1], importPoints('I1', 5, { expected: 51n }))).toEqual({
      rejected: 'import-mismatch',
      facts: { asset: 'POINTS', expected: '51', sum: '50' },
    });
  });

  it('is carried out once by its name', () => {
    expect(outcome([importPoints('I1', 5)], importPoints('I1', 9))).toEqual([]);
    expect(outcome([importPoints('I1', 5)], importPoints('I1', 5, { expected: 51n }))).toMatchObject({
      rejected: 'decision-conflict',
    });
  });

  it('of the same sum with other lots is something else', () => {
    const [lot] = importPoints('I1', 5).lots;
    for (const other of [{ issuer: 'hotel' }, { unitCost: '1/100' }, { expiresAt: undefined }, { priority: 1 }]) {
      const command = importPoints('I1', 5, { lots: [{ ...lot!, ...other }] });
      expect(outcome([importPoints('I1', 5)], command)).toMatchObject({ rejected: 'decision-conflict' });
    }
    const parts = [
      { ...lot!, amount: 20n },
      { ...lot!, amount: 30n },
    ];
    expect(outcome([importPoints('I1', 5)], importPoints('I1', 5, { lots: parts }))).toMatchObject({
      rejected: 'decision-conflict',
    });
  });
});

describe('exchange points', () => {
  const before = [ending('P1', 1, 33n, 20), purchasePicture('P2', 2, 68n, { issuer: 'mall' })];

  it('gives the rounded amount at the rate, a lot per slice with its issuer and date, and keeps the cost in sum', () => {
    expect(outcome(before, exchangePoints('E1', 5, 51n))).toMatchObject([
      {
        type: 'PointsExchanged',
        data: {
          amount: '51',
          toAmount: '76',
          received: [
            ['~exchange:E1.0:MILES', 'hotel', '33/4900', '49'],
            ['~exchange:E1.1:MILES', 'mall', '1/150', '27'],
          ],
          lots: [{ expiresAt: january(20) }, {}],
          postings: [
            ['available', 'POINTS', 'hotel', '-33'],
            ['moved', 'POINTS', 'hotel', '33'],
            ['available', 'POINTS', 'mall', '-18'],
            ['moved', 'POINTS', 'mall', '18'],
            ['moved', 'MILES', 'hotel', '-49'],
            ['available', 'MILES', 'hotel', '49'],
            ['moved', 'MILES', 'mall', '-27'],
            ['available', 'MILES', 'mall', '27'],
          ],
        },
      },
    ]);
  });

  it('lets the other asset be spent', () => {
    const miles = placeHold('H1', 6, 76n, { asset: 'MILES' });
    expect(told([...before, exchangePoints('E1', 5, 51n)], miles)[0]).toContain('49 of E1.0, 27 of E1.1');
  });

  it('refuses what no row can hold', () => {
    expect(outcome(before, exchangePoints('E1', 5, 51n, { rate: '999999999999999' }))).toMatchObject({
      rejected: 'amount-out-of-range',
    });
  });

  it('refuses what gives nothing, a rate that is none, and what is not there', () => {
    expect(outcome(before, exchangePoints('E1', 5, 1n, { rate: '1/2' }))).toMatchObject({
      rejected: 'exchange-too-small',
    });
    expect(outcome(before, exchangePoints('E1', 5, 1n, { rate: '0' }))).toMatchObject({ rejected: 'rate-invalid' });
    expect(outcome(before, exchangePoints('E1', 5, 102n))).toMatchObject({ rejected: 'insufficient-points' });
  });
});

describe('close an account', () => {
  const waiting = purchasePicture('P2', 2, 0n, { grants: [pointsGrant(20n, { activatesOn: 'shipped' })] });

  it('forfeits what is left, pending points too', () => {
    expect(told([P1, waiting], closeAccount(5))).toEqual([
      'LotsExpired on 05: 100 of P1 | available/hotel -100 breakage/hotel 120 pending/hotel -20',
      'AccountClosed on 05: | ',
    ]);
    expect(outcome([P1, closeAccount(5)], closeAccount(6))).toEqual([]);
  });

  it('is refused while a hold is open, and not by one whose time is over', () => {
    expect(outcome([P1, placeHold('H1', 5, 10n)], closeAccount(5))).toEqual({
      rejected: 'holds-open',
      facts: { holds: '1' },
    });
    expect(told([P1, placeHold('H1', 5, 10n)], closeAccount(7))[0]).toContain('HoldLapsed on 06');
    expect(told([P1, placeHold('H1', 5, 10n), releaseHold('H1', 5)], closeAccount(5))).toHaveLength(2);
  });

  it('refuses to earn and to spend from then on', () => {
    const closed = [P1, closeAccount(5)];
    for (const command of [placeHold('H1', 6, 1n), adjustPoints('A1', 6, 5n), importPoints('I1', 6)]) {
      expect(outcome(closed, command)).toMatchObject({ rejected: 'account-closed' });
    }
    expect(outcome(closed, purchasePicture('P3', 6, 10n))).toMatchObject({ rejected: 'account-closed' });
  });

  it('forfeits what another account has sent to it, and what a later picture grants', () => {
    expect(standing(after(P1, closeAccount(5), receivePoints('T1', 6)))).toEqual({ moved: -50, breakage: 150 });
    const more = { ...purchasePicture('P1', 1, 130n), revision: 1 };
    expect(standing(after(P1, closeAccount(5), more))).toEqual({ breakage: 130 });
  });

  it('still takes a return, and forfeits what comes back to it', () => {
    const spent = [P1, placeHold('H1', 4, 60n), captureHold('H1', 4), closeAccount(5)];
    const returned = { ...P1, revision: 1, returns: [linkedReturn('R1', 6, 30n)] };
    expect(standing(after(...spent, returned))).toEqual({ breakage: 10, redeemed: 60 });
    expect(standing(after(...spent, cancelRedemption('H1', 'C1', 7)))).toEqual({ breakage: 100 });
  });
});
