import type { Pool } from '@tallystick/postgres';
import { consumerOf } from '@tallystick/read-models';
import type { Instant } from '@tallystick/vocabulary';
import { growthProjection } from '../projections/growth/growth.projection';

/** What a tier review needs to know besides growth and policy. */
export interface ReviewTerms {
  readonly zone: string;
  /** Windows that ended by then are closed. */
  readonly reviewedUntil: Instant;
  /** Changes whenever growth was taken outside of its partition's order, by whichever process. */
  readonly ahead: string;
}

/** The rows that membership keeps of organization's contracts. */
export class Reference {
  constructor(private readonly pool: Pool) {}

  /** `undefined` while the program is not known here yet. */
  async reviewTerms(tenant: string, program: string): Promise<ReviewTerms | undefined> {
    const { rows } = await this.pool.query<{ zone: string; reviewed_until: string | null; ahead: string }>({
      name: 'review-terms',
      text: `select zone, (extract(epoch from reviewed_until) * 1000)::bigint::text as reviewed_until,
                    (select concat(count(*), ' ', max(taken_at)) from consumed_ahead where consumer = $3) as ahead
               from program_setting left join tier_review using (tenant, program)
              where tenant = $1 and program = $2`,
      values: [tenant, program, consumerOf(growthProjection)],
    });
    const row = rows[0];
    if (!row) return undefined;
    return { zone: row.zone, reviewedUntil: Number(row.reviewed_until ?? 0) as Instant, ahead: row.ahead };
  }

  /** The newest revision counts, whatever order they come in. */
  async programDeclared(tenant: string, program: string, revision: number, zone: string): Promise<void> {
    await this.pool.query(
      `insert into program_setting (tenant, program, revision, zone) values ($1, $2, $3, $4)
       on conflict (tenant, program) do update set revision = excluded.revision, zone = excluded.zone
       where program_setting.revision < excluded.revision`,
      [tenant, program, revision, zone],
    );
  }

  /** The newest revision counts for each instant from which a store lies in a unit. */
  async storeDeclared(tenant: string, store: string, validFrom: string, unit: string, revision: number): Promise<void> {
    await this.pool.query(
      `insert into store_unit (tenant, store, valid_from, unit, revision) values ($1, $2, $3, $4, $5)
       on conflict (tenant, store, valid_from) do update set unit = excluded.unit, revision = excluded.revision
       where store_unit.revision < excluded.revision`,
      [tenant, store, validFrom, unit, revision],
    );
  }

  /** The unit that a store lies in at an instant; `undefined` for a store that is not known then. */
  async unitOf(tenant: string, store: string, at: string): Promise<string | undefined> {
    const { rows } = await this.pool.query<{ unit: string }>({
      name: 'unit-of-store',
      text: `select unit from store_unit where tenant = $1 and store = $2 and valid_from <= $3
              order by valid_from desc limit 1`,
      values: [tenant, store, at],
    });
    return rows[0]?.unit;
  }

  /** Never moves back. */
  async reviewedUntil(tenant: string, program: string, at: Instant): Promise<void> {
    await this.pool.query(
      `insert into tier_review (tenant, program, reviewed_until) values ($1, $2, to_timestamp($3::double precision / 1000))
       on conflict (tenant, program) do update set reviewed_until = excluded.reviewed_until
       where tier_review.reviewed_until < excluded.reviewed_until`,
      [tenant, program, at],
    );
  }
}
