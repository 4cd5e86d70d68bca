import { accountId } from '@tallystick/decider';
import { type Instant, instant } from '@tallystick/vocabulary';
import fc from 'fast-check';
import type { AccountCommand, EarnWindow } from '../account.commands';
import {
  EXAMPLE_ACCOUNT,
  january,
  linkedReturn,
  pointsGrant,
  purchasePicture,
  unlinkedReturn,
} from '../account.examples';
import type { Clawback } from '../account.state';
import {
  activateLots,
  adjustPoints,
  buyPoints,
  cancelRedemption,
  captureHold,
  carryForward,
  changeLimit,
  decideLateSettlement,
  exchangePoints,
  extendExpiry,
  freezeAccount,
  grantLease,
  importPoints,
  lendPoints,
  noteOverdue,
  noticeExpiry,
  passTime,
  placeHold,
  placeMixedHold,
  reactivateLots,
  receivePoints,
  refundPrincipal,
  releaseHold,
  repayCredit,
  repayLoan,
  sendPoints,
  settleLease,
  topUp,
  unfreezeAccount,
} from './decision.examples';

const DAY = 86_400_000;

export const day = fc.integer({ min: 1, max: 28 });
export const amount = fc.bigInt({ min: 1n, max: 60n });
export const some = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
const purchaseId = fc.constantFrom('P1', 'P2', 'P3', 'P4', 'P5');
const holdId = fc.constantFrom('H1', 'H2', 'H3', 'H4');
const clawback = some(fc.constantFrom<Clawback>('only_pending', 'same_lot', 'within_balance', 'unlimited', 'floor:20'));

/** Caps as a program has them, by the day of a purchase. */
function windowsOn(on: number): EarnWindow[] {
  return [
    { window: 'transaction', key: '', limit: 50n },
    { window: 'week', key: String(Math.floor(on / 7)), limit: 70n },
    { window: 'life', key: '', limit: 110n },
  ];
}

export const purchase = fc
  .record({
    id: purchaseId,
    on: day,
    revision: fc.nat({ max: 3 }),
    grants: fc.bigInt({ min: 0n, max: 60n }),
    issuer: fc.constantFrom('hotel', 'mall'),
    expires: some(day),
    matures: fc.oneof(
      fc.constant({}),
      fc.constant({ activatesOn: 'shipped' }),
      day.map((d) => ({ activatesAt: instant(january(d)) })),
    ),
    onExceed: some(fc.constantFrom('cut' as const, 'reject' as const)),
    balance: some(fc.constantFrom('cut' as const, 'reject' as const)),
    returns: fc.array(fc.record({ id: fc.constantFrom('R1', 'R2'), on: day, amount, clawback }), { maxLength: 2 }),
  })
  .map(({ id, on, revision, grants, issuer, expires, matures, onExceed, balance, returns }): AccountCommand => {
    const expiry = expires === undefined ? {} : { expiresAt: instant(january(expires)) };
    const named = new Map(returns.map((one) => [one.id, one]));
    const caps = onExceed && { caps: { onExceed, windows: windowsOn(on) } };
    return purchasePicture(id, on, 0n, {
      revision,
      issuer,
      grants: [pointsGrant(grants, { ...expiry, ...matures, ...caps })],
      ...(caps && { capped: true }),
      ...(balance && { balanceCaps: [{ asset: 'POINTS', most: 90n, onExceed: balance }] }),
      returns: [...named.values()].map((one) => {
        const linked = linkedReturn(`${one.id}-${id}`, one.on, one.amount);
        return { ...linked, amounts: linked.amounts.map((asked) => ({ ...asked, clawback: one.clawback })) };
      }),
    });
  });

const unlinked = fc
  .record({ id: fc.constantFrom('U1', 'U2'), on: day, amount, revision: fc.nat({ max: 2 }), clawback })
  .map(({ id, on, amount: asked, revision, clawback: policy }) => {
    const amounts = [{ asset: 'POINTS', score: false, amount: asked, clawback: policy }];
    return unlinkedReturn(id, on, asked, { revision, amounts });
  });

