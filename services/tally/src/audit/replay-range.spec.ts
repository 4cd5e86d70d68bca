import { canonicalJson, type EventStore, NO_HASH, position, type RecordedEvent } from '@tallystick/decider';
import { accountDecider, type AccountEvent } from '@tallystick/ledger-domain';
import type { Instant } from '@tallystick/vocabulary';
import { accrualOf, reversalOf, streamOf } from '../bench/tasks/account-commands';
import { boundOf, replayRange } from './replay-range';

const START = 1_900_000_000_000;
const RECORDED = (at: number) => new Date(START + at * 1_000).toISOString();

/** Two accounts: each is given two purchases, and the first gives one back. */
function events(): RecordedEvent[] {
  const all: RecordedEvent[] = [];
  for (const [holder, items] of [
    ['m-1', [accrualOf(0, 'm-1'), accrualOf(1, 'm-1'), reversalOf(0, 'm-1')]],
    ['m-2', [accrualOf(2, 'm-2'), accrualOf(3, 'm-2')]],
  ] as const) {
    let state = accountDecider.initial();
    let revision = 0;
    for (const { command } of items) {
      for (const event of accountDecider.decide(command, state) as AccountEvent[]) {
        state = accountDecider.evolve(state, event);
        const at = all.length + 1;
        const place = { stream: streamOf(holder), revision: revision++, position: position(BigInt(at)) };
        const stored = { id: `id-${at}`, metadata: Buffer.alloc(0), prevHash: NO_HASH, hash: NO_HASH, ...place };
        const data = Buffer.from(canonicalJson(event.data));
        all.push({ ...event, ...stored, data, recordedAt: (START + at * 1_000) as Instant });
      }
    }
  }
  return all;
}

const log: Pick<EventStore, 'scan' | 'readAll'> = {
  readAll: () => Promise.reject(new Error('a log that can be scanned is scanned')),
  async *scan() {
    const all = events();
    yield await Promise.resolve(all.slice(0, 3));
    yield all.slice(3);
  },
};
const replay = (from?: string, to?: string, asOf?: Instant) =>
  replayRange(log, {
    from: from === undefined ? undefined : boundOf(from),
    to: to === undefined ? undefined : boundOf(to),
    asOf,
  });

describe('a replay of a range', () => {
  it('counts what lies behind one position and up to another, and knows all before', async () => {
    expect(await replay('2', '6')).toMatchObject({
      through: position(6n),
      events: 4,
      types: { AccountOpened: 1, PointsAccrued: 2, PointsReversed: 1 },
      touched: 2,
      accounts: 2,
    });
  });

  it('takes an instant of recording as the positions up to it', async () => {
    expect(await replay(RECORDED(2), RECORDED(6))).toEqual(await replay('2', '6'));
  });

  it('has the same digest whatever range is counted, and another where more is known', async () => {
    const [whole, counted, less] = [await replay(), await replay('4'), await replay(undefined, '6')];
    expect(counted.digest).toBe(whole.digest);
    expect(counted.totals).toEqual(whole.totals);
    expect(less.digest).not.toBe(whole.digest);
  });

  it('as of an instant knows what had taken effect by then, and before everything nothing', async () => {
    const all = events().filter(({ stream }) => stream === streamOf('m-2'));
    const [, first, second] = all.map(
      ({ data }) => JSON.parse(Buffer.from(data).toString()) as { effectiveAt: string },
    );
    expect(first!.effectiveAt < second!.effectiveAt).toBe(true);
    const between = Date.parse(second!.effectiveAt) - 1;
    const [then, later] = [await replay(undefined, undefined, between as Instant), await replay()];
    expect(BigInt(then.totals['POINTS']!)).toBeLessThan(BigInt(later.totals['POINTS']!));
    expect((await replay(undefined, undefined, 0 as Instant)).totals).toEqual({});
  });

  it('is not read where a bound is neither a position nor an instant', () => {
    expect(() => boundOf('yesterday')).toThrow();
  });
});
