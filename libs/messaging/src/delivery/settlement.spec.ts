import { type Position, position } from '@tallystick/decider';
import type { Instant } from '@tallystick/vocabulary';
import type { BusRecord, Outcome } from '../bus';
import type { NewDeadLetter } from '../dead-letters/dead-letter';
import type { ProgressKeeper } from './keeper';
import { LaneSet } from './lane-set';
import { Settlement } from './settlement';
import type { Arrival } from './source';

const FIRST = { partition: 0, epoch: 1, term: 1, position: position(0) };

function keeping(letters: NewDeadLetter[], moved: Position[] = []): ProgressKeeper {
  return {
    consumer: 'campaigns',
    topic: 'purchases.v1',
    movesWithEffects: true,
    heldMs: 10_000,
    renew: () => Promise.resolve([FIRST]),
    settle: (moves, given) => {
      letters.push(...given);
      moved.push(...moves.map(({ to }) => to));
      return Promise.resolve();
    },
    positions: () => Promise.resolve(new Map()),
    release: () => Promise.resolve(),
  };
}

function receivedAt(at: number): Arrival {
  const place = { partition: 0, position: position(1), key: 'a' };
  const ids = { tenant: 'demo', correlationId: 'c-1', causationId: 'c-1' };
  const record: BusRecord = { topic: 'purchases.v1', message: {}, receivedAt: at as Instant, ...place, ...ids };
  return { ...place, record, payload: () => ({ value: null, headers: {} }) };
}

describe('Settlement', () => {
  it('lets a record wait its time from its first try on, however long it lay on the topic before', async () => {
    const letters: NewDeadLetter[] = [];
    let now = 10_000_000;
    const lanes = new LaneSet();
    lanes.hold([FIRST]);
    lanes.fill(lanes.wanting(1), [receivedAt(0)], new Map([[0, position(1)]]));
    const settlement = new Settlement(lanes, { keeper: keeping(letters), now: () => now });
    const [entry] = lanes.take(1);
    const retry: Outcome = { kind: 'retry', code: 'unknown-store', giveUpAfterMs: 1_000 };
    const given: (readonly string[])[] = [];
    for (const later of [0, 999, 1]) {
      now += later;
      await settlement.conclude([entry!], new Map([[entry!, retry]]));
      given.push(letters.map(({ code }) => code));
    }
    expect(given).toEqual([[], [], ['unknown-store']]);
  });

  describe('over a stretch without records', () => {
    beforeEach(() => jest.useFakeTimers());
    afterEach(() => jest.useRealTimers());

    const passing = (): { pass: (ms: number, to: number) => Promise<void>; moved: Position[] } => {
      const moved: Position[] = [];
      const lanes = new LaneSet();
      lanes.hold([FIRST]);
      const settlement = new Settlement(lanes, { keeper: keeping([], moved), now: () => 0 });
      const pass = (ms: number, to: number): Promise<void> => {
        jest.advanceTimersByTime(ms);
        lanes.fill(lanes.wanting(1), [], new Map([[0, position(to)]]));
        return settlement.flush();
      };
      return { pass, moved };
    };

    it('writes the position once it stands still', async () => {
      const { pass, moved } = passing();
      for (const [ms, to] of [
        [0, 1],
        [400, 2],
        [499, 2],
        [1, 2],
        [600, 2],
      ] as const)
        await pass(ms, to);
      expect(moved).toEqual([position(1), position(2)]);
    });

    it('writes a position that goes on moving every five seconds, and after 20,000 positions', async () => {
      const { pass, moved } = passing();
      for (let step = 0; step <= 50; step++) await pass(200, 1 + step);
      expect(moved).toEqual([position(1), position(26), position(51)]);
      await pass(200, 20_050);
      await pass(200, 20_051);
      expect(moved.slice(3)).toEqual([position(20_051)]);
    });
  });
});
