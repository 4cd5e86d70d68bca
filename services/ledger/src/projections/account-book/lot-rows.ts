import { int4Column, int8Column, textColumn, timestamptzColumn, uuidColumn } from '@tallystick/postgres';
import type { RowStatement, TableName } from '@tallystick/read-models';
import { LOT_PARTS, type LotChange } from './changes';

const TERMS: readonly (readonly [name: string, type: string])[] = [
  ['account', 'uuid'],
  ['lot', 'text'],
  ['asset', 'text'],
  ['issuer', 'text'],
  ['store', 'text'],
  ['unit_cost', 'text'],
  ['priority', 'int'],
  ['effective_at', 'timestamptz'],
  ['activates_at', 'timestamptz'],
  ['expires_at', 'timestamptz'],
  ['revision', 'int'],
];
const GRANTED = ['granted', 'pending', 'available', 'reversed'] as const;
const AMOUNTS = ['granted', ...LOT_PARTS] as const;

/** True for a lot that began in the page and to which nothing but grants and reversals happened since: most of them. */
export function isFresh({ begins, extendedTo, held, spent, expired, moved }: LotChange): boolean {
  return begins && extendedTo === undefined && held === 0n && spent === 0n && expired === 0n && moved === 0n;
}

/** Rows of fresh lots. */
export function insertLots(lots: readonly LotChange[], table: TableName): RowStatement {
  const names = [...TERMS.map(([name]) => name), ...GRANTED];
  return {
    text: `insert into ${table('lot')} (${names.join(', ')}) select * from (select ${unnested(GRANTED)}) as u`,
    values: [...termColumns(lots), ...GRANTED.map((part) => int8Column(lots.map((lot) => lot[part])))],
  };
}

/** Lots that began before this page, or begin otherwise: without terms there must be a row. */
export function mergeLots(lots: readonly LotChange[], table: TableName): RowStatement {
  const names = [...TERMS.map(([name]) => name), ...AMOUNTS, 'extended_to'];
  const parameters = `${unnested(AMOUNTS)}, unnest($${TERMS.length + AMOUNTS.length + 1}::timestamptz[]) as extended_to`;
  const kept = ['issuer', 'store', 'unit_cost', 'priority', 'effective_at'];
  return {
    text: `merge into ${table('lot')} as known using (select ${parameters}) as u
           on known.account = u.account and known.lot = u.lot
           when matched then update set ${kept.map((name) => `${name} = coalesce(u.${name}, known.${name})`).join(', ')},
             activates_at = case when u.issuer is null then known.activates_at else u.activates_at end,
             expires_at = case when u.issuer is null then known.expires_at else u.expires_at end,
             extended_to = coalesce(u.extended_to, known.extended_to),
             ${AMOUNTS.map((part) => `${part} = known.${part} + u.${part}`).join(', ')}
           when not matched then
             insert (${names.join(', ')}) values (${names.map((name) => `u.${name}`).join(', ')})`,
    values: [
      ...termColumns(lots),
      ...AMOUNTS.map((part) => int8Column(lots.map((lot) => lot[part]))),
      timestamptzColumn(lots.map(({ extendedTo }) => extendedTo ?? null)),
    ],
  };
}

function unnested(amounts: readonly string[]): string {
  const terms = TERMS.map(([name, type], index) => `unnest($${index + 1}::${type}[]) as ${name}`);
  const sums = amounts.map((name, index) => `unnest($${TERMS.length + index + 1}::bigint[]) as ${name}`);
  return [...terms, ...sums].join(', ');
}

function termColumns(lots: readonly LotChange[]): Buffer[] {
  return [
    uuidColumn(lots.map(({ account }) => account)),
    textColumn(lots.map(({ lot }) => lot)),
    textColumn(lots.map(({ asset }) => asset)),
    textColumn(lots.map(({ terms }) => terms?.issuer ?? null)),
    textColumn(lots.map(({ terms }) => terms?.store ?? null)),
    textColumn(lots.map(({ terms }) => terms?.unitCost ?? null)),
    int4Column(lots.map(({ terms }) => terms?.priority ?? null)),
    timestamptzColumn(lots.map(({ terms }) => terms?.effectiveAt ?? null)),
    timestamptzColumn(lots.map(({ terms }) => terms?.activatesAt ?? null)),
    timestamptzColumn(lots.map(({ terms }) => terms?.expiresAt ?? null)),
    int4Column(lots.map(({ terms }) => terms?.revision ?? null)),
  ];
}
