import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RecordedEvent } from '@tallystick/decider';
import type { AccountEvent, DecisionEvent, Posting, Reference } from '@tallystick/ledger-domain';
import { int4Column, int8Column, textColumn, timestamptzColumn, uuidColumn } from '@tallystick/postgres';
import { insertOf, type LogProjection, type RowStatement, type TableName } from '@tallystick/read-models';
import { instant } from '@tallystick/vocabulary';
import { caseRows } from './case-rows';
import { deleteLeft, mergeDebts } from './debt-rows';
import { deleteGone } from './carried-rows';
import { mergeHolds } from './hold-rows';
import { lateStatements } from './late-settlement-rows';
import { insertLots, isFresh, mergeLots } from './lot-rows';
import { type BalanceChange, type JournalEntry } from './changes';
import { changesOf } from './movements';
import { postingsText } from './postings-text';

/**
 * Balances, lots, holds, debts and the double-entry journal of every account, and the cases that wait for a person's
 * decision: at most fifteen statements per page of the log, and few of a page without what is rare.
 */
export const accountBookProjection: LogProjection = {
  source: 'log',
  name: 'account-book',
  version: 4,
  tables: ['balance', 'lot', 'hold', 'late_settlement', 'debt', 'adjustment_request', 'dispute', 'journal'],
  ddl: readFileSync(join(__dirname, 'account-book.table.sql'), 'utf8'),
  statements(events, table) {
    const { entries, balances, lots, holds, late, debts, goneDebts, others, goneLots, goneHolds } = changesOf(events);
    const begun = lots.filter(isFresh);
    const changed = lots.filter((lot) => !isFresh(lot));
    return [
      ...(entries.length > 0 ? [insertJournal(entries, table)] : []),
      ...(balances.length > 0 ? [mergeBalances(balances, table)] : []),
      ...(begun.length > 0 ? [insertLots(begun, table)] : []),
      ...(changed.length > 0 ? [mergeLots(changed, table)] : []),
      ...(holds.length > 0 ? [mergeHolds(holds, table)] : []),
      ...(goneLots.length > 0 ? [deleteGone('lot', 'lot', goneLots, table)] : []),
      ...(goneHolds.length > 0 ? [deleteGone('hold', 'hold', goneHolds, table)] : []),
      ...(debts.length > 0 ? [mergeDebts(debts, table)] : []),
      ...(goneDebts.length > 0 ? [deleteLeft(goneDebts, table)] : []),
      ...(others.length > 0 ? caseRows(others, table) : []),
      ...lateStatements(late, table),
    ];
  },
};

/** What a row of the journal says of its event, where the event says it. */
interface Cause {
  readonly source?: Reference;
  /** What explains it, where that is not its source. */
  readonly purchase?: Reference;
  readonly receipt?: string;
  readonly store?: string;
  readonly effectiveAt?: string;
  readonly postings: readonly Posting[];
}

function causeOf({ type, data }: AccountEvent): Cause {
  switch (type) {
    case 'AccountOpened':
      return { postings: [] };
    case 'PointsAccrued':
    case 'AccrualAmended':
      return { ...data, source: data.purchase, purchase: undefined };
    case 'PointsReversed':
    case 'ReversalRecalculated':
      return { ...data, source: data.reversal };
    default:
      return { effectiveAt: data.effectiveAt, postings: data.postings, ...decisionOf({ type, data } as DecisionEvent) };
  }
}

