import type { Instant } from '@tallystick/vocabulary';
import fc from 'fast-check';
import type { AccountCommand } from '../account/account.commands';
import type { AccountEvent } from '../account/account.events';
import { passTime, releaseHold } from '../account/decisions/decision.examples';
import { Pair } from '../account/decisions/merge.spec-data';
import { command, theirOwn } from '../account/decisions/random-commands.spec-data';
import { explainLot } from '../explanation/explain';
import { asOf, balancesAsOf, lotsAsOf } from './as-of';
import { asTheyCome, next, on } from './as-of.spec-data';
import { diff } from './diff';
import { AccountHistory } from './history';
import { savedStart, startFrom } from './saved-start';

const commands = fc.array(command, { maxLength: 10 }).map(asTheyCome);
const minute = (minutes: number) => (on(1) + minutes * 60_000) as Instant;

/** What is decided binds when it is decided: nothing after the merge is decided as of a time before it, nor before it as of one after. */
const MERGED = on(15);
const before = (one: AccountCommand): AccountCommand => {
  if ('at' in one) return { ...one, at: least(one.at) };
  if (one.kind !== 'apply-evaluation') return { ...one, effectiveAt: least(one.effectiveAt) };
  const returns = one.returns.map((back) => ({ ...back, effectiveAt: least(back.effectiveAt) }));
  return { ...one, effectiveAt: least(one.effectiveAt), returns };
};
const after = (one: AccountCommand): AccountCommand =>
  'at' in one ? { ...one, at: Math.max(one.at, MERGED) as Instant } : one;
const least = (instant: Instant): Instant => Math.min(instant, MERGED) as Instant;

/** The histories of two accounts that became one and, where that may be, parted again; an event a minute. */
const earlier = commands.map((some) => some.map(before));
const laterOn = commands.map((some) => some.map(after));
const histories = fc.tuple(earlier, earlier, laterOn).map(([mine, theirs, later]) => {
  const [first, second] = [new AccountHistory(3), new AccountHistory(3)];
  let minutes = 0;
  const into = (history: AccountHistory) => (_: AccountCommand, events: readonly AccountEvent[]) => {
    for (const event of events) next(history, event, minute((minutes += 1)));
  };
  const pair = new Pair().tryFirst(theirs.map(theirOwn), into(first)).trySecond(mine, into(second));
  if (!pair.mayMerge) return [first, second];
  pair.merge('M1', 15, into(first), into(second));
  const since = later.map((one, index) => (index % 2 === 0 ? one : { ...theirOwn(one), ...pair.forMerged }));
  pair.trySecond([...since, passTime(29)], into(second));
  pair.trySecond(
    [...pair.b.open].map(({ hold }) => releaseHold(hold, 29)),
    into(second),
  );
  if (!pair.b.frozen && pair.b.late.size === 0) pair.unmerge('M1', 30, into(first), into(second));
  return [first, second];
});
const day = fc.integer({ min: 1, max: 31 }).map(on);
const known = fc.nat({ max: 60 }).map(minute);
const OWN_BOOKS = ['available', 'pending', 'held', 'deficit', 'uncollectable', 'breakage'] as const;

describe('accounts of which one became a part of the other, and left it', () => {
  it('differ between two states of knowledge by exactly the events that came to be known and count', () => {
    fc.assert(
      fc.property(histories, day, known, known, (both, at, one, other) => {
        const [from, to] = [Math.min(one, other) as Instant, Math.max(one, other) as Instant];
        for (const history of both) {
          const { events, changes } = diff(history, at, from, to);
          const between = history.events.filter(
            ({ recordedAt, countsFrom = at }) => recordedAt > from && recordedAt <= to && countsFrom <= at,
          );
          expect(events.map(({ revision }) => revision)).toEqual(between.map(({ revision }) => revision));
          const [before, after] = [
            balancesAsOf(history, { at, knownAt: from }),
            balancesAsOf(history, { at, knownAt: to }),
          ];
          for (const { asset, ...sums } of after) {
            const was = before.find((balance) => balance.asset === asset);
            for (const book of OWN_BOOKS) {
              const change = changes.find((row) => row.asset === asset && row.book === book)?.amount ?? 0n;
              expect([asset, book, sums[book] - (was?.[book] ?? 0n)]).toEqual([asset, book, change]);
            }
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it('have lots of which each point is explained: nothing is unnamed, nothing is elsewhere', () => {
    fc.assert(
      fc.property(histories, day, known, (both, at, knownAt) => {
        for (const history of both) {
          for (const { lot, granted } of lotsAsOf(history, { at, knownAt })) {
            const { nodes, flows } = explainLot(history, { at, knownAt }, lot)!;
            const key = `lot:${lot}`;
            const sum = (some: typeof flows) => some.reduce((total, { amount }) => total + amount, 0n);
            expect([lot, sum(flows.filter(({ to }) => to === key))]).toEqual([lot, granted]);
            expect([lot, sum(flows.filter(({ from }) => from === key))]).toEqual([lot, granted]);
            expect(nodes.filter(({ kind }) => kind === 'unnamed' || kind === 'elsewhere')).toEqual([]);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it('are read from a kept state on as if all of them had been read', () => {
    fc.assert(
      fc.property(histories, day, known, fc.nat(), (both, at, knownAt, pick) => {
        for (const whole of both) {
          asOf(whole, { at: on(31) });
          const starts = [...whole.startsAfter(0, 1)];
          const start = starts[pick % starts.length];
          if (!start) continue;
          const short = new AccountHistory(3, startFrom(savedStart(start)));
          for (const event of whole.events.slice(start.end.count)) short.take(event);
          if (!short.covers(at, knownAt)) continue;
          expect(lotsAsOf(short, { at, knownAt })).toEqual(lotsAsOf(whole, { at, knownAt }));
        }
      }),
      { numRuns: 200 },
    );
  });
});
