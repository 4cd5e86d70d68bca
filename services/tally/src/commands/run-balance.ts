import type { Command } from 'commander';
import { allBalances, csvOf } from './balances';
import { type AsOfOptions, asOfQuery } from './as-of';
import { resolveMember } from './member';
import { inSession } from './session';
import { RefusedRequest, type SuiteClient } from '@tallystick/standalone';

interface Options extends AsOfOptions {
  readonly all?: boolean;
  readonly type: string;
  readonly asset: string;
}

interface AccountBalance {
  readonly balances: readonly { readonly asset: string; readonly available: string }[];
}

export async function runBalance(identifier: string | undefined, options: Options, command: Command): Promise<void> {
  if ((identifier === undefined) === (options.all === undefined)) throw new Error('name an identifier, or --all');
  const query = asOfQuery(options);
  if (options.all && query) throw new Error('--at and --known-at are about one member, not --all');
  await inSession(command, async ({ suite, tell }) => {
    if (identifier === undefined) {
      const balances = await allBalances(suite.client, options.type, options.asset);
      return tell(balances, [csvOf(balances)]);
    }
    const member = await resolveMember(suite.client, identifier, options.type);
    const balance = await balanceOf(suite.client, member.account, query);
    const available = balance.balances.find(({ asset }) => asset === options.asset)?.available ?? '0';
    return tell({ ...member, ...balance }, [available]);
  });
}

/** An account opens with its first accrual; before that it holds nothing. */
async function balanceOf(suite: SuiteClient, account: string, query: string): Promise<AccountBalance> {
  try {
    return await suite.get<AccountBalance>(`/v1/accounts/${account}/balance${query}`);
  } catch (error) {
    if (error instanceof RefusedRequest && error.problem.status === 404) return { balances: [] };
    throw error;
  }
}
