import { instant } from '@tallystick/vocabulary';
import type { AccountCommand } from '../account.commands';
import { january, linkedReturn, pointsGrant, purchasePicture } from '../account.examples';
import {
  cancelRedemption,
  captureHold,
  closeAccount,
  extendExpiry,
  freezeAccount,
  noticeExpiry,
  passTime,
  placeHold,
  reactivateLots,
  receivePoints,
  releaseHold,
  sendPoints,
  unfreezeAccount,
} from './decision.examples';
import { after, outcome, standing, told } from './decision.spec-data';

const ending = (id: string, day: number, amount: bigint, ends: number) =>
  purchasePicture(id, day, 0n, { grants: [pointsGrant(amount, { expiresAt: instant(january(ends)) })] });
const P1 = purchasePicture('P1', 1, 100n);
const frozen = freezeAccount('F1', 4);
const pausing = freezeAccount('F1', 4, { pausesExpiry: true });

describe('the status of an account (M6)', () => {
  const asked: Record<string, AccountCommand> = {
    earn: purchasePicture('P2', 5, 10n),
    spend: placeHold('H1', 5, 10n),
    send: sendPoints('T1', 5, 10n),
    receive: receivePoints('T2', 5),
    'a return': { ...P1, revision: 1, returns: [linkedReturn('R1', 5, 30n)] },
  };
  const answers = (before: readonly AccountCommand[]) =>
    Object.entries(asked).map(([what, command]) => {
      const decided = outcome(before, command);
      return `${what}: ${'rejected' in decided ? decided.rejected : 'done'}`;
    });

  it('of an active account lets it earn, spend, send and receive', () => {
    expect(answers([P1])).toEqual(['earn: done', 'spend: done', 'send: done', 'receive: done', 'a return: done']);
  });

  it('of a frozen account lets it earn and receive, and neither spend nor send', () => {
    expect(answers([P1, frozen])).toEqual([
      'earn: done',
      'spend: account-frozen',
      'send: account-frozen',
      'receive: done',
      'a return: done',
    ]);
  });

  it('of a closed account lets it do neither; what was sent to it and what comes back is forfeited', () => {
    expect(answers([P1, closeAccount(4)])).toEqual([
      'earn: account-closed',
      'spend: account-closed',
      'send: account-closed',
      'receive: done',
      'a return: done',
    ]);
  });
});

describe('freeze an account', () => {
  it('is said again where the account is frozen already, and never again under the same name', () => {
    expect(told([P1, frozen], freezeAccount('F2', 5))).toEqual(['AccountFrozen on 05: | ']);
    const thawed = [P1, frozen, freezeAccount('F2', 5), unfreezeAccount('U1', 6)];
    expect(outcome(thawed, freezeAccount('F2', 7))).toEqual([]);
    expect(told(thawed, placeHold('H1', 7, 1n))).toHaveLength(1);
  });

  it('under a name that says something else is refused', () => {
    expect(outcome([P1, frozen], pausing)).toEqual({ rejected: 'decision-conflict', facts: { name: 'status F1' } });
    expect(outcome([P1, frozen], unfreezeAccount('F1', 5))).toMatchObject({ rejected: 'decision-conflict' });
  });

  it('is refused where the account is closed, and so is its end', () => {
    for (const command of [frozen, unfreezeAccount('U1', 5)]) {
      expect(outcome([P1, closeAccount(4)], command)).toMatchObject({ rejected: 'account-closed' });
    }
  });

  it('lets lots expire meanwhile', () => {
    expect(told([ending('P1', 1, 100n, 6), frozen], passTime(8))[0]).toContain('LotsExpired on 06: 100 of P1');
    expect(told([ending('P1', 1, 100n, 9), frozen], unfreezeAccount('U1', 6))).toEqual(['AccountUnfrozen on 06: | ']);
  });
});

