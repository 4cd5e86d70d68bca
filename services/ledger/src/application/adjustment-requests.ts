import {
  bodyOf,
  type CommandResult,
  commandId,
  type EventMetadata,
  type EventStore,
  Executor,
  metadataOf,
  type Position,
  streamName,
} from '@tallystick/decider';
import {
  type AdjustmentRequestCommand,
  adjustmentRequestDecider,
  type AdjustmentRequested,
  type AdjustmentRequestEvent,
  type AdjustmentRequestRefusal,
  type AdjustmentRequestState,
} from '@tallystick/ledger-domain';

/** A request as it was made: the same for ever. */
export interface MadeRequest {
  readonly id: string;
  readonly data: AdjustmentRequested['data'];
  readonly position: Position;
  /** The command that made it. */
  readonly by?: string;
}

/** Requests for adjustments that their makers may not make alone, each a stream of its own. */
export class AdjustmentRequests {
  private readonly executor: Executor<
    AdjustmentRequestState,
    AdjustmentRequestCommand,
    AdjustmentRequestEvent,
    AdjustmentRequestRefusal
  >;

  constructor(private readonly store: EventStore) {
    this.executor = new Executor({ decider: adjustmentRequestDecider, store, capacity: 10_000 });
  }

  /** The request that an adjustment of an account has or would have: its name follows from theirs. */
  idOf(tenant: string, account: string, adjustment: string): string {
    return commandId(tenant, account, 'adjustment-request', adjustment);
  }

  /** The request as it stands now. */
  async load(tenant: string, id: string): Promise<AdjustmentRequestState> {
    return (await this.executor.load(streamOf(tenant, id))).state;
  }

  /** The request as it was made; `undefined` where nobody made it. */
  async made(tenant: string, id: string): Promise<MadeRequest | undefined> {
    const stream = streamOf(tenant, id);
    const [first] = (await this.store.readStreams(new Map([[stream, 0]]))).get(stream) ?? [];
    if (!first) return undefined;
    const event = adjustmentRequestDecider.upcast(first.type, first.version, bodyOf(first));
    if (event.type !== 'AdjustmentRequested') throw new Error(`${stream} begins with ${event.type}`);
    return { id, data: event.data, position: first.position, by: metadataOf(first)?.commandId };
  }

  execute(
    tenant: string,
    id: string,
    command: AdjustmentRequestCommand,
    metadata: EventMetadata,
  ): Promise<CommandResult<AdjustmentRequestEvent, AdjustmentRequestRefusal>> {
    return this.executor.execute({ stream: streamOf(tenant, id), command, metadata });
  }
}

function streamOf(tenant: string, id: string): string {
  return streamName(adjustmentRequestDecider.kind, tenant, id);
}
