import { type Decider, type DomainEvent, reject, UnknownEvent } from '@tallystick/decider';

/** One adjustment of a batch; its name on the account is made of the batch's name and `row`. */
export interface AdjustmentRow {
  readonly row: string;
  readonly account: string;
  readonly asset: string;
  /** Signed, not zero. */
  readonly amount: string;
  readonly reason: string;
  readonly unit: string;
  readonly expiresAt?: string;
}

/** What became of a row, once and for ever. */
export interface RowOutcome {
  readonly row: string;
  readonly state: 'booked' | 'pending' | 'refused';
  /** Of a refused row. */
  readonly code?: string;
  /** The request that a pending row waits for. */
  readonly request?: string;
}

/** Rows have come that the batch did not know. */
export type AdjustmentRowsTaken = DomainEvent<
  'AdjustmentRowsTaken',
  { readonly program: string; readonly maker: string; readonly rows: readonly AdjustmentRow[] }
>;
/** Rows were carried out, each on its own. */
export type AdjustmentRowsSettled = DomainEvent<'AdjustmentRowsSettled', { readonly outcomes: readonly RowOutcome[] }>;

export type AdjustmentBatchEvent = AdjustmentRowsTaken | AdjustmentRowsSettled;

export interface TakeRows {
  readonly kind: 'take-rows';
  readonly program: string;
  readonly maker: string;
  readonly rows: readonly AdjustmentRow[];
}

export interface SettleRows {
  readonly kind: 'settle-rows';
  readonly outcomes: readonly RowOutcome[];
}

export type AdjustmentBatchCommand = TakeRows | SettleRows;

export interface AdjustmentBatchState {
  readonly maker?: string;
  /** In the order in which they came. */
  readonly rows: Map<string, AdjustmentRow>;
  readonly outcomes: Map<string, RowOutcome>;
}

export type AdjustmentBatchRefusal = 'batch-conflict';

/**
 * The rows of one batch and what became of each (capabilities L11). A row counts once by its name; the same batch sent
 * again, or further rows of it, goes on where it was. A batch is its first maker's: whose sum of the day it uses.
 */
export const adjustmentBatchDecider: Decider<
  AdjustmentBatchState,
  AdjustmentBatchCommand,
  AdjustmentBatchEvent,
  AdjustmentBatchRefusal
> = {
  kind: 'adjustmentbatch',
  initial: () => ({ rows: new Map(), outcomes: new Map() }),
  decide(command, state) {
    if (command.kind === 'settle-rows') {
      const outcomes = firstOf(command.outcomes, state.outcomes).filter(({ row }) => state.rows.has(row));
      return outcomes.length === 0 ? [] : [{ type: 'AdjustmentRowsSettled', version: 1, data: { outcomes } }];
    }
    const { program, maker } = command;
    if (state.maker !== undefined && state.maker !== maker) return reject('batch-conflict');
    const rows = firstOf(command.rows, state.rows);
    return rows.length === 0 ? [] : [{ type: 'AdjustmentRowsTaken', version: 1, data: { program, maker, rows } }];
  },
  evolve(state, event) {
    if (event.type === 'AdjustmentRowsSettled') {
      for (const outcome of event.data.outcomes) state.outcomes.set(outcome.row, outcome);
      return state;
    }
    for (const row of event.data.rows) state.rows.set(row.row, row);
    return { ...state, maker: event.data.maker };
  },
  invariants({ rows, outcomes }) {
    return [...outcomes.keys()].filter((row) => !rows.has(row)).map((row) => `${row} has an outcome and never came`);
  },
  refusals: {
    'batch-conflict': {
      family: 'conflict',
      retryable: false,
      precedence: 1,
      title: { en: 'The batch was begun by somebody else', zh: '该批次由其他人创建' },
    },
  },
  upcast(type, version, data) {
    const isKnown = type === 'AdjustmentRowsTaken' || type === 'AdjustmentRowsSettled';
    if (!isKnown || version !== 1) throw new UnknownEvent(type, version);
    return { type, version, data } as AdjustmentBatchEvent;
  },
};

/** True where a row says what was said under its name before. */
export function isSameRow(known: AdjustmentRow, row: AdjustmentRow): boolean {
  return (
    known.account === row.account &&
    known.asset === row.asset &&
    known.amount === row.amount &&
    known.reason === row.reason &&
    known.unit === row.unit &&
    known.expiresAt === row.expiresAt
  );
}

/** Of each name the first that is not known yet. */
function firstOf<One extends { readonly row: string }>(
  all: readonly One[],
  known: ReadonlyMap<string, unknown>,
): readonly One[] {
  const named = new Map<string, One>();
  for (const one of all) if (!known.has(one.row) && !named.has(one.row)) named.set(one.row, one);
  return [...named.values()];
}
