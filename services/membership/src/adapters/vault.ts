import { randomUUID } from 'node:crypto';
import { canonicalJson } from '@tallystick/decider';
import { type Connection, inTransaction, isContention, type Pool, isUniqueViolation } from '@tallystick/postgres';
import type { VaultKeys } from './vault-keys';
import { open, seal, uuidOf } from './vault-keys';

/** Something that names a person: `external` number, `card` number, `phone`, `email` … */
export interface Identifier {
  readonly type: string;
  readonly value: string;
  /** Only verified identifiers are unique and match. */
  readonly verified: boolean;
}

/** Whose identifiers these are: a member known or new, or several, which only a person can decide. */
export type Match =
  { readonly kind: 'member'; readonly member: string } | { readonly kind: 'ambiguous'; readonly quarantine: string };

export interface ListedIdentifier {
  /** Where the next page goes on. */
  readonly place: string;
  readonly value: string;
  readonly member: string;
}

interface Indexed {
  readonly type: string;
  readonly text: string;
  readonly verified: boolean;
  readonly index: Buffer;
}

/** A verified identifier was given to another member since it was looked up. */
class Taken extends Error {}

const CONFLICT_TRIES = 10;

/** The only door to personal data (design §6 "Privacy"). */
export class Vault {
  constructor(
    private readonly pool: Pool,
    private readonly keys: VaultKeys,
  ) {}

  /**
   * Finds the one member whom the verified identifiers name and adds the others to them, or makes a new member.
   * Identifiers of several members put the request into quarantine; nothing is merged (capabilities M2).
   */
  async matchOrCreate(tenant: string, identifiers: readonly Identifier[], now: Date): Promise<Match> {
    const indexed = this.indexed(tenant, identifiers);
    for (let tries = 0; tries < CONFLICT_TRIES; tries++) {
      try {
        return await inTransaction(this.pool, (connection) => this.match(connection, tenant, indexed, now));
      } catch (error) {
        // Someone else enrolled one of the identifiers in between: nothing was written, and now they are found.
        if (!(error instanceof Taken) && !isUniqueViolation(error) && !isContention(error)) throw error;
      }
    }
    throw new Error('identifiers are being enrolled by others faster than they can be matched');
  }

  /** The member whom a verified identifier names. */
  async memberOf(tenant: string, type: string, value: string): Promise<string | undefined> {
    const { rows } = await this.pool.query<{ member: string }>({
      name: 'vault-member-of',
      text: 'select member from vault_identifier where tenant = $1 and type = $2 and blind_index = $3 and verified',
      values: [tenant, type, this.keys.blindIndex(tenant, type, normalized(type, value))],
    });
    return rows[0]?.member;
  }

  /** A page of the verified identifiers of one type, in clear, in order of enrolment; `after` is a place, exclusive. */
  async list(tenant: string, type: string, after: string, max: number): Promise<ListedIdentifier[]> {
    const { rows } = await this.pool.query<{ place: string; member: string; sealed_value: Buffer; sealed_key: Buffer }>(
      `select i.identifier_key::text as place, i.member, i.sealed_value, m.sealed_key
         from vault_identifier i join vault_member m using (tenant, member)
        where i.tenant = $1 and i.type = $2 and i.verified and i.identifier_key > $3
        order by i.identifier_key limit $4`,
      [tenant, type, after, max],
    );
    return rows.map(({ place, member, sealed_value: sealed, sealed_key: sealedKey }) => ({
      place,
      member,
      value: open(this.keys.openMemberKey(sealedKey), sealed, type).toString(),
    }));
  }

  /** In one order for everybody, so that two enrolments never wait for each other in a circle. */
  private indexed(tenant: string, identifiers: readonly Identifier[]): readonly Indexed[] {
    const indexed = identifiers.map(({ type, value, verified }): Indexed => {
      const text = normalized(type, value);
      return { type, text, verified, index: this.keys.blindIndex(tenant, type, text) };
    });
    return indexed.sort((a, b) => (a.type === b.type ? a.index.compare(b.index) : a.type < b.type ? -1 : 1));
  }

