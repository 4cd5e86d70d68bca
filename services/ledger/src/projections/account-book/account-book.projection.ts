import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RecordedEvent } from '@tallystick/decider';
import type { AccountEvent, Posting, Reference } from '@tallystick/ledger-domain';
import { int4Column, int8Column, textColumn, timestamptzColumn, uuidColumn } from '@tallystick/postgres';
import { insertOf, type LogProjection, type RowStatement, type TableName } from '@tallystick/read-models';
import { instant } from '@tallystick/vocabulary';
import { type BalanceChange, changesOf, type JournalEntry, type LotChange } from './movements';
import { postingsText } from './postings-text';

/** Balances, lots and the double-entry journal of every account: at most four statements per page of the log. */
export const accountBookProjection: LogProjection = {
  source: 'log',
  name: 'account-book',
  version: 1,
  tables: ['balance', 'lot', 'journal'],
  ddl: readFileSync(join(__dirname, 'account-book.table.sql'), 'utf8'),
  statements(events, table) {
    const { entries, balances, lots } = changesOf(events);
    const begun = lots.filter(({ begins }) => begins);
    const changed = lots.filter(({ begins }) => !begins);
    return [
      ...(entries.length > 0 ? [insertJournal(entries, table)] : []),
      ...(balances.length > 0 ? [mergeBalances(balances, table)] : []),
      ...(begun.length > 0 ? [insertLots(begun, table)] : []),
      ...(changed.length > 0 ? [mergeLots(changed, table)] : []),
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

function mergeBalances(all: readonly BalanceChange[], table: TableName): RowStatement {
  return {
    text: `merge into ${table('balance')} as known
           using (select unnest($1::uuid[]) as account, unnest($2::text[]) as asset, unnest($3::text[]) as tenant,
                         unnest($4::text[]) as program, unnest($5::text[]) as holder,
                         unnest($6::bigint[]) as available, unnest($7::bigint[]) as uncollectable,
                         unnest($8::int[]) as revision, unnest($9::bigint[]) as position) as u
           on known.account = u.account and known.asset = u.asset
           when matched then update set available = known.available + u.available,
             uncollectable = known.uncollectable + u.uncollectable, revision = u.revision, position = u.position
           when not matched then
             insert (account, asset, tenant, program, holder, available, uncollectable, revision, position)
             values (u.account, u.asset, u.tenant, u.program, u.holder, u.available, u.uncollectable, u.revision,
                     u.position)`,
    values: [
      uuidColumn(all.map(({ account }) => account)),
      textColumn(all.map(({ asset }) => asset)),
      textColumn(all.map(({ tenant }) => tenant)),
      textColumn(all.map(({ program }) => program)),
      textColumn(all.map(({ holder }) => holder)),
      int8Column(all.map(({ available }) => available)),
      int8Column(all.map(({ uncollectable }) => uncollectable)),
      int4Column(all.map(({ revision }) => revision)),
      int8Column(all.map(({ position }) => position)),
    ],
  };
}

const LOT_PARAMETERS = `(select unnest($1::uuid[]) as account, unnest($2::text[]) as lot, unnest($3::text[]) as asset,
                     unnest($4::text[]) as issuer, unnest($5::text[]) as store, unnest($6::text[]) as unit_cost,
                     unnest($7::int[]) as priority, unnest($8::timestamptz[]) as effective_at,
                     unnest($9::timestamptz[]) as expires_at, unnest($10::bigint[]) as granted,
                     unnest($11::bigint[]) as reversed, unnest($12::int[]) as revision) as u`;
const LOT_COLUMNS = `account, lot, asset, issuer, store, unit_cost, priority, effective_at, expires_at, granted,
              available, reversed, revision`;
const LOT_VALUES = `u.account, u.lot, u.asset, u.issuer, u.store, u.unit_cost, u.priority, u.effective_at, u.expires_at,
              u.granted, u.granted - u.reversed, u.reversed, u.revision`;

function insertLots(lots: readonly LotChange[], table: TableName): RowStatement {
  return {
    text: `insert into ${table('lot')} (${LOT_COLUMNS}) select ${LOT_VALUES} from ${LOT_PARAMETERS}`,
    values: lotColumns(lots),
  };
}

/** Lots that began before this page, or begin by an amendment: without terms there must be a row. */
function mergeLots(lots: readonly LotChange[], table: TableName): RowStatement {
  return {
    text: `merge into ${table('lot')} as known using ${LOT_PARAMETERS}
           on known.account = u.account and known.lot = u.lot
           when matched then update set issuer = coalesce(u.issuer, known.issuer),
             store = coalesce(u.store, known.store), unit_cost = coalesce(u.unit_cost, known.unit_cost),
             priority = coalesce(u.priority, known.priority),
             effective_at = coalesce(u.effective_at, known.effective_at),
             expires_at = case when u.issuer is null then known.expires_at else u.expires_at end,
             granted = known.granted + u.granted, reversed = known.reversed + u.reversed,
             available = known.available + u.granted - u.reversed
           when not matched then insert (${LOT_COLUMNS}) values (${LOT_VALUES})`,
    values: lotColumns(lots),
  };
}

function lotColumns(lots: readonly LotChange[]): Buffer[] {
  return [
    uuidColumn(lots.map(({ account }) => account)),
    textColumn(lots.map(({ lot }) => lot)),
    textColumn(lots.map(({ asset }) => asset)),
    textColumn(lots.map(({ terms }) => terms?.issuer ?? null)),
    textColumn(lots.map(({ terms }) => terms?.store ?? null)),
    textColumn(lots.map(({ terms }) => terms?.unitCost ?? null)),
    int4Column(lots.map(({ terms }) => terms?.priority ?? null)),
    timestamptzColumn(lots.map(({ terms }) => terms?.effectiveAt ?? null)),
    timestamptzColumn(lots.map(({ terms }) => terms?.expiresAt ?? null)),
    int8Column(lots.map(({ granted }) => granted)),
    int8Column(lots.map(({ reversed }) => reversed)),
    int4Column(lots.map(({ terms }) => terms?.revision ?? null)),
  ];
}
