import type { Command } from 'commander';
import { type AsOfOptions, asOfQuery } from './as-of';
import { resolveMember } from './member';
import { table } from './run-status';
import { inSession } from './session';
import { amountsOf, type StatementLeg } from './statement-amounts';

interface StatementLine {
  readonly type: string;
  /** True for what time has done and no job has booked. */
  readonly due?: boolean;
  readonly effectiveAt?: string;
  readonly source?: { readonly source: string; readonly id: string };
  /** The caller's name of the decision, where no purchase is the cause. */
  readonly name?: string;
  readonly postings: readonly StatementLeg[];
}

export async function runStatement(
  identifier: string,
  options: AsOfOptions & { readonly type: string },
  command: Command,
): Promise<void> {
  const query = asOfQuery(options);
  await inSession(command, async ({ suite, tell }) => {
    const { account } = await resolveMember(suite.client, identifier, options.type);
    const lines: StatementLine[] = [];
    for await (const page of suite.client.pages<StatementLine>(
      `/v1/accounts/${account}/statement${query}${query ? '&' : '?'}limit=500`,
    ))
      lines.push(...page);
    const rows = lines
      .reverse()
      .map(({ effectiveAt, type, due, source, name, postings }) => [
        effectiveAt ?? '',
        due ? `${type} (due, not booked)` : type,
        source ? `${source.source}/${source.id}` : (name ?? ''),
        amountsOf(postings),
      ]);
    tell(lines, table([['effective at', 'what', 'cause', 'amounts'], ...rows]));
  });
}
