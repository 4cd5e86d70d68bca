import { foreignCores, machineTicks, processTicks, ticksOfTree } from './processor-time';

describe('processor time', () => {
  it('of the machine is what was not idle, waiting or stolen', () => {
    expect(machineTicks('cpu  100 20 30 4000 500 6 7 80 0 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n')).toBe(163);
  });

  it('of a process includes children that have ended, whatever its name is', () => {
    const stat = '42 (a (b) c) S 7 42 42 0 -1 4194560 1 2 3 4 11 12 13 14 20 0 1 0 99 1000 10';
    expect(processTicks(stat)).toEqual({ pid: 42, parent: 7, ticks: 50 });
  });

  it('of a tree is that of the root and all its descendants', () => {
    const processes = [
      { pid: 1, parent: 0, ticks: 1000 },
      { pid: 10, parent: 1, ticks: 1 },
      { pid: 11, parent: 10, ticks: 2 },
      { pid: 12, parent: 11, ticks: 4 },
      { pid: 20, parent: 1, ticks: 100 },
    ];
    expect(ticksOfTree(10, processes)).toBe(7);
  });

  it('of others is what the machine worked and we did not, in cores', () => {
    const before = { at: 1_000, machine: 50, own: 20 };
    expect(foreignCores(before, { at: 3_000, machine: 53, own: 22.5 })).toBeCloseTo(0.25);
  });

  it('of others is never negative, since the clocks are read one after the other', () => {
    expect(foreignCores({ at: 0, machine: 1, own: 1 }, { at: 1_000, machine: 2, own: 2.01 })).toBe(0);
  });

  it('of others is not known where the machine does not tell', () => {
    expect(foreignCores(undefined, { at: 0, machine: 0, own: 0 })).toBeUndefined();
  });
});
