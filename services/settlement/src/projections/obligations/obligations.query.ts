import type { Pool } from '@tallystick/postgres';
import { ENTRIES, type Entry } from '@tallystick/settlement-domain';

/** What one unit's store has granted and what became of it; points of every entry are signed decimal text, their sum is owed. */
export interface ObligationTotal extends Readonly<Record<Entry, string>> {
  readonly issuer: string;
  /** Absent: lots that no store issued: corrections, and what came from another account. */
  readonly store?: string;
  readonly asset: string;
  /** Signed points that are still owed, decimal text. */
  readonly points: string;
  /** Minor units of money as an exact rational `numerator/denominator` per unit cost. */
  readonly costs: readonly { readonly unitCost: string; readonly points: string }[];
}

interface Row extends Record<Entry, string> {
  readonly issuer: string;
  readonly store: string | null;
  readonly asset: string;
  readonly unit_cost: string;
  readonly points: string;
}

/** Reads what units owe. */
export class ObligationQueries {
  constructor(private readonly pool: Pool) {}

  /** Totals per issuing unit, store and asset of one program; `unit` narrows to one issuer. */
  async totals(tenant: string, program: string, unit: string | undefined): Promise<ObligationTotal[]> {
    const { rows } = await this.pool.query<Row>(
      `select issuer, store, asset, cost_numerator || '/' || cost_denominator as unit_cost, points::text as points,
              ${ENTRIES.map((entry) => `${entry}::text as ${entry}`).join(', ')}
         from liability
        where tenant = $1 and program = $2 and ($3::text is null or issuer = $3)
        order by issuer, store nulls last, asset, cost_numerator, cost_denominator`,
      [tenant, program, unit ?? null],
    );
    return grouped(rows);
  }
}

function grouped(rows: readonly Row[]): ObligationTotal[] {
  const totals: ObligationTotal[] = [];
  for (const row of rows) {
    const { issuer, store, asset, unit_cost: unitCost, points } = row;
    const place = { issuer, ...(store === null ? {} : { store }), asset };
    const last = totals.at(-1);
    const isSame = last?.issuer === issuer && last.store === place.store && last.asset === asset;
    const costs = [...(isSame ? last.costs : []), { unitCost, points }];
    const sums = { ...sumsOf(row, isSame ? last : undefined), costs };
    totals.splice(isSame ? -1 : totals.length, 1, { ...place, ...sums });
  }
  return totals;
}

function sumsOf(row: Row, last: ObligationTotal | undefined): Record<Entry | 'points', string> {
  const sums = ([...ENTRIES, 'points'] as const).map((name) => [
    name,
    String(BigInt(last?.[name] ?? 0) + BigInt(row[name])),
  ]);
  return Object.fromEntries(sums) as Record<Entry | 'points', string>;
}