/** Decisions are named by their callers: the kind stands where a fact has its source, which none of them can be. */
function decisionOf({ type, data }: DecisionEvent): Pick<Cause, 'source' | 'store'> {
  switch (type) {
    case 'HoldPlaced':
    case 'HoldCaptured':
      return { source: { source: '~hold', id: data.hold }, store: data.store };
    case 'HoldReleased':
    case 'HoldLapsed':
    case 'RedemptionCancelled':
    case 'LeaseSettledLate':
    case 'LateSettlementDecided':
      return { source: { source: '~hold', id: data.hold } };
    case 'PointsDebited':
    case 'PointsCredited':
      return { source: { source: '~adjustment', id: data.adjustment } };
    case 'PointsSent':
    case 'PointsReceived':
      return { source: { source: '~transfer', id: data.transfer } };
    case 'PointsGranted':
      return { source: { source: `~${data.by}`, id: data.grant }, store: data.store };
    case 'PointsWithdrawn':
      return data.withdrawal === undefined
        ? { store: data.store }
        : { source: { source: `~${data.by}`, id: data.withdrawal }, store: data.store };
    case 'LotsReactivated':
      return { source: { source: '~reactivation', id: data.reactivation } };
    case 'ExpiryExtended':
      return { source: { source: '~extension', id: data.extension } };
    case 'PointsImported':
      return { source: { source: '~import', id: data.import } };
    case 'AccountMerged':
    case 'AccountAbsorbed':
    case 'ReversalsPaid':
    case 'AccountSplit':
    case 'AccountRestored':
      return { source: { source: '~merge', id: data.merge } };
    case 'PointsExchanged':
      return { source: { source: '~exchange', id: data.exchange } };
    case 'PointsActivated':
    case 'LotsExpired':
    case 'LateLot':
    case 'CreditOverdue':
    case 'LoanOverdue':
    case 'AccountFrozen':
    case 'AccountUnfrozen':
    case 'AccountClosed':
    case 'PoolOpened':
    case 'PoolMemberSet':
    case 'PoolMemberLeft':
    case 'ExpiryNoticed':
      return {};
    case 'BooksCarriedForward':
      return { source: { source: '~closing', id: data.closing } };
  }
}

function insertJournal(entries: readonly JournalEntry[], table: TableName): RowStatement {
  const causes = entries.map(({ event }) => causeOf(event));
  const recorded: readonly RecordedEvent[] = entries.map((entry) => entry.recorded);
  const text = (read: (cause: Cause) => string | undefined) => textColumn(causes.map((cause) => read(cause) ?? null));
  return insertOf({
    into: table('journal'),
    columns: {
      position: int8Column(recorded.map(({ position }) => position)),
      recorded_at: timestamptzColumn(recorded.map(({ recordedAt }) => recordedAt)),
      account: uuidColumn(entries.map(({ account }) => account)),
      revision: int4Column(recorded.map(({ revision }) => revision)),
      tenant: textColumn(entries.map(({ tenant }) => tenant)),
      type: textColumn(recorded.map(({ type }) => type)),
      postings: textColumn(causes.map(({ postings }) => postingsText(postings))),
      source: text(({ source }) => source?.source),
      source_id: text(({ source }) => source?.id),
      purchase_source: text(({ purchase }) => purchase?.source),
      purchase_id: text(({ purchase }) => purchase?.id),
      receipt: text(({ receipt }) => receipt),
      store: text(({ store }) => store),
      effective_at: timestamptzColumn(
        causes.map(({ effectiveAt }) => (effectiveAt === undefined ? null : instant(effectiveAt))),
      ),
    },
  });
}

const SHOWN = ['available', 'pending', 'held', 'uncollectable', 'deficit'] as const;

function mergeBalances(all: readonly BalanceChange[], table: TableName): RowStatement {
  const names = ['account', 'asset', 'tenant', 'program', 'holder', ...SHOWN, 'revision', 'position'];
  const types = ['uuid', 'text', 'text', 'text', 'text', ...SHOWN.map(() => 'bigint'), 'int', 'bigint'];
  const unnested = names.map((name, index) => `unnest($${index + 1}::${types[index]}[]) as ${name}`);
  return {
    text: `merge into ${table('balance')} as known using (select ${unnested.join(', ')}) as u
           on known.account = u.account and known.asset = u.asset
           when matched then update set ${SHOWN.map((name) => `${name} = known.${name} + u.${name}`).join(', ')},
             revision = u.revision, position = u.position
           when not matched then
             insert (${names.join(', ')}) values (${names.map((name) => `u.${name}`).join(', ')})`,
    values: [
      uuidColumn(all.map(({ account }) => account)),
      textColumn(all.map(({ asset }) => asset)),
      textColumn(all.map(({ tenant }) => tenant)),
      textColumn(all.map(({ program }) => program)),
      textColumn(all.map(({ holder }) => holder)),
      ...SHOWN.map((name) => int8Column(all.map((balance) => balance[name]))),
      int4Column(all.map(({ revision }) => revision)),
      int8Column(all.map(({ position }) => position)),
    ],
  };
}
