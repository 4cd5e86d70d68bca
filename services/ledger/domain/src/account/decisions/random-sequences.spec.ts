import { canonicalJson, isRejection } from '@tallystick/decider';
import { instant } from '@tallystick/vocabulary';
import fc from 'fast-check';
import type { AccountCommand } from '../account.commands';
import { accountDecider } from '../account.decider';
import type { AccountEvent } from '../account.events';
import { january } from '../account.examples';
import type { AccountState } from '../account.state';
import { passTime, placeHold, releaseHold } from './decision.examples';
import type { PlaceHold } from './decision.commands';
import type { HoldPlaced } from './decision.events';
import { Pair } from './merge.spec-data';
import { NaiveAccount } from './naive-account';
import {
  amount,
  command,
  day,
  decision,
  opensPool,
  poolCommand,
  shuffledFacts,
  theirOwn,
} from './random-commands.spec-data';

const RUNS = Number(process.env.PROPERTY_RUNS ?? 1_000);

type Follow = (state: AccountState, one: AccountCommand, events: readonly AccountEvent[] | undefined) => void;

/** Carries commands out as the executor does: refusals change nothing. */
function carryOut(commands: readonly AccountCommand[], after: Follow): AccountState {
  let state = accountDecider.initial();
  for (const one of commands) {
    const decision = accountDecider.decide(one, state);
    for (const event of isRejection(decision) ? [] : decision) {
      const stored: unknown = JSON.parse(canonicalJson(event.data));
      state = accountDecider.evolve(state, accountDecider.upcast(event.type, event.version, stored));
      const broken = accountDecider.invariants(state);
      // An expectation takes its stack each time: here that was a fifth of the suite.
      if (broken.length > 0) throw new Error(`after ${event.type}: ${broken.join(', ')}`);
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

/** Which limits of whoever was given a hold it breaks, by a plain sum over all that he holds and has redeemed of its asset. */
function beyondLimits({ pool, holds }: AccountState, { by, asset }: PlaceHold): string[] {
  const limits = pool!.members.get(by!.member);
  if (!limits) return ['is no member'];
  const spentSince = (from: number) =>
    [...holds.values()]
      .filter((hold) => hold.member === by!.member && hold.asset === asset && hold.at >= from)
      .flatMap(({ slices }) => slices)
      .reduce((sum, slice) => sum + slice.amount, 0n);
  const { perDay, perMonth } = limits;
  return [
    ...(perDay !== undefined && spentSince(by!.day) > BigInt(perDay) ? ['per day'] : []),
    ...(perMonth !== undefined && spentSince(by!.month) > BigInt(perMonth) ? ['per month'] : []),
  ];
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

  it('ends, as a pool, as a naive account ends, and lets no member hold beyond his limits (M5)', () => {
    fc.assert(
      fc.property(fc.array(poolCommand, { minLength: 1, maxLength: 25 }), (commands) => {
        const naive = new NaiveAccount();
        carryOut([opensPool, ...commands], (state, one, events) => {
          if (events) naive.follow(one, events);
          expect({ ...books(state), reversals: takenIn(state) }).toEqual({
            ...naive.books(),
            reversals: naive.reversals(),
          });
          if (events?.length && one.kind === 'place-hold') expect(beyondLimits(state, one)).toEqual([]);
        });
      }),
      { numRuns: RUNS / 2 },
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
        if (pair.b.frozen) return;
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
