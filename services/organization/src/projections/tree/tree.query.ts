import type { NodeDeclared } from '@tallystick/organization-domain';
import type { Pool } from '@tallystick/postgres';

/** Reads the organization tree. */
export class OrganizationQueries {
  constructor(private readonly pool: Pool) {}

  /** Every version of every node of a tenant, by node and time. */
  async nodes(tenant: string): Promise<NodeDeclared['data'][]> {
    const { rows } = await this.pool.query<{ declaration: string }>(
      'select declaration from node where tenant = $1 order by node, valid_from',
      [tenant],
    );
    return rows.map(({ declaration }) => JSON.parse(declaration) as NodeDeclared['data']);
  }
}
