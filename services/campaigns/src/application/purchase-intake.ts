import {
  type BusinessReference,
  type PurchaseCommand,
  type PurchaseContent,
  purchaseDecider,
  type PurchaseEvent,
  type PurchaseRefusal,
  type PurchaseState,
} from '@tallystick/campaigns-domain';
import type { PurchasePaid } from '@tallystick/contracts';
import {
  type Checkpoint,
  type CommandItem,
  commandId,
  type CommandResult,
  type EventMetadata,
  type EventStore,
  EventStoreError,
  Executor,
  streamName,
} from '@tallystick/decider';
import { LRUCache } from 'lru-cache';
import type { Arrival, Taken, TakenBatch } from './arrival';
import { purchaseContent } from './content';
import type { RuleSets } from './rule-sets';
import { isTaken, type Surroundings, type SurroundingsReader } from './surroundings';

/** How much of what was recorded stays in memory; both tables take their room when they are made. */
export interface PurchasesKept {
  /** Purchases: they are seldom met again soon, so just long enough for redeliveries. */
  readonly states: number;
  /** Purchases of which it is known by which tier history they were evaluated. */
  readonly receipts: number;
}

const KEPT: PurchasesKept = { states: 500, receipts: 20_000 };

/** Records purchases of both entrances, many at a time. */
export class PurchaseIntake {
  private readonly executor: Executor<PurchaseState, PurchaseCommand, PurchaseEvent, PurchaseRefusal>;
  private readonly heard: LRUCache<string, number>;

  constructor(
    store: EventStore,
    private readonly surroundings: SurroundingsReader,
    private readonly ruleSets: RuleSets,
    { states, receipts }: PurchasesKept = KEPT,
  ) {
    this.executor = new Executor({ decider: purchaseDecider, store, assumeNew: true, capacity: states });
    this.heard = new LRUCache({ max: receipts });
  }

  /** One answer per purchase. The checkpoint moves with the events only where every one of them was recorded now. */
  async take(arrivals: readonly Arrival<PurchasePaid>[], checkpoint?: Checkpoint): Promise<TakenBatch> {
    const contents = arrivals.map(({ message }) => purchaseContent(message));
    const found = await this.surroundings.of(arrivals, contents, { needsOpenStore: true });
    const items: CommandItem<PurchaseCommand>[] = [];
    found.forEach((one, index) => {
      if (!isTaken(one)) items.push(recordItem(arrivals[index]!, contents[index]!, one));
    });
    const whole = items.length === arrivals.length ? checkpoint : undefined;
    const { results, checkpointMoved } = await this.executor.executeMany(items, whole);
    let next = 0;
    const taken = found.map((one) => {
      if (isTaken(one)) return one;
      const { stream } = items[next]!;
      const result = results[next++]!;
      if (result.kind === 'appended') this.heard.set(stream, one.heard ?? -1);
      return takenOf(stream, result, this.ruleSets);
    });
    return { taken, checkpointMoved };
  }

  /** The revision of the tier history that a purchase was recorded with, where this process recorded it lately. */
  heardBy(stream: string): number | undefined {
    return this.heard.get(stream);
  }

  async drain(): Promise<void> {
    await this.executor.drain();
  }
}

/** What a result says of a message. Throws for a fault: then nothing of the batch is settled. */
export function takenOf(
  stream: string,
  result: CommandResult<{ readonly type: string }, PurchaseRefusal>,
  ruleSets: RuleSets,
): Taken {
  switch (result.kind) {
    case 'appended': {
      const parked = result.events[0]?.type === 'ReturnParked';
      return { kind: 'taken', stream, parked, ...(result.position === undefined ? {} : { position: result.position }) };
    }
    case 'unchanged':
      return { kind: 'again', stream };
    case 'rejected': {
      const { rejected: code, facts } = result.rejection;
      return { kind: 'refused', code, facts, ...(facts['pointer'] === undefined ? {} : { pointer: facts['pointer'] }) };
    }
    case 'failed':
      if (result.error instanceof EventStoreError && result.error.code === 'too-large') {
        return { kind: 'refused', code: 'payload-too-large' };
      }
      ruleSets.forget();
      throw result.error;
  }
}

export function metadataOfArrival(arrival: Arrival<unknown>, id: string): EventMetadata {
  const { actor, correlationId, causationId } = arrival;
  return { actor, commandId: id, correlationId, ...(causationId === undefined ? {} : { causationId }) };
}

/** The command id of a purchase: the same delivery always asks for the same command. */
export function purchaseCommandId(tenant: string, { source, id }: BusinessReference, delivery: string): string {
  return commandId(tenant, source, 'purchase-paid', `${id}/${delivery}`);
}

function recordItem(
  arrival: Arrival<PurchasePaid>,
  purchase: PurchaseContent,
  surroundings: Surroundings,
): CommandItem<PurchaseCommand> {
  const { tenant, program, message, delivery } = arrival;
  return {
    stream: streamName('purchase', tenant, message.source, message.id),
    command: { kind: 'record-purchase', program, purchase, ...surroundings },
    metadata: metadataOfArrival(arrival, purchaseCommandId(tenant, message, delivery)),
  };
}