export const decision: fc.Arbitrary<AccountCommand> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .record({
        hold: holdId,
        on: day,
        amount,
        policy: fc.constantFrom('protect' as const, 'lapse' as const),
        days: day,
      })
      .map(({ hold, on, amount: held, policy, days }) =>
        placeHold(hold, on, held, { expireUnderHold: policy, ttlSeconds: days * 43_200 }),
      ),
  },
  {
    weight: 3,
    arbitrary: fc
      .record({ hold: holdId, on: day, amount: some(amount), beyondHold: fc.boolean() })
      .map(({ hold, on, amount: captured, beyondHold }) => captureHold(hold, on, { amount: captured, beyondHold })),
  },
  { weight: 2, arbitrary: fc.tuple(holdId, day).map(([hold, on]) => releaseHold(hold, on)) },
  {
    weight: 2,
    arbitrary: fc
      .record({ hold: holdId, id: fc.constantFrom('C1', 'C2', 'C3'), on: day, amount: some(amount), grace: some(day) })
      .map(({ hold, id, on, amount: undone, grace }) => {
        const graceUntil = grace === undefined ? undefined : instant(january(grace));
        return cancelRedemption(hold, id, on, { amount: undone, graceUntil });
      }),
  },
  { weight: 2, arbitrary: day.map(passTime) },
  { weight: 1, arbitrary: fc.tuple(purchaseId, day).map(([id, on]) => activateLots(id, on, 'shipped')) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom('X1', 'X2'), day, day).map(([id, on, to]) => extendExpiry(id, on, to)),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('A1', 'A2', 'A3'), day, fc.bigInt({ min: -40n, max: 40n }), some(day))
      .filter(([, , adjusted]) => adjusted !== 0n)
      .map(([id, on, adjusted, expires]) => {
        const expiresAt = expires === undefined ? undefined : instant(january(expires));
        return adjustPoints(id, on, adjusted, { expiresAt });
      }),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom('T1', 'T2'), day, amount).map(([id, on, sent]) => sendPoints(id, on, sent)),
  },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom('T3', 'T4'), day).map(([id, on]) => receivePoints(id, on)) },
);

const rarer: fc.Arbitrary<AccountCommand> = fc.oneof(
  fc.tuple(fc.constantFrom('I1', 'I2'), day).map(([id, on]) => importPoints(id, on)),
  fc.tuple(fc.constantFrom('E1', 'E2'), day, amount).map(([id, on, given]) => exchangePoints(id, on, given)),
  day.map((on) => noticeExpiry(on)),
  day.map((on) => carryForward(`B${on % 3}`, on)),
  fc
    .tuple(fc.constantFrom('F1', 'F2'), day, fc.boolean())
    .map(([id, on, pausesExpiry]) => freezeAccount(id, on, { pausesExpiry })),
  fc.tuple(fc.constantFrom('U1', 'U2'), day).map(([id, on]) => unfreezeAccount(id, on)),
  fc.tuple(holdId, day, amount).map(([id, on, leased]) => grantLease(id, on, leased)),
  fc.tuple(holdId, day, amount).map(([id, on, spent]) => settleLease(id, on, spent - 1n)),
  fc
    .tuple(holdId, day, some(fc.constantFrom('R1', 'R2')))
    .map(([id, on, redemption]) => decideLateSettlement(id, on, redemption)),
  fc.tuple(holdId, day, purchaseId, amount).map(([id, on, of, held]) => {
    return placeHold(id, on, held, { slices: [{ lot: `till-1:${of}:POINTS`, amount: held }] });
  }),
);

const grantId = fc.constantFrom('G1', 'G2');

/** What makes lots of other kinds, and debts, of what is spent as any other lot. */
export const value: fc.Arbitrary<AccountCommand> = fc.oneof(
  fc.tuple(grantId, day, amount).map(([id, on, bought]) => buyPoints(id, on, bought)),
  fc
    .tuple(grantId, day, fc.constantFrom('principal_first' as const, 'gifted_first' as const), some(day))
    .map(([id, on, order, ends]) => {
      return topUp(id, on, { order, bonusExpiresAt: ends === undefined ? undefined : instant(january(ends)) });
    }),
  fc.tuple(grantId, day, some(amount)).map(([id, on, back]) => refundPrincipal(id, on, back)),
  fc.tuple(grantId, day, amount).map(([id, on, lent]) => lendPoints(id, on, lent)),
  fc.tuple(grantId, day, grantId, some(amount)).map(([id, on, loan, back]) => repayLoan(id, on, loan, back)),
  fc
    .tuple(grantId, day, fc.bigInt({ min: -60n, max: 60n }))
    .filter(([, , change]) => change !== 0n)
    .map(([id, on, change]) => changeLimit(id, on, change)),
  fc.tuple(grantId, day, some(amount)).map(([id, on, back]) => repayCredit(id, on, back)),
  fc.tuple(grantId, day).map(([id, on]) => reactivateLots(id, on)),
  day.map(noteOverdue),
  fc.tuple(holdId, day, amount).map(([id, on, due]) => placeMixedHold(id, on, { amount: due })),
  fc
    .tuple(holdId, day, fc.option(amount, { nil: undefined }))
    .map(([id, on, part]) => captureHold(id, on, { mixed: true, amount: part })),
  fc.tuple(holdId, day).map(([id, on]) => ({ ...releaseHold(id, on), mixed: true as const })),
  fc.tuple(holdId, day).map(([id, on]) => cancelRedemption(id, 'C4', on, { mixed: true })),
);

