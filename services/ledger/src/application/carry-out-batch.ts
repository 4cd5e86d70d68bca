import { type CommandItem, type CommandResult, EventStoreError } from '@tallystick/decider';
import type { AccountCommand, AccountEvent, AccountRefusal } from '@tallystick/ledger-domain';
import { type Batch, type BusRecord, DONE, DUPLICATE, type Outcome } from '@tallystick/messaging';
import type { AccountCommands } from './account-commands';
import type { AccountMerges } from './account-merges';
import type { AssetDirectory } from './asset-directory';
import type { ProgramAssets } from './program-assets';
import type { BookingRefusal } from './refusals';

/** What the account policies work with. */
export interface LedgerApplication {
  readonly accounts: AccountCommands;
  readonly assets: AssetDirectory;
  readonly merges: AccountMerges;
}

/** What a message names that is not known yet. */
export type Missing = 'unknown-asset' | 'unknown-program';

/** How a message becomes a command by what its program counts. */
export type CommandOf<Message> = (
  record: BusRecord<Message>,
  assets: ProgramAssets,
) => CommandItem<AccountCommand> | Missing;

/** How long a message waits for what it names to be declared (design §6 "References"). */
const REFERENCE_WAIT = 300_000;

/**
 * Carries a batch out as one group of commands and answers per record. The batch's checkpoint moves with the events
 * where every record has some; else the transport moves it over what is settled.
 */
export async function carryOutBatch<Message extends { readonly program: string }>(
  { accounts, assets, merges }: LedgerApplication,
  batch: Batch<Message>,
  commandOf: CommandOf<Message>,
): Promise<readonly Outcome[]> {
  const commands = await commandsOf(assets, batch.records, commandOf);
  const items = commands.filter((command) => typeof command !== 'string');
  const whole = items.length === commands.length;
  const { results: carriedOut, checkpointMoved } = await accounts.executeMany(
    items,
    whole ? batch.checkpoint : undefined,
  );
  const results = [...carriedOut];
  if (checkpointMoved) batch.checkpointMoved();
  // Each record as it came: a later picture of a purchase waits for the earlier one.
  for (let i = 0; i < results.length; i++) {
    if (merges.isFollowed(results[i]!)) results[i] = await merges.follow(items[i]!);
  }
  let next = 0;
  return commands.map((command) => (typeof command === 'string' ? waiting(command) : outcomeOf(results[next++]!)));
}

/** One look-up a program, whatever the size of the batch. */
async function commandsOf<Message extends { readonly program: string }>(
  directory: AssetDirectory,
  records: readonly BusRecord<Message>[],
  commandOf: CommandOf<Message>,
): Promise<(CommandItem<AccountCommand> | Missing)[]> {
  const programs = new Map<string, ProgramAssets>();
  const keys = records.map(({ tenant, message }) => `${tenant} ${message.program}`);
  for (let i = 0; i < records.length; i++) {
    if (programs.has(keys[i]!)) continue;
    const { tenant, message } = records[i]!;
    programs.set(keys[i]!, await directory.assetsOf(tenant, message.program));
  }
  return records.map((record, i) => commandOf(record, programs.get(keys[i]!)!));
}

function waiting(code: Missing): Outcome {
  return { kind: 'retry', code: code satisfies BookingRefusal, giveUpAfterMs: REFERENCE_WAIT };
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
