import { canonicalJson, isRejection } from '@tallystick/decider';
import { instant } from '@tallystick/vocabulary';
import fc from 'fast-check';
import type { AccountCommand, EarnWindow } from '../account.commands';
import { accountDecider } from '../account.decider';
import type { AccountEvent } from '../account.events';
import { january, linkedReturn, pointsGrant, purchasePicture, unlinkedReturn } from '../account.examples';
import type { AccountState, Clawback } from '../account.state';
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
import type { HoldPlaced } from './decision.events';
import { Pair } from './merge.spec-data';
import { NaiveAccount } from './naive-account';

const day = fc.integer({ min: 1, max: 28 });
const amount = fc.bigInt({ min: 1n, max: 60n });
const some = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
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

const purchase = fc
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

const decision: fc.Arbitrary<AccountCommand> = fc.oneof(
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
const value: fc.Arbitrary<AccountCommand> = fc.oneof(
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
  fc.tuple(holdId, day).map(([id, on]) => captureHold(id, on, { mixed: true })),
  fc.tuple(holdId, day).map(([id, on]) => ({ ...releaseHold(id, on), mixed: true as const })),
  fc.tuple(holdId, day).map(([id, on]) => cancelRedemption(id, 'C4', on, { mixed: true })),
);

const command: fc.Arbitrary<AccountCommand> = fc.oneof(
  { weight: 5, arbitrary: purchase },
  { weight: 2, arbitrary: unlinked },
  { weight: 17, arbitrary: decision },
  { weight: 2, arbitrary: rarer },
  { weight: 6, arbitrary: value },
);

/** Facts as they were sent, and as they arrived: in any order, some of them twice. What a purchase waits for never changes. */
const shuffledFacts = fc
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

const RUNS = Number(process.env.TALLY_PROPERTY_RUNS ?? 1_000);

type Follow = (state: AccountState, one: AccountCommand, events: readonly AccountEvent[] | undefined) => void;

/** Carries commands out as the executor does: refusals change nothing. */
function carryOut(commands: readonly AccountCommand[], after: Follow): AccountState {
  let state = accountDecider.initial();
  for (const one of commands) {
    const decision = accountDecider.decide(one, state);
    for (const event of isRejection(decision) ? [] : decision) {
      const stored: unknown = JSON.parse(canonicalJson(event.data));
      state = accountDecider.evolve(state, accountDecider.upcast(event.type, event.version, stored));
      expect({ after: event.type, broken: accountDecider.invariants(state) }).toEqual({
        after: event.type,
        broken: [],
      });
    }
    after(state, one, isRejection(decision) ? undefined : decision);
  }
  return state;
}

/** The books of POINTS that say what became of lots. */
function books(state: AccountState): Record<string, number> {
  const known = state.books.get('POINTS');
  const names = ['pending', 'available', 'held', 'redeemed', 'breakage', 'deficit', 'uncollectable'] as const;
  const sums = names.map((name) => [name, Number(known?.[name] ?? 0n)] as const);
  return Object.fromEntries(sums.filter(([, sum]) => sum !== 0));
}

/** Everything that facts and decisions have left, whatever the way to it. */
function whatStands(state: AccountState) {
  const lots = [...state.accruals.values()].flatMap(({ issuer, holdings }) =>
    holdings.map(({ lot, granted, remaining, pending, used }) => ({ lot, issuer, granted, remaining, pending, used })),
  );
  lots.sort((a, b) => (a.lot! < b.lot! ? -1 : 1));
  return { books: books(state), lots, reversals: takenIn(state) };
}

const commands = fc.array(command, { maxLength: 12 });

/** The same of another account: it gives its own names to everything. */
function theirOwn(one: AccountCommand): AccountCommand {
  const names = /"([A-Z])(\d)/g;
  const text = JSON.stringify(one, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));
  const revive = (_: string, value: unknown) =>
    typeof value === 'string' && /^-?\d+n$/.test(value) ? BigInt(value.slice(0, -1)) : value;
  return JSON.parse(text.replace(names, '"their-$1$2'), revive) as AccountCommand;
}

function lotsOf({ facts }: AccountState): string[] {
  return facts.flatMap((fact) =>
    fact.kind === 'accrual' ? fact.holdings.flatMap(({ lot }) => (lot === undefined ? [] : [lot])) : [],
  );
}

function takenIn({ reversals }: AccountState): string[] {
  const lines: string[] = [];
  for (const { source, id, purchase, items } of reversals.values()) {
    const name = purchase === undefined ? `${source}:${id}` : `${source}:${id} ${purchase}`;
    for (const { lot, amount: part, expired } of items.flatMap(({ slices }) => slices ?? [])) {
      lines.push(`${name}: ${part} of ${lot}${expired ? '!' : ''}`);
    }
  }
  return lines.sort();
}

function firstOf(lots: readonly [string, number][], asked: number): [string, number][] {
  let open = asked;
  return lots.flatMap(([lot, left]): [string, number][] => {
    const part = Math.min(open, left);
    open -= part;
    return part > 0 ? [[lot, part]] : [];
  });
}

