import { type CommandItem, Executor } from '@tallystick/decider';
import type { PostgresEventStore } from '@tallystick/event-store/postgres';
import {
  type AccountCommand,
  accountDecider,
  type AccountEvent,
  type AccountRefusal,
  type AccountState,
} from '@tallystick/ledger-domain';
import { chunks, twoAtATime } from './ledger-store';

export type Accounts = Executor<AccountState, AccountCommand, AccountEvent, AccountRefusal>;

/** As services/ledger runs it. */
export function accountsOn(store: PostgresEventStore): Accounts {
  return new Executor({ decider: accountDecider, store, snapshots: store.snapshots });
}

/** Carries commands out, so many a batch; each must make events. */
export async function carryOut(
  accounts: Accounts,
  items: Iterable<CommandItem<AccountCommand>>,
  size: number,
): Promise<void> {
  await twoAtATime(chunks(items, size), async (batch) => {
    const { results } = await accounts.executeMany(batch);
    const bad = results.find(({ kind }) => kind !== 'appended');
    if (bad) throw new Error(`a command was not carried out: ${JSON.stringify(bad)}`);
  });
}