describe('freeze an account so that dates stand still', () => {
  const lots = [ending('P1', 1, 100n, 3), ending('P2', 1, 50n, 6), ending('P3', 1, 30n, 20)];

  it('lets nothing expire but what had ended before', () => {
    expect(told([...lots, pausing], passTime(8))).toEqual([
      'LotsExpired on 03: 100 of P1 | available/hotel -100 breakage/hotel 100',
    ]);
    expect(outcome([...lots, pausing, passTime(8)], passTime(9))).toEqual([]);
    expect(outcome([...lots, pausing], noticeExpiry(18))).toEqual([]);
  });

  it('ends with every date moved by the time between, as extensions', () => {
    expect(outcome([...lots, pausing, passTime(8)], unfreezeAccount('U1', 9))).toMatchObject([
      { type: 'AccountUnfrozen' },
      {
        type: 'ExpiryExtended',
        data: {
          extension: '~unfreeze:U1:POINTS',
          reason: 'unfrozen',
          lots: [
            ['till-1:P2:POINTS', january(6), january(11)],
            ['till-1:P3:POINTS', january(20), january(25)],
          ],
        },
      },
    ]);
    const thawed = [...lots, pausing, unfreezeAccount('U1', 9)];
    expect(told(thawed, placeHold('H1', 10, 80n))[0]).toContain('50 of P2, 30 of P3');
    expect(told(thawed, passTime(11))[0]).toContain('LotsExpired on 11: 50 of P2');
  });

  it('books what had ended before when it ends', () => {
    expect(told([...lots, pausing], unfreezeAccount('U1', 9)).map((line) => line.split(':')[0])).toEqual([
      'LotsExpired on 03',
      'AccountUnfrozen on 09',
      'ExpiryExtended on 09',
    ]);
  });

  it('moves the date of what was earned meanwhile only by the time since, and of what is held as well', () => {
    const held = [...lots, placeHold('H1', 2, 180n, { ttlSeconds: 86_400 * 20 })];
    const earned = ending('P4', 7, 10n, 8);
    expect(outcome([...held, pausing, earned], unfreezeAccount('U1', 9))).toMatchObject([
      {},
      {
        data: {
          lots: [
            ['till-1:P2:POINTS', january(6), january(11)],
            ['till-1:P3:POINTS', january(20), january(25)],
            ['till-1:P4:POINTS', january(8), january(10)],
          ],
        },
      },
    ]);
  });

  it('moves a date that was set meanwhile only by the time since', () => {
    const extended = [...lots, pausing, extendExpiry('X1', 7, 26, { lots: ['till-1:P2:POINTS', 'till-1:P3:POINTS'] })];
    expect(outcome(extended, unfreezeAccount('U1', 9))).toMatchObject([
      {},
      {},
      {
        data: {
          lots: [
            ['till-1:P2:POINTS', january(26), january(28)],
            ['till-1:P3:POINTS', january(26), january(28)],
          ],
        },
      },
    ]);
  });

  it('moves by the time since what a cancellation lets live again, and what is reactivated, meanwhile', () => {
    const spent = [ending('P2', 1, 50n, 3), placeHold('H1', 2, 50n), captureHold('H1', 2)];
    const graced = cancelRedemption('H1', 'C1', 7, { graceUntil: instant(january(14)) });
    const expired = [ending('P1', 1, 100n, 3), passTime(4)];
    for (const before of [
      [...spent, pausing, graced],
      [...expired, pausing, reactivateLots('V1', 7, { until: instant(january(14)) })],
    ]) {
      expect(outcome(before, unfreezeAccount('U1', 9))).toMatchObject([
        { type: 'AccountUnfrozen' },
        { data: { lots: [[expect.any(String), january(14), january(16)]] } },
      ]);
    }
  });

  it('extends what would have ended meanwhile, and not what had ended before', () => {
    expect(outcome([...lots, pausing], extendExpiry('X1', 8, 26, { lots: ['till-1:P2:POINTS'] }))).toMatchObject([
      { data: { lots: [['till-1:P2:POINTS', january(6), january(26)]] } },
    ]);
    expect(outcome([...lots, pausing], extendExpiry('X1', 8, 26, { lots: ['till-1:P1:POINTS'] }))).toMatchObject({
      rejected: 'lot-expired',
    });
  });

  it('counts from the first freeze that paused, and not from one that did not', () => {
    const twice = [
      ending('P3', 1, 30n, 20),
      freezeAccount('F0', 2),
      pausing,
      freezeAccount('F2', 6, { pausesExpiry: true }),
    ];
    expect(outcome(twice, unfreezeAccount('U1', 9))).toMatchObject([
      {},
      { data: { lots: [['till-1:P3:POINTS', january(20), january(25)]] } },
    ]);
  });

  it('frees what is held into lots whose dates stand still', () => {
    const held = [ending('P2', 1, 50n, 6), placeHold('H1', 2, 50n, { ttlSeconds: 86_400 * 20 }), pausing];
    expect(standing(after(...held, releaseHold('H1', 8), passTime(8)))).toEqual({ available: 50 });
    expect(told(held, captureHold('H1', 8))).toHaveLength(1);
    expect(told([...held, releaseHold('H1', 8), unfreezeAccount('U1', 9)], extendExpiry('X1', 9, 28))).toHaveLength(1);
  });
});
