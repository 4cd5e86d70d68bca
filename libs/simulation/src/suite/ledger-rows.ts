import type { BatchResult, Checkpoint, CommandItem, EventStore, SnapshotStore } from '@tallystick/decider';
import { partsOf } from '@tallystick/decider';
import type { AccountCommand, AccountEvent, AccountRefusal } from '@tallystick/ledger-domain';
import { AccountCommands } from '@tallystick/ledger/application/account-commands';
import type { Calls } from '../memory/calls';
import type { MemoryLog } from '../memory/memory-log';

/** The ledger's account commands, with a note of what they were told: the model is told the same. */
export class ToldAccounts extends AccountCommands {
  constructor(
    store: EventStore,
    snapshots: SnapshotStore,
    capacity: number,
    private readonly told: Map<string, AccountCommand>,
  ) {
    super(store, snapshots, capacity);
  }

  override executeMany(
    items: readonly CommandItem<AccountCommand>[],
    checkpoint?: Checkpoint,
  ): Promise<BatchResult<AccountEvent, AccountRefusal>> {
    return super.executeMany(
      items.map((item) => this.noted(item)),
      checkpoint,
    );
  }

  private noted(item: CommandItem<AccountCommand>): CommandItem<AccountCommand> {
    const { metadata, command, idAt } = item;
    const note = (id: string): string => {
      this.told.set(id, command);
      return id;
    };
    note(metadata.commandId);
    return idAt ? { ...item, idAt: (revision) => note(idAt(revision)) } : item;
  }
}

/** Where the service asks its read model which accounts have something due: here every account of the log is asked. */
export function dueAccounts(log: MemoryLog, calls: Calls) {
  const pages = () => (after: object | undefined) =>
    calls.call('read', () =>
      after
        ? []
        : [...log.streamNames].flatMap((stream) => accountIn(stream)).map((account) => ({ account, due: EVER })),
    );
  return { activations: pages, lapses: pages, expiries: pages };
}

const EVER = new Date(0);

function accountIn(stream: string): string[] {
  return stream.startsWith('account-') ? partsOf(stream).slice(-1) : [];
}
