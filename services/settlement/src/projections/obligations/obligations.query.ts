import type { Pool } from '@tallystick/postgres';

/** What one unit's store has granted, net of reversals, and what that is worth at the lots' own unit costs. */
export interface ObligationTotal {
  readonly issuer: string;
  readonly store: string;
  readonly asset: string;
  /** Signed points, decimal text. */
  readonly points: string;
  /** Minor units of money as an exact rational `numerator/denominator` per unit cost. */
  readonly costs: readonly { readonly unitCost: string; readonly points: string }[];
}

interface Row {
  readonly issuer: string;
  readonly store: string;
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
      `select issuer, store, asset, cost_numerator || '/' || cost_denominator as unit_cost, points::text as points
         from obligation_total
        where tenant = $1 and program = $2 and ($3::text is null or issuer = $3)
        order by issuer, store, asset, cost_numerator, cost_denominator`,
      [tenant, program, unit ?? null],
    );
    return grouped(rows);
  }
}

function grouped(rows: readonly Row[]): ObligationTotal[] {
  const totals: ObligationTotal[] = [];
  for (const { issuer, store, asset, unit_cost: unitCost, points } of rows) {
    const last = totals.at(-1);
    if (last && last.issuer === issuer && last.store === store && last.asset === asset) {
      const sum = String(BigInt(last.points) + BigInt(points));
      totals[totals.length - 1] = { ...last, points: sum, costs: [...last.costs, { unitCost, points }] };
    } else {
      totals.push({ issuer, store, asset, points, costs: [{ unitCost, points }] });
    }
  }
  return totals;
}
