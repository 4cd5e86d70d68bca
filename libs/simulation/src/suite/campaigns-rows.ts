import type { Buyer, HeardTiers, LookUps, Reference } from '@tallystick/campaigns/application/look-ups';
import { type NodeVersion, Places } from '@tallystick/campaigns/application/places';
import type {
  IndexedPurchase,
  PurchaseIndex,
  TierRow,
  TierRows,
} from '@tallystick/campaigns/application/tier-reevaluation';
import { accountId, type Checkpoint } from '@tallystick/decider';
import type { Calls } from '../memory/calls';
import type { MoveCheckpoints } from '../memory/memory-log';

const TERMS = { referenceWaitMs: 300_000 };

/** The rows that campaigns keeps beside its log: stores, tier histories, the index of purchases. */
export class CampaignsRows {
  readonly nodes: NodeVersion[] = [];
  readonly tiers = new Map<string, TierRow>();
  readonly purchases: IndexedPurchase[] = [];
  version = 0;

  constructor(readonly moveCheckpoints: MoveCheckpoints) {}

  declare(node: NodeVersion): void {
    this.nodes.push(node);
    this.version += 1;
  }
}

/** The look-ups of campaigns over {@link CampaignsRows}, as one process sees them. */
export class MemoryReference implements Reference {
  constructor(
    private readonly rows: CampaignsRows,
    private readonly calls: Calls,
  ) {}

  lookUp(buyers: readonly Buyer[], withTiers: boolean): Promise<LookUps> {
    return this.calls.call('read', () => {
      const places = new Places(this.rows.nodes);
      const tiers = withTiers ? this.heard(buyers.flatMap(accountOf)) : new Map<string, HeardTiers>();
      return {
        version: String(this.rows.version),
        storeAt: (tenant, store, at) => places.storeAt(tenant, store, at),
        termsOf: () => TERMS,
        memberOf: ({ id }) => id,
        tiersOf: (account) => tiers.get(account),
      };
    });
  }

  tiersOf(accounts: readonly string[]): Promise<ReadonlyMap<string, HeardTiers>> {
    return this.calls.call('read', () => this.heard(accounts));
  }

  raiseVersion(): Promise<void> {
    return this.calls.call('write', () => {
      this.rows.version += 1;
    });
  }

  private heard(accounts: readonly string[]): Map<string, HeardTiers> {
    return new Map(
      accounts.flatMap((account) => {
        const row = this.rows.tiers.get(account);
        return row ? [[account, { revision: row.revision, history: row.history }]] : [];
      }),
    );
  }
}

/** Tier histories by account; the higher revision counts. */
export class MemoryTierRows implements TierRows {
  constructor(
    private readonly rows: CampaignsRows,
    private readonly calls: Calls,
  ) {}

  read(accounts: readonly string[]): Promise<ReadonlyMap<string, TierRow>> {
    return this.calls.call(
      'read',
      () =>
        new Map(
          accounts.flatMap((account) => {
            const row = this.rows.tiers.get(account);
            return row ? [[account, row]] : [];
          }),
        ),
    );
  }

  write(rows: readonly TierRow[]): Promise<void> {
    return this.calls.call('write', () => {
      for (const row of rows) {
        const known = this.rows.tiers.get(row.account);
        if (known && known.revision >= row.revision) continue;
        const pending = [known?.pendingFrom, row.pendingFrom].filter((from) => from !== undefined).sort()[0];
        this.rows.tiers.set(row.account, { ...row, ...(pending === undefined ? {} : { pendingFrom: pending }) });
      }
    });
  }

  settle(rows: readonly TierRow[], checkpoint?: Checkpoint): Promise<void> {
    return this.calls.call('write', () => {
      if (checkpoint && !this.rows.moveCheckpoints([checkpoint])) throw new Error('the position is held by another');
      for (const { account, revision } of rows) {
        const known = this.rows.tiers.get(account);
        if (known?.revision !== revision) continue;
        const { pendingFrom: _settled, ...settled } = known;
        this.rows.tiers.set(account, settled);
      }
    });
  }
}

/** Which purchases an account has. */
export class MemoryPurchaseIndex implements PurchaseIndex {
  constructor(
    private readonly rows: CampaignsRows,
    private readonly calls: Calls,
  ) {}

  add(purchases: readonly IndexedPurchase[]): Promise<void> {
    return this.calls.call('write', () => {
      this.rows.purchases.push(...purchases);
    });
  }

  after(from: readonly { account: string; instant: string }[]): Promise<IndexedPurchase[]> {
    return this.calls.call('read', () => {
      const found = new Map<string, IndexedPurchase>();
      for (const { account, instant } of from) {
        for (const one of this.rows.purchases) {
          if (one.account === account && one.occurredAt > instant) found.set(one.stream, one);
        }
      }
      return [...found.values()];
    });
  }
}

function accountOf({ tenant, program, id }: Buyer): string[] {
  return id === undefined ? [] : [accountId(tenant, program, id)];
}