export const command: fc.Arbitrary<AccountCommand> = fc.oneof(
  { weight: 5, arbitrary: purchase },
  { weight: 2, arbitrary: unlinked },
  { weight: 17, arbitrary: decision },
  { weight: 2, arbitrary: rarer },
  { weight: 6, arbitrary: value },
);

const member = fc.constantFrom('m-2', 'm-3', 'm-4');

/** Opens the account as a pool of two members, one with limits. */
export const opensPool: AccountCommand = {
  kind: 'open-pool',
  ...onDay(1),
  program: 'main',
  holder: 'm-1',
  owner: 'm-2',
  members: [{ member: 'm-3', perDay: '40', perMonth: '70' }],
};

/** What is asked of a pool: anything, holds by some member, who belongs to it or not, and members that come, go and bring. */
export const poolCommand: fc.Arbitrary<AccountCommand> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(command, member).map(([one, by]): AccountCommand => {
      if (one.kind !== 'place-hold') return one;
      const day = Math.floor(one.at / DAY) * DAY;
      return { ...one, by: { member: by, day: day as Instant, month: instant('2026-01-01T00:00:00.000Z') } };
    }),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(member, day, some(fc.constantFrom('20', '50'))).map(([name, on, perDay]): AccountCommand => ({
      kind: 'set-pool-member',
      ...onDay(on),
      member: name,
      perDay,
      perMonth: undefined,
    })),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(member, day, fc.constantFrom('L1', 'L2', 'L3'))
      .map(([name, on, leave]): AccountCommand => ({ kind: 'leave-pool', ...onDay(on), member: name, leave })),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(member, day, fc.constantFrom('T5', 'T6', 'T7')).map(([name, on, transfer]) => {
      return receivePoints(transfer, on, { from: accountId('demo', 'main', name) });
    }),
  },
);

function onDay(on: number) {
  return { tenant: 'demo', account: EXAMPLE_ACCOUNT, at: instant(january(on)) };
}

/** Facts as they were sent, and as they arrived: in any order, some of them twice. What a purchase waits for never changes. */
export const shuffledFacts = fc
  .array(fc.oneof({ weight: 3, arbitrary: purchase.map(withoutWaiting) }, { weight: 1, arbitrary: unlinked }), {
    maxLength: 5,
  })
  .map(distinct)
  .chain((sent) =>
    fc
      .tuple(fc.shuffledSubarray(sent, { minLength: sent.length, maxLength: sent.length }), fc.subarray(sent))
      .map(([arrived, again]) => ({ sent, arrived: [...arrived, ...again] })),
  );

/** A purchase waits for the same as ever, by its name; a balance cap takes by decisions, which bind where they are recorded. */
function withoutWaiting(one: AccountCommand): AccountCommand {
  if (one.kind !== 'apply-evaluation') return one;
  const waits = one.purchase.id === 'P1' ? { activatesOn: 'shipped' } : { activatesOn: undefined };
  return {
    ...one,
    balanceCaps: undefined,
    grants: one.grants.map((grant) => ({ ...grant, activatesAt: undefined, ...waits })),
  };
}

/** One picture per revision: its content is what its publisher said once. */
function distinct(facts: AccountCommand[]): AccountCommand[] {
  const named = new Map<string, AccountCommand>();
  for (const fact of facts) {
    if (fact.kind === 'apply-evaluation') named.set(`${fact.purchase.id} ${fact.revision}`, fact);
    if (fact.kind === 'reverse-unlinked') named.set(`${fact.return.id} ${fact.revision}`, fact);
  }
  return [...named.values()];
}

/** The same of another account: it gives its own names to everything. */
export function theirOwn(one: AccountCommand): AccountCommand {
  const names = /"([A-Z])(\d)/g;
  const text = JSON.stringify(one, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));
  const revive = (_: string, value: unknown) =>
    typeof value === 'string' && /^-?\d+n$/.test(value) ? BigInt(value.slice(0, -1)) : value;
  return JSON.parse(text.replace(names, '"their-$1$2'), revive) as AccountCommand;
}
