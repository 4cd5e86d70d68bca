import { position } from '@tallystick/decider';
import type { Instant } from '@tallystick/vocabulary';
import type { BusRecord, Outcome } from '../bus';
import type { NewDeadLetter } from '../dead-letters/dead-letter';
import type { ProgressKeeper } from './keeper';
import { LaneSet } from './lane-set';
import { Settlement } from './settlement';
import type { Arrival } from './source';

const FIRST = { partition: 0, epoch: 1, term: 1, position: position(0) };

function keeping(letters: NewDeadLetter[]): ProgressKeeper {
  return {
    consumer: 'campaigns',
    topic: 'purchases.v1',
    movesWithEffects: true,
    heldMs: 10_000,
    renew: () => Promise.resolve([FIRST]),
    settle: (_moves, given) => Promise.resolve(void letters.push(...given)),
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
});
