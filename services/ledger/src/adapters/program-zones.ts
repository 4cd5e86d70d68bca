import type { Pool } from '@tallystick/postgres';

/** The rows that the ledger keeps of organization's programs. */
export class ProgramZones {
  constructor(private readonly pool: Pool) {}

  /** IANA zone of a program; `undefined` while it is not known here yet. */
  async zoneOf(tenant: string, program: string): Promise<string | undefined> {
    const { rows } = await this.pool.query<{ zone: string }>({
      name: 'program-zone',
      text: 'select zone from program_setting where tenant = $1 and program = $2',
      values: [tenant, program],
    });
    return rows[0]?.zone;
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
}
