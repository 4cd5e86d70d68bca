import { canonicalJson } from '@tallystick/decider';
import fc from 'fast-check';
import { accountDecider } from '../account.decider';
import type { AccountState } from '../account.state';
import { creditOf } from './debts';
import { passTime, releaseHold } from './decision.examples';
import { Pair } from './merge.spec-data';
import { command, day, decision, value } from './random-commands.spec-data';

const RUNS = Number(process.env.PROPERTY_RUNS ?? 1_000);

/** Sequences in which debts, stored value, leases and holds of several assets are as likely as anything else. */
const commands = fc.array(
  fc.oneof({ weight: 2, arbitrary: command }, { weight: 1, arbitrary: decision }, { weight: 3, arbitrary: value }),
  { maxLength: 14 },
);

/** Ends what is held on either side, so that a merge can be undone. */
function releaseAll(pair: Pair, on: number): void {
  pair.tryFirst([passTime(on)]).trySecond([passTime(on)]);
  for (const { hold } of [...pair.a.open]) pair.first(releaseHold(hold, on));
  for (const { hold } of [...pair.b.open]) pair.second(releaseHold(hold, on));
}

/** What is owed of each asset, and how far credit was repaid beyond it: what a merge must keep. */
function owing(...states: readonly AccountState[]): Record<string, bigint> {
  const sums: Record<string, bigint> = {};
  const add = (name: string, amount: bigint) => {
    if (amount !== 0n) sums[name] = (sums[name] ?? 0n) + amount;
  };
  for (const state of states) {
    for (const { kind, asset, owed } of state.debts?.values() ?? []) if (kind === 'loan') add(`loan ${asset}`, owed);
    for (const asset of state.books.keys()) {
      const { spent, repaid } = creditOf(state, asset);
      add(`credit ${asset}`, spent - repaid);
    }
  }
  return Object.fromEntries(Object.entries(sums).filter(([, sum]) => sum !== 0n));
}

/** Holds, debts and late settlements, and the lots unless reversals may have been drawn anew. */
function standing(state: AccountState, withLots: boolean) {
  const { holds, debts, late, facts, repaidAcross } = state;
  return { holds, debts, late, repaidAcross, ...(withLots && { facts }) };
}

function creditAhead(state: AccountState): boolean {
  return [...state.books.keys()].some((asset) => creditOf(state, asset).repaid > creditOf(state, asset).spent);
}

describe('two accounts that are merged, whatever they are made of and whatever names they have in common', () => {
  it('are as they were when the merge is undone and nothing came between (M4)', () => {
    fc.assert(
      fc.property(commands, commands, (mine, theirs) => {
        const pair = new Pair().tryFirst(theirs).trySecond(mine);
        if (!pair.mayMerge) return;
        releaseAll(pair, 20);
        const isRedrawn = pair.a.lastReversal !== undefined || pair.b.lastReversal !== undefined;
        const isNetted = creditAhead(pair.a) || creditAhead(pair.b);
        const [a, b] = [standing(pair.a, !isRedrawn), standing(pair.b, !isRedrawn)];
        const before = owing(pair.a, pair.b);
        pair.merge('M1', 20);
        expect(owing(pair.b)).toEqual(before);
        pair.unmerge('M1', 20);
        if (!isNetted) expect([standing(pair.a, !isRedrawn), standing(pair.b, !isRedrawn)]).toEqual([a, b]);
        expect(owing(pair.a, pair.b)).toEqual(before);
      }),
      { numRuns: RUNS / 5 },
    );
  });

  it('owe together what they owed as one, and each no more than its own redemptions and loans, when they part later (M4)', () => {
    fc.assert(
      fc.property(commands, commands, commands, day, (mine, theirs, later, on) => {
        const pair = new Pair().tryFirst(theirs).trySecond(mine);
        if (!pair.mayMerge) return;
        pair.merge('M1', on).trySecond(later);
        releaseAll(pair, 28);
        if (pair.b.frozen) return;
        const before = owing(pair.b);
        const owed = sumOf(pair.b);
        pair.unmerge('M1', 28);
        expect(owing(pair.a, pair.b)).toEqual(before);
        expect(sumOf(pair.a) + sumOf(pair.b)).toBe(owed);
        const parts = [pair.a, pair.b].flatMap(({ debts }) => [...(debts?.values() ?? [])]);
        expect(parts.filter((debt) => debt.owed <= 0n || debt.amount < debt.owed)).toEqual([]);
        pair.tryFirst(later).trySecond(later);
      }),
      { numRuns: RUNS / 5 },
    );
  });

  it('keep their snapshots the same as their folds (M4)', () => {
    fc.assert(
      fc.property(commands, commands, commands, (mine, theirs, later) => {
        const codec = accountDecider.snapshot!;
        const pair = new Pair().tryFirst(theirs).trySecond(mine);
        if (!pair.mayMerge) return;
        const same = (state: AccountState) =>
          expect(codec.decode(JSON.parse(canonicalJson(codec.encode(state))))).toEqual(state);
        pair.merge('M1', 15).trySecond(later);
        [pair.a, pair.b].forEach(same);
        releaseAll(pair, 28);
        if (pair.b.frozen) return;
        pair.unmerge('M1', 28);
        [pair.a, pair.b].forEach(same);
      }),
      { numRuns: RUNS / 5 },
    );
  });
});

function sumOf({ debts }: AccountState): bigint {
  return [...(debts?.values() ?? [])].reduce((sum, { owed }) => sum + owed, 0n);
}
