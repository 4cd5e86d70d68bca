import { type CommandItem, EventStoreError, Executor } from '@tallystick/decider';
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

const MOST_TRIES = 5;

/**
 * Carries commands out, so many a batch; each must make events. As a consumer does, it asks again for what a store that
 * answered too late left undone: with the same ids, so nothing is done twice, and the time is measured with the rest.
 */
export async function carryOut(
  accounts: Accounts,
  items: Iterable<CommandItem<AccountCommand>>,
  size: number,
): Promise<void> {
  await twoAtATime(chunks(items, size), async (batch) => {
    for (let [open, tries] = [batch, 1]; open.length > 0; tries++) {
      const { results } = await accounts.executeMany(open);
      const isLeft = results.map((result) => result.kind === 'failed' && isUnavailable(result.error));
      const bad = results.find(({ kind }, index) => kind !== 'appended' && !(isLeft[index] && tries < MOST_TRIES));
      if (bad) throw new Error(`a command was not carried out: ${JSON.stringify(bad)}`);
      open = open.filter((_, index) => isLeft[index]);
    }
  });
}

function isUnavailable(error: Error): boolean {
  return error instanceof EventStoreError && error.code === 'unavailable';
}
