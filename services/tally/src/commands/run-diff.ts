import type { Command } from 'commander';
import { resolveMember } from './member';
import { table } from './run-status';
import { inSession } from './session';

interface Options {
  readonly from: string;
  readonly to: string;
  readonly at?: string;
  readonly type: string;
}

interface Amount {
  readonly asset: string;
  readonly book: string;
  readonly amount: string;
}

interface Diff {
  readonly events: readonly {
    readonly revision: number;
    readonly type: string;
    readonly effectiveAt?: string;
    readonly recordedAt: string;
    readonly postings: readonly Amount[];
  }[];
  readonly due: readonly Amount[];
  readonly changes: readonly Amount[];
}

/** The events that explain why an account looks different when known later, what time does beside them, and the sum. */
export async function runDiff(identifier: string, options: Options, command: Command): Promise<void> {
  const { from, to, at, type } = options;
  await inSession(command, async ({ suite, tell }) => {
    const { account } = await resolveMember(suite.client, identifier, type);
    const query = new URLSearchParams({ from, to, ...(at !== undefined && { at }) });
    const diff = await suite.client.get<Diff>(`/v1/accounts/${account}/diff?${query.toString()}`);
    const rows = [
      ['recorded at', 'effective at', 'what', 'amounts'],
      ...diff.events.map(({ recordedAt, effectiveAt, type: what, postings }) => {
        return [recordedAt, effectiveAt ?? '', what, amountsOf(postings)];
      }),
      ...(diff.due.length === 0 ? [] : [['', '', 'time, not booked', amountsOf(diff.due)]]),
      ['', '', 'change', amountsOf(diff.changes)],
    ];
    tell(diff, table(rows));
  });
}

/** What a holder sees of the books: the issuer's obligation is the other side of it. */
function amountsOf(amounts: readonly Amount[]): string {
  const shown = amounts.filter(({ book }) => book !== 'issuer-obligation');
  return shown.length === 0 ? 'none' : shown.map(({ book, asset, amount }) => `${amount} ${asset} ${book}`).join(', ');
}
