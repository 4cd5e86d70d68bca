import { accountId } from '@tallystick/decider';
import { type Pool, textColumn, uuidColumn } from '@tallystick/postgres';
import { LRUCache } from 'lru-cache';
import type { Buyer, HeardTiers, LookUps, ProgramTerms, Reference } from '../application/look-ups';
import { type NodeVersion, Places } from '../application/places';

const CARDS_KEPT = 100_000;
const DEFAULT_TERMS: ProgramTerms = { acceptFromDays: 400, referenceWaitMs: 300_000 };

interface Kept {
  readonly version: string;
  readonly places: Places;
  readonly terms: ReadonlyMap<string, ProgramTerms>;
}

type Row =
  | { readonly kind: 'version'; readonly key: string }
  | { readonly kind: 'tiers'; readonly key: string; readonly revision: number; readonly text: string }
  | { readonly kind: 'card'; readonly key: string; readonly text: string };

/**
 * Reads the reference rows. Stores and programs stay in memory while the version row stands; cards stay, since a token
 * never passes to another member; tiers are read anew for each batch, in the same one statement as the version.
 */
export class ReferenceReader implements Reference {
  private kept: Promise<Kept> | undefined;
  private keptVersion: string | undefined;
  private readonly cards = new LRUCache<string, string>({ max: CARDS_KEPT });

  constructor(private readonly pool: Pool) {}

  async lookUp(buyers: readonly Buyer[], withTiers: boolean): Promise<LookUps> {
    const unknownCards = buyers.filter((buyer) => buyer.cardToken !== undefined && !this.memberOf(buyer));
    const { version, tiers } = await this.read(withTiers ? this.accountsOf(buyers) : [], unknownCards);
    if (withTiers) {
      const found = this.accountsOf(unknownCards);
      if (found.length > 0) for (const [account, heard] of await this.tiersOf(found)) tiers.set(account, heard);
    }
    const { places, terms } = await this.keep(version);
    return {
      version,
      storeAt: (tenant, store, at) => places.storeAt(tenant, store, at),
      termsOf: (tenant, program) => terms.get(`${tenant} ${program}`) ?? DEFAULT_TERMS,
      memberOf: (buyer) => this.memberOf(buyer),
      tiersOf: (account) => tiers.get(account),
    };
  }

  async tiersOf(accounts: readonly string[]): Promise<ReadonlyMap<string, HeardTiers>> {
    return (await this.read(accounts, [])).tiers;
  }

  async raiseVersion(): Promise<void> {
    await this.pool.query('update reference_version set version = version + 1');
  }

  private memberOf({ tenant, id, cardToken }: Buyer): string | undefined {
    return id ?? (cardToken === undefined ? undefined : this.cards.get(`${tenant} ${cardToken}`));
  }

  private accountsOf(buyers: readonly Buyer[]): string[] {
    const accounts = new Set<string>();
    for (const buyer of buyers) {
      const member = this.memberOf(buyer);
      if (member !== undefined) accounts.add(accountId(buyer.tenant, buyer.program, member));
    }
    return [...accounts];
  }

  private async read(
    accounts: readonly string[],
    cards: readonly Buyer[],
  ): Promise<{ version: string; tiers: Map<string, HeardTiers> }> {
    const { rows } = await this.pool.query<Row>({
      name: 'campaigns-look-up',
      text: `select 'version' as kind, version::text as key, null::integer as revision, null::text as text
               from reference_version
             union all
             select 'tiers', account::text, revision, history from tier_history where account = any($1::uuid[])
             union all
             select 'card', tenant || ' ' || card_token, null, member from card
              where (tenant, card_token) in (select * from unnest($2::text[], $3::text[]))`,
      values: [
        uuidColumn(accounts),
        textColumn(cards.map(({ tenant }) => tenant)),
        textColumn(cards.map(({ cardToken }) => cardToken ?? '')),
      ],
    });
    let version = '';
    const tiers = new Map<string, HeardTiers>();
    for (const row of rows) {
      if (row.kind === 'version') version = row.key;
      else if (row.kind === 'card') this.cards.set(row.key, row.text);
      else tiers.set(row.key, { revision: row.revision, history: JSON.parse(row.text) as HeardTiers['history'] });
    }
    return { version, tiers };
  }

  private keep(version: string): Promise<Kept> {
    if (this.kept && this.keptVersion === version) return this.kept;
    this.keptVersion = version;
    this.kept = this.readKept(version).catch((error: unknown) => {
      this.keptVersion = undefined;
      throw error;
    });
    return this.kept;
  }

  private async readKept(version: string): Promise<Kept> {
    const nodes = await this.pool.query<NodeVersion>(
      `select tenant, node, kind, valid_from as "validFrom", unit, format, open from node_version order by valid_from`,
    );
    const programs = await this.pool.query<{ tenant: string; program: string; days: number | null; wait: number }>(
      `select tenant, program, accept_from_days as days, reference_wait_seconds as wait from program_setting`,
    );
    const versions = nodes.rows.map((row) => ({
      ...row,
      unit: row.unit ?? undefined,
      format: row.format ?? undefined,
    }));
    const terms = programs.rows.map(({ tenant, program, days, wait }): [string, ProgramTerms] => [
      `${tenant} ${program}`,
      { ...(days === null ? {} : { acceptFromDays: days }), referenceWaitMs: wait * 1_000 },
    ]);
    return { version, places: new Places(versions), terms: new Map(terms) };
  }
}
