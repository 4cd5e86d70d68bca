import { simulate } from '../simulate';
import type { PlantedBug } from './planted-bugs';

/** What the checks made of one planted bug. */
export interface PlantedFinding {
  readonly name: string;
  readonly says: string;
  /** The first seed that found it; absent where none did. */
  readonly seed?: number;
  /** Every check that found it on that seed. */
  readonly checks: readonly string[];
}

/** Looks for a planted bug, seed by seed, until a check finds it or `seeds` are used up. */
export async function findPlanted(bug: PlantedBug, seeds: number): Promise<PlantedFinding> {
  const { name, says, parts, plant } = bug;
  for (let seed = 1; seed <= seeds; seed++) {
    const undo = plant?.();
    try {
      const { violations } = await simulate(seed, { parts });
      const checks = [...new Set(violations.map(({ check }) => check))].sort();
      if (checks.length > 0) return { name, says, seed, checks };
    } finally {
      undo?.();
    }
  }
  return { name, says, checks: [] };
}

/** The findings as a table in Markdown. */
export function plantedTable(findings: readonly PlantedFinding[]): string {
  const rows = findings.map(({ name, says, seed, checks }) => {
    const found = checks.length > 0 ? checks.map((check) => `\`${check}\``).join(', ') : '**not found**';
    return `| \`${name}\` | ${says} | ${seed ?? '–'} | ${found} |`;
  });
  return [
    '| planted bug | what it does | first seed | checks that find it |',
    '| --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}
