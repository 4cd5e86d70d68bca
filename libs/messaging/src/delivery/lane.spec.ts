import { position } from '@tallystick/decider';
import { type Entry, Lane } from './lane';
import type { Arrival } from './source';

const payload = () => ({ value: null, headers: {} });

function arrival(at: number, key: string): Arrival {
  return { partition: 0, position: position(at), key, payload };
}

/** A lane that holds records 1, 2, 3 … under these keys. */
function laneOf(...keys: readonly string[]): Lane {
  const lane = new Lane({ partition: 0, epoch: 1, term: 1, position: position(0) });
  lane.fill(
    keys.map((key, index) => arrival(index + 1, key)),
    position(keys.length),
  );
  return lane;
}

const places = (entries: readonly Entry[]): number[] => entries.map((entry) => Number(entry.arrival.position));

function settle(lane: Lane, entries: readonly Entry[]): number {
  for (const entry of entries) lane.settle(entry);
  lane.advance();
  return Number(lane.settled);
}

describe('Lane', () => {
  it('moves over the contiguous settled prefix only', () => {
    const lane = laneOf('a', 'b', 'c');
    const [first, second, third] = lane.take(10, 0);
    expect(settle(lane, [third!])).toBe(0);
    expect(settle(lane, [first!])).toBe(1);
    expect(settle(lane, [second!])).toBe(3);
  });

  it('moves to what has been read where nothing is open, and says so as one step', () => {
    const lane = laneOf();
    lane.fill([], position(40));
    expect(lane.move()).toEqual({ partition: 0, epoch: 1, from: position(0), to: position(40) });
  });

  it('holds what follows a waiting record under its key, and lets other keys go on', () => {
    const lane = laneOf('a', 'b', 'a');
    const [first] = lane.take(1, 0);
    lane.wait(first!, () => 100);
    const others = lane.take(10, 50);
    expect(places(others)).toEqual([2]);
    expect(settle(lane, others)).toBe(0);
    expect(lane.isWaiting).toBe(true);
    const due = lane.take(10, 100);
    expect(places(due)).toEqual([1]);
    expect(settle(lane, due)).toBe(2);
    expect(places(lane.take(10, 100))).toEqual([3]);
  });

  it('keeps of what is read behind a waiting record what waits with it', () => {
    const lane = laneOf('a', 'b');
    lane.wait(lane.take(1, 0)[0]!, () => 100);
    for (let at = 3; at <= 5_000; at++) {
      lane.fill([arrival(at, at % 1_000 === 0 ? 'a' : 'b')], position(at));
      expect(settle(lane, lane.take(10, 50))).toBe(0);
    }
    expect(lane.size).toBe(6);
    const [first] = lane.take(10, 100);
    expect(settle(lane, [first!])).toBe(999);
    const rest = lane.take(10, 100);
    expect(places(rest)).toEqual([1_000, 2_000, 3_000, 4_000, 5_000]);
    expect(settle(lane, rest.slice(0, 1))).toBe(1_999);
    expect(settle(lane, rest.slice(1))).toBe(5_000);
  });

  it('stands, for what is before it, where it has come beside a waiting record', () => {
    const lane = laneOf('a', 'b', 'a', 'c');
    expect(Number(lane.front)).toBe(0);
    lane.wait(lane.take(1, 0)[0]!, () => 100);
    expect(Number(lane.front)).toBe(1);
    const [second, third] = lane.take(2, 50);
    expect(settle(lane, [second!])).toBe(0);
    expect(Number(lane.front)).toBe(3);
    settle(lane, [third!]);
    expect([Number(lane.front), Number(lane.settled)]).toEqual([4, 0]);
  });

  it('counts how often a record has waited', () => {
    const lane = laneOf('a');
    const [first] = lane.take(1, 0);
    const attempts: number[] = [];
    for (let time = 0; time < 3; time++) {
      lane.wait(first!, (attempt) => {
        attempts.push(attempt);
        return time;
      });
    }
    expect(attempts).toEqual([1, 2, 3]);
  });

  it('gives back in order what nobody answered for', () => {
    const lane = laneOf('a', 'b', 'c', 'd');
    const taken = lane.take(3, 0);
    lane.giveBack(taken);
    expect(places(lane.take(10, 0))).toEqual([1, 2, 3, 4]);
  });

  it('does not move onto a position that another record of the same event still needs', () => {
    const lane = new Lane({ partition: 0, epoch: 1, term: 1, position: position(0) });
    lane.fill([arrival(1, 'a'), arrival(2, 'b'), arrival(2, 'c')], position(2));
    const [first, second] = lane.take(2, 0);
    expect(lane.endsAt(second!)).toBe(false);
    expect(settle(lane, [first!, second!])).toBe(1);
    expect(settle(lane, lane.take(1, 0))).toBe(2);
  });

  it('takes over a position that the database already has, with everything before it', () => {
    const lane = laneOf('a', 'b', 'c');
    lane.giveBack(lane.take(10, 0));
    lane.catchUp(position(2));
    expect(places(lane.take(10, 0))).toEqual([3]);
    expect(lane.move(position(3))).toMatchObject({ from: position(2), to: position(3) });
  });

  it('ignores what it has read before', () => {
    const lane = laneOf('a', 'b');
    lane.fill([arrival(2, 'b'), arrival(3, 'c')], position(3));
    expect(places(lane.take(10, 0))).toEqual([1, 2, 3]);
  });
});
