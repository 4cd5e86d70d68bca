import {
  bodyOf,
  commandId,
  type EventMetadata,
  type EventStore,
  Executor,
  type Position,
  type Rejection,
  streamName,
} from '@tallystick/decider';
import {
  type AdjustmentBatchCommand,
  adjustmentBatchDecider,
  type AdjustmentBatchEvent,
  type AdjustmentBatchRefusal,
  type AdjustmentBatchState,
  type AdjustmentRow,
  isSameRow,
  type RowOutcome,
} from '@tallystick/ledger-domain';
import { instant } from '@tallystick/vocabulary';
import type { Actor, Adjusted, Adjustments } from './adjustments';

/** A batch as it stands: its rows in the order in which they came. */
export interface BatchView {
  readonly rows: readonly AdjustmentRow[];
  readonly outcomes: ReadonlyMap<string, RowOutcome>;
}

export type BatchResult =
  | {
      readonly kind: 'taken';
      readonly view: BatchView;
      /** Places of rows that say something else than was said under their name before; nothing was done for them. */
      readonly conflicting: ReadonlySet<number>;
      /** Of the last outcome of these rows, whoever sent them first. */
      readonly position: Position;
    }
  | { readonly kind: 'refused'; readonly rejection: Rejection<AdjustmentBatchRefusal> };

/** Rows whose outcomes are written down together: what a crash may leave to be looked up on their accounts again. */
const ROWS_A_STEP = 50;

/**
 * Carries the rows of a batch out, each as an adjustment of its own (capabilities L11). Rows and outcomes are events of the
 * batch's stream, so a batch that was broken off goes on where it was when it is sent again.
 */
export class AdjustmentBatches {
  private readonly executor: Executor<
    AdjustmentBatchState,
    AdjustmentBatchCommand,
    AdjustmentBatchEvent,
    AdjustmentBatchRefusal
  >;

  constructor(
    private readonly store: EventStore,
    private readonly adjustments: Adjustments,
  ) {
    this.executor = new Executor({ decider: adjustmentBatchDecider, store, capacity: 100 });
  }

  async carryOut(
    actor: Actor,
    batch: string,
    rows: readonly AdjustmentRow[],
    metadata: EventMetadata,
  ): Promise<BatchResult> {
    const stream = streamOf(actor, batch);
    const { program, name: maker } = actor;
    const taken = await this.executor.execute({
      stream,
      command: { kind: 'take-rows', program, maker, rows },
      metadata,
    });
    if (taken.kind === 'failed') throw taken.error;
    if (taken.kind === 'rejected') return { kind: 'refused', rejection: taken.rejection };
    const { state } = await this.executor.load(stream);
    const open = [...state.rows.values()].filter(({ row }) => !state.outcomes.has(row));
    for (let from = 0; from < open.length; from += ROWS_A_STEP) {
      const step = open.slice(from, from + ROWS_A_STEP);
      const outcomes = await Promise.all(step.map((row) => this.rowOf(actor, batch, row, metadata)));
      await this.settle(actor, batch, outcomes, metadata);
    }
    const conflicting = new Set(
      rows.flatMap((row, place) => (isSameRow(state.rows.get(row.row)!, row) ? [] : [place])),
    );
    const position = await this.settledAt(stream, new Set(rows.map(({ row }) => row)));
    return { kind: 'taken', view: await this.view(actor, batch), conflicting, position };
  }

  /** The batch as it stands; without rows where there is none of that name. */
  async view(actor: Actor, batch: string): Promise<BatchView> {
    const { state } = await this.executor.load(streamOf(actor, batch));
    return { rows: [...state.rows.values()], outcomes: state.outcomes };
  }

  private async rowOf(
    actor: Actor,
    batch: string,
    { row, amount, expiresAt, ...said }: AdjustmentRow,
    metadata: EventMetadata,
  ): Promise<RowOutcome> {
    const adjustment = adjustmentOf(batch, row);
    const ends = expiresAt === undefined ? {} : { expiresAt: instant(expiresAt) };
    const by = {
      metadata: { ...metadata, commandId: commandId(actor.tenant, streamOf(actor, batch), 'adjust', row) },
      again: false,
    };
    return outcomeOf(
      row,
      await this.adjustments.adjust(actor, { ...said, adjustment, amount: BigInt(amount), ...ends }, by),
    );
  }

  private async settle(
    actor: Actor,
    batch: string,
    outcomes: readonly RowOutcome[],
    metadata: EventMetadata,
  ): Promise<void> {
    const id = commandId(actor.tenant, metadata.commandId, 'settle-rows', outcomes[0]!.row);
    const result = await this.executor.execute({
      stream: streamOf(actor, batch),
      command: { kind: 'settle-rows', outcomes },
      metadata: { ...metadata, commandId: id },
    });
    if (result.kind === 'failed') throw result.error;
  }

  /** Where the last outcome of rows stands in the log: read off stored events, so that it is the same for ever. */
  private async settledAt(stream: string, rows: ReadonlySet<string>): Promise<Position> {
    const events = (await this.store.readStreams(new Map([[stream, 0]]))).get(stream) ?? [];
    const last = events.findLast((recorded) => {
      const event = adjustmentBatchDecider.upcast(recorded.type, recorded.version, bodyOf(recorded));
      return event.type === 'AdjustmentRowsSettled' && event.data.outcomes.some(({ row }) => rows.has(row));
    });
    if (!last) throw new Error(`${stream} has no outcome of what was carried out`);
    return last.position;
  }
}

/** The name that a row's adjustment has on its account. */
export function adjustmentOf(batch: string, row: string): string {
  return `${batch}.${row}`;
}

function outcomeOf(row: string, adjusted: Adjusted): RowOutcome {
  switch (adjusted.kind) {
    case 'booked':
      return { row, state: 'booked' };
    case 'pending':
      return { row, state: 'pending', request: adjusted.request.id };
    case 'refused':
      return { row, state: 'refused', code: adjusted.rejection.rejected };
  }
}

function streamOf({ tenant, program }: Actor, batch: string): string {
  return streamName(adjustmentBatchDecider.kind, tenant, program, batch);
}