  private async match(
    connection: Connection,
    tenant: string,
    identifiers: readonly Indexed[],
    now: Date,
  ): Promise<Match> {
    const members = await this.membersNamed(connection, tenant, identifiers);
    if (members.length > 1) return this.quarantine(connection, tenant, identifiers, members, now);
    const known = members[0];
    const member = known ?? randomUUID();
    const key = known ? await this.keyOf(connection, tenant, known) : await this.create(connection, tenant, member);
    for (const identifier of identifiers) await this.give(connection, tenant, member, key, identifier);
    return { kind: 'member', member };
  }

  /** Throws where a verified identifier turns out to be another member's. */
  private async give(
    connection: Connection,
    tenant: string,
    member: string,
    key: Buffer,
    { type, text, index, verified }: Indexed,
  ): Promise<void> {
    const { rowCount } = await connection.query(
      `insert into vault_identifier (tenant, type, blind_index, member, sealed_value, verified)
       values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
      [tenant, type, index, member, seal(key, Buffer.from(text), type), verified],
    );
    if (rowCount !== 0 || !verified) return;
    const { rowCount: ours } = await connection.query(
      `update vault_identifier set verified = true
        where tenant = $1 and member = $2 and type = $3 and blind_index = $4`,
      [tenant, member, type, index],
    );
    if (ours === 0) throw new Taken();
  }

  private async membersNamed(
    connection: Connection,
    tenant: string,
    identifiers: readonly Indexed[],
  ): Promise<string[]> {
    const members = new Set<string>();
    for (const { type, index, verified } of identifiers) {
      const owner = verified ? await this.ownerOf(connection, tenant, type, index) : undefined;
      if (owner !== undefined) members.add(owner);
    }
    return [...members].sort();
  }

  private async ownerOf(
    connection: Connection,
    tenant: string,
    type: string,
    index: Buffer,
  ): Promise<string | undefined> {
    const { rows } = await connection.query<{ member: string }>(
      'select member from vault_identifier where tenant = $1 and type = $2 and blind_index = $3 and verified',
      [tenant, type, index],
    );
    return rows[0]?.member;
  }

  private async create(connection: Connection, tenant: string, member: string): Promise<Buffer> {
    const { key, sealed } = this.keys.newMemberKey();
    await connection.query('insert into vault_member (tenant, member, sealed_key) values ($1, $2, $3)', [
      tenant,
      member,
      sealed,
    ]);
    return key;
  }

  private async keyOf(connection: Connection, tenant: string, member: string): Promise<Buffer> {
    const { rows } = await connection.query<{ sealed_key: Buffer }>(
      'select sealed_key from vault_member where tenant = $1 and member = $2',
      [tenant, member],
    );
    return this.keys.openMemberKey(rows[0]!.sealed_key);
  }

  /** The same identifiers lie there once, however often they are sent. */
  private async quarantine(
    connection: Connection,
    tenant: string,
    identifiers: readonly Indexed[],
    members: readonly string[],
    now: Date,
  ): Promise<Match> {
    const request = canonicalJson(identifiers.map(({ type, text, verified }) => ({ type, value: text, verified })));
    const id = uuidOf(this.keys.blindIndex(tenant, 'quarantine', request));
    await connection.query(
      `insert into vault_quarantine (id, tenant, at, sealed_request, members) values ($1, $2, $3, $4, $5)
       on conflict (id) do update set members = excluded.members`,
      [id, tenant, now, this.keys.sealForTenant(tenant, request), [...members]],
    );
    return { kind: 'ambiguous', quarantine: id };
  }
}

/** The form in which equal identifiers are equal: no outer blanks, Unicode NFC, mail addresses in lower case. */
export function normalized(type: string, value: string): string {
  const text = value.trim().normalize('NFC');
  return type === 'email' ? text.toLowerCase() : text;
}
