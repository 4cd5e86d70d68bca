import { type StoredEvent, type Violation, violationsIn } from './prover';

/**
 * The fewest events that still show the very violation, in their order: none of them can be left out. They are what a
 * person looks at first (capabilities §5-9). Tries about n log n folds of the given events.
 */
export function shortestReproduction(events: readonly StoredEvent[], { check, what }: Violation): StoredEvent[] {
  const shows = (some: readonly StoredEvent[]) =>
    violationsIn(some).some((one) => one.check === check && one.what === what);
  if (!shows(events)) return [...events];
  let kept = [...events];
  for (let size = kept.length; size >= 1; size = size > 1 ? (size + 1) >> 1 : 0) {
    for (let at = 0; at < kept.length;) {
      const without = [...kept.slice(0, at), ...kept.slice(at + size)];
      if (without.length < kept.length && shows(without)) kept = without;
      else at += size;
    }
  }
  return kept;
}

/** A test that shows a violation by its events alone: save it beside the account's specs and run it. */
export function reproductionTest(account: string, events: readonly StoredEvent[], { check, what }: Violation): string {
  const rows = events.map(({ type, version, data }) => `    ${JSON.stringify({ type, version, data })},`);
  return [
    "import { violationsIn } from '@tallystick/ledger-domain';",
    '',
    `describe('account ${account}', () => {`,
    `  it(${JSON.stringify(`keeps its invariants (${check}: ${what})`)}, () => {`,
    '    const events = [',
    ...rows,
    '    ];',
    '    expect(violationsIn(events)).toEqual([]);',
    '  });',
    '});',
    '',
  ].join('\n');
}
