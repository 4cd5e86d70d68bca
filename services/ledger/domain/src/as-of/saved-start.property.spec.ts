import type { Instant } from '@tallystick/vocabulary';
import fc from 'fast-check';
import { purchasePicture } from '../account/account.examples';
import { command } from '../account/decisions/random-commands.spec-data';
import { asOf, balancesAsOf, linesAsOf, lotsAsOf } from './as-of';
import { asTheyCome, on, recorded } from './as-of.spec-data';
import { AccountHistory } from './history';
import { savedStart, startFrom } from './saved-start';

const NEVER = Number.MAX_SAFE_INTEGER;
const ALWAYS = on(31);

/** The same account as a process reads it that has only a saved state and what came after it. */
function goneOn(whole: AccountHistory, period: number, pick: number): AccountHistory | undefined {
  const starts = [...whole.startsAfter(0, 1)];
  const start = starts[pick % starts.length];
  if (!start) return undefined;
  const history = new AccountHistory(period, startFrom(savedStart(start)));
  for (const event of whole.events.slice(start.end.count)) history.take(event);
  return history;
}

describe('a random account that is read from a saved state on', () => {
  const commands = fc.array(command, { minLength: 2, maxLength: 25 }).map(asTheyCome);
  const question = fc.record({
    at: fc.integer({ min: 1, max: 30 }).map(on),
    knownAt: fc.option(
      fc.nat({ max: 24 }).map((minutes) => (on(1) + minutes * 60_000) as Instant),
      { nil: undefined },
    ),
  });

  it('answers what it covers as if all of it had been read', () => {
    fc.assert(
      fc.property(
        commands,
        fc.integer({ min: 1, max: 4 }),
        fc.nat(),
        fc.array(question, { minLength: 4, maxLength: 12 }),
        (list, period, pick, questions) => {
          const whole = recorded(list, new AccountHistory(period));
          const none = recorded(list, new AccountHistory(NEVER));
          asOf(whole, { at: ALWAYS });
          const short = goneOn(whole, period, pick);
          if (!short) return;
          for (const axes of [{ at: ALWAYS }, ...questions]) {
            if (!short.covers(axes.at, 'knownAt' in axes ? axes.knownAt : undefined)) continue;
            const placed = (one: AccountHistory) =>
              balancesAsOf(one, axes).map(({ moved, ...sums }) => ({ ...sums, moved: moved?.revision }));
            expect(placed(short)).toEqual(placed(none));
            expect(lotsAsOf(short, axes)).toEqual(lotsAsOf(none, axes));
            const knownAt = 'knownAt' in axes ? axes.knownAt : undefined;
            expect(short.seenBy(knownAt)).toEqual(none.seenBy(knownAt));
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('tells no lines, since it has not read them', () => {
    const read = recorded([purchasePicture('P1', 1, 5n), purchasePicture('P2', 2, 5n)], new AccountHistory(1));
    asOf(read, { at: ALWAYS });
    const short = goneOn(read, 1, 0)!;
    expect(short.first).toBe(1);
    expect(() => linesAsOf(short, { at: ALWAYS })).toThrow('the events before revision 1 were not read');
  });
});
