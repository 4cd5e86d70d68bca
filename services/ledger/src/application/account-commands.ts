import {
  type BatchResult,
  type Checkpoint,
  type CommandItem,
  type EventStore,
  Executor,
  type SnapshotStore,
  streamName,
} from '@tallystick/decider';
import {
  type AccountCommand,
  accountDecider,
  type AccountEvent,
  type AccountRefusal,
  type AccountState,
} from '@tallystick/ledger-domain';

/** Names the stream of an account. */
export function accountStream(tenant: string, account: string): string {
  return streamName('account', tenant, account);
}

/** Carries commands for accounts out; the rules are in the domain. */
export class AccountCommands {
  private readonly executor: Executor<AccountState, AccountCommand, AccountEvent, AccountRefusal>;

  /** `capacity`: accounts kept in memory; absent, the executor's own. */
  constructor(store: EventStore, snapshots: SnapshotStore, capacity?: number) {
    this.executor = new Executor({ decider: accountDecider, store, snapshots, capacity });
  }

  /** In order per account; the checkpoint moves with the events where every command has some. */
  executeMany(
    items: readonly CommandItem<AccountCommand>[],
    checkpoint?: Checkpoint,
  ): Promise<BatchResult<AccountEvent, AccountRefusal>> {
    return this.executor.executeMany(items, checkpoint);
  }

  /** The account as its stream says now. */
  load(tenant: string, account: string): Promise<{ state: AccountState; revision: number }> {
    return this.executor.load(accountStream(tenant, account));
  }

  drain(): Promise<void> {
    return this.executor.drain();
  }
}