describe('an account, whatever is asked of it in whatever order', () => {
  it('keeps its invariants after every event, and is quiet or refuses when a command is repeated', () => {
    fc.assert(
      fc.property(fc.array(command, { minLength: 1, maxLength: 25 }), (commands) => {
        carryOut(commands, (state, one) => {
          const again = accountDecider.decide(one, state);
          if (!isRejection(again)) expect(again).toEqual([]);
        });
      }),
      { numRuns: RUNS },
    );
  });

  it('ends as a naive account ends that takes everything back anew after each command', () => {
    fc.assert(
      fc.property(fc.array(command, { minLength: 1, maxLength: 25 }), (commands) => {
        const naive = new NaiveAccount();
        carryOut(commands, (state, one, events) => {
          if (events) naive.follow(one, events);
          expect({ ...books(state), reversals: takenIn(state) }).toEqual({
            ...naive.books(),
            reversals: naive.reversals(),
          });
        });
      }),
      { numRuns: 10 * RUNS },
    );
  });

  it('ends alike however facts arrive that lie between the same decisions, once or twice (L13)', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(shuffledFacts, decision), { minLength: 1, maxLength: 5 }), (parts) => {
        const inOrder = carryOut(
          parts.flatMap(([facts, one]) => [...facts.sent, one]),
          () => undefined,
        );
        const shuffled = carryOut(
          parts.flatMap(([facts, one]) => [...facts.arrived, one]),
          () => undefined,
        );
        expect(whatStands(shuffled)).toEqual(whatStands(inOrder));
      }),
      { numRuns: RUNS },
    );
  });

  it('draws for a hold what a naive account would draw, or refuses it', () => {
    fc.assert(
      fc.property(fc.array(command, { minLength: 1, maxLength: 25 }), day, amount, (commands, on, held) => {
        const naive = new NaiveAccount();
        const state = carryOut([...commands, passTime(on)], (_, one, events) => events && naive.follow(one, events));
        const decision = accountDecider.decide(placeHold('H9', on, held), state);
        if (isRejection(decision)) {
          const there = naive.draws(instant(january(on))).reduce((sum, [, left]) => sum + left, 0);
          expect(decision.rejected === 'insufficient-points' ? there < Number(held) : decision.rejected).not.toBe(
            false,
          );
          return;
        }
        const [{ data }] = decision as [HoldPlaced];
        expect(data.slices.map(([lot, , , part]) => [lot, Number(part)])).toEqual(
          firstOf(naive.draws(instant(january(on))), Number(held)),
        );
      }),
      { numRuns: RUNS },
    );
  });

  it('ends, once another was merged into it, as one that had always had the facts of both (M4)', () => {
    fc.assert(
      fc.property(commands, commands, commands, (mine, theirs, later) => {
        const pair = new Pair();
        const [naive, other] = [new NaiveAccount(), new NaiveAccount()];
        pair.tryFirst(theirs.map(theirOwn), (one, events) => other.follow(one, events));
        pair.trySecond(mine, (one, events) => naive.follow(one, events));
        if (!pair.mayMerge) return;
        pair.merge(
          'M1',
          15,
          (one, events) => other.follow(one, events),
          (one, events) => naive.follow(one, events),
        );
        naive.absorb(other);
        const since = later.map((one, index) => (index % 2 === 0 ? one : { ...theirOwn(one), ...pair.forMerged }));
        pair.trySecond(since, (one, events) => naive.follow(one, events));
        expect({ ...books(pair.b), reversals: takenIn(pair.b) }).toEqual({
          ...naive.books(),
          reversals: naive.reversals(),
        });
      }),
      { numRuns: RUNS / 5 },
    );
  });

  it('parts again from what was merged into it: both keep their invariants, and each book of both its sum (M4)', () => {
    fc.assert(
      fc.property(commands, commands, commands, (mine, theirs, later) => {
        const pair = new Pair().tryFirst(theirs.map(theirOwn)).trySecond(mine);
        if (!pair.mayMerge) return;
        pair.merge('M1', 15);
        pair.trySecond(later.map((one, index) => (index % 2 === 0 ? one : { ...theirOwn(one), ...pair.forMerged })));
        pair.trySecond([passTime(27)]);
        for (const { hold } of [...pair.b.open]) pair.second(releaseHold(hold, 27));
        pair.unmerge('M1', 28);
        expect(lotsOf(pair.a).every((lot) => /their|~merge/.test(lot))).toBe(true);
        expect(lotsOf(pair.b).some((lot) => lot.startsWith('till-1:their'))).toBe(false);
        pair.tryFirst(later.map(theirOwn)).trySecond(later);
      }),
      { numRuns: RUNS / 5 },
    );
  });

  it('keeps its snapshot the same as its fold', () => {
    fc.assert(
      fc.property(fc.array(command, { minLength: 1, maxLength: 25 }), (commands) => {
        const codec = accountDecider.snapshot!;
        const state = carryOut(commands, () => undefined);
        expect(codec.decode(JSON.parse(canonicalJson(codec.encode(state))))).toEqual(state);
      }),
      { numRuns: RUNS / 5 },
    );
  });
});
