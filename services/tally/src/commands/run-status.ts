import { type SuiteStatus } from '@tallystick/standalone';
import type { Command } from 'commander';
import { inSession } from './session';

export async function runStatus(_options: unknown, command: Command): Promise<void> {
  await inSession(command, async ({ suite, tell }) => {
    const status = await suite.client.get<SuiteStatus>('/v1/status');
    const rows = status.services.flatMap(({ service, head, hops }) =>
      hops.map(({ topic, position, behind }) => [service, topic, position ?? '', String(behind), head]),
    );
    const seals = status.services.flatMap(({ service, sealing }) =>
      sealing ? [[service, String(sealing.size), String(sealing.behind), sealing.fault ?? 'whole']] : [],
    );
    tell(status, [
      ...table([['consumer', 'topic', 'position', 'behind', 'own log'], ...rows]),
      ...(seals.length > 0 ? ['', ...table([['log', 'events sealed', 'behind', 'seal'], ...seals])] : []),
    ]);
  });
}

/** Columns wide enough for their cells. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}
