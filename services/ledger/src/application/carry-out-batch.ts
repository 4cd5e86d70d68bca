import { type CommandItem, type CommandResult, EventStoreError } from '@tallystick/decider';
import type { AccountCommand, AccountEvent, AccountRefusal } from '@tallystick/ledger-domain';
import { type Batch, type BusRecord, DONE, DUPLICATE, type Outcome } from '@tallystick/messaging';
import type { AccountCommands } from './account-commands';
import type { AssetDirectory } from './asset-directory';
import type { BookingRefusal } from './refusals';

/** What the account policies work with. */
export interface LedgerApplication {
  readonly accounts: AccountCommands;
  readonly assets: AssetDirectory;
}

/** Tells whether an asset is a score; `undefined` where the program does not know it. */
export type IsScore = (asset: string) => boolean | undefined;

/** How a message becomes a command; `undefined` where it names an asset that is not known. */
export type CommandOf<Message> = (
  record: BusRecord<Message>,
  isScore: IsScore,
) => CommandItem<AccountCommand> | undefined;

/** How long a message waits for an asset that it names to be declared (design §6 "References"). */
const REFERENCE_WAIT = 300_000;
const UNKNOWN_ASSET = {
  kind: 'retry',
  code: 'unknown-asset' satisfies BookingRefusal,
  giveUpAfterMs: REFERENCE_WAIT,
} as const;

/**
 * Carries a batch out as one group of commands and answers per record. The batch's checkpoint moves with the events
 * where every record has some; else the transport moves it over what is settled.
 */
export async function carryOutBatch<Message extends { readonly program: string }>(
  { accounts, assets }: LedgerApplication,
  batch: Batch<Message>,
  commandOf: CommandOf<Message>,
): Promise<readonly Outcome[]> {
  const commands = await commandsOf(assets, batch.records, commandOf);
  const items = commands.filter((command) => command !== undefined);
  const whole = items.length === commands.length;
  const { results, checkpointMoved } = await accounts.executeMany(items, whole ? batch.checkpoint : undefined);
  if (checkpointMoved) batch.checkpointMoved();
  let next = 0;
  return commands.map((command) => (command ? outcomeOf(results[next++]!) : UNKNOWN_ASSET));
}

async function commandsOf<Message extends { readonly program: string }>(
  assets: AssetDirectory,
  records: readonly BusRecord<Message>[],
  commandOf: CommandOf<Message>,
): Promise<(CommandItem<AccountCommand> | undefined)[]> {
  const commands = records.map((record) => commandOf(record, scoresOf(assets, record)));
  for (let i = 0; i < commands.length; i++) {
    if (commands[i]) continue;
    const record = records[i]!;
    await assets.refresh(record.tenant, record.message.program);
    commands[i] = commandOf(record, scoresOf(assets, record));
  }
  return commands;
}

function scoresOf(assets: AssetDirectory, { tenant, message }: BusRecord<{ readonly program: string }>): IsScore {
  return (asset) => {
    const kind = assets.kindOf(tenant, message.program, asset);
    return kind && kind === 'score';
  };
}

function outcomeOf(result: CommandResult<AccountEvent, AccountRefusal>): Outcome {
  switch (result.kind) {
    case 'appended':
      return DONE;
    case 'unchanged':
      return DUPLICATE;
    case 'rejected': {
      const { rejected, facts } = result.rejection;
      return { kind: 'refused', code: rejected, detail: JSON.stringify(facts) };
    }
    case 'failed':
      return failed(result.error);
  }
}

/**
 * An event that no store takes never will be taken. A store that is away is a fault of the whole batch: nothing moves,
 * and however long it stays away no accrual becomes a dead letter.
 */
function failed(error: Error): Outcome {
  if (error instanceof EventStoreError && (error.code === 'too-large' || error.code === 'invalid')) {
    const code: BookingRefusal = `event-${error.code}`;
    return { kind: 'refused', code };
  }
  throw error;
}
