import { findPlanted, plantedTable } from './find-planted';
import { PLANTED_BUGS } from './planted-bugs';

const SEEDS = 300;

describe('a planted bug', () => {
  it('is one of at least 20, each with a name of its own', () => {
    expect(new Set(PLANTED_BUGS.map(({ name }) => name)).size).toBe(PLANTED_BUGS.length);
    expect(PLANTED_BUGS.length).toBeGreaterThanOrEqual(20);
  });

  it.each(PLANTED_BUGS.map((bug) => [bug.name, bug] as const))(
    'is found by a named check: %s',
    async (_name, bug) => {
      const { checks } = await findPlanted(bug, SEEDS);
      expect(checks).not.toEqual([]);
    },
    120_000,
  );

  it('leaves nothing behind: the same seeds are clean without it', async () => {
    const nothing = { name: 'nothing', says: 'nothing is planted' };
    expect(await findPlanted(nothing, 3)).toEqual({ ...nothing, checks: [] });
    expect(plantedTable([{ ...nothing, checks: [] }])).toContain('**not found**');
  });
});
