import {
  type PurchaseCommand,
  purchaseDecider,
  type PurchaseEvent,
  type PurchaseRefusal,
  type PurchaseState,
  tierAt,
  type TierUsed,
} from '@tallystick/campaigns-domain';
import { type Checkpoint, commandId, type EventStore, Executor, tenantOf } from '@tallystick/decider';
import { log } from '@tallystick/observability';
import type { HeardTiers, Reference } from './look-ups';
import type { RuleSets } from './rule-sets';

/** A purchase as the index finds it. */
export interface IndexedPurchase {
  readonly account: string;
  readonly occurredAt: string;
  readonly stream: string;
}

/** A tier history as kept; `pendingFrom`: purchases after it were not yet looked at for this history. */
export interface TierRow extends HeardTiers {
  readonly account: string;
  readonly pendingFrom?: string;
}

export interface TierRows {
  read(accounts: readonly string[]): Promise<ReadonlyMap<string, TierRow>>;
  /** The higher revision counts; a pending look is not forgotten. */
  write(rows: readonly TierRow[]): Promise<void>;
  /** Notes that every purchase was looked at for exactly these histories, and moves the consumer's position with it. */
  settle(rows: readonly TierRow[], checkpoint?: Checkpoint): Promise<void>;
}

export interface PurchaseIndex {
  add(purchases: readonly IndexedPurchase[]): Promise<void>;
  /** Every purchase of the accounts that occurred after their instant. */
  after(from: readonly { account: string; instant: string }[]): Promise<IndexedPurchase[]>;
}

const AT_ONCE = 500;

/**
 * Evaluates purchases again where the tier at their time turned out to be another one. Two sides may find such a
 * purchase: whoever writes a tier history looks into the index afterwards, and whoever writes the index looks at the
 * histories afterwards. Both write first and read then, so at least one of them sees the other.
 */
export class TierReevaluation {
  constructor(
    private readonly store: EventStore,
    private readonly reference: Reference,
    private readonly ruleSets: RuleSets,
    private readonly program: string,
  ) {}

  /** Looks at purchases by the histories of now, until no history has changed meanwhile. */
  async lookAt(purchases: readonly IndexedPurchase[]): Promise<void> {
    for (let i = 0; i < purchases.length; i += AT_ONCE) await this.lookAtSome(purchases.slice(i, i + AT_ONCE));
  }

  private async lookAtSome(purchases: readonly IndexedPurchase[]): Promise<void> {
    const accounts = [...new Set(purchases.map(({ account }) => account))];
    let open = purchases;
    let heard = await this.reference.tiersOf(accounts);
    while (open.length > 0) {
      await this.evaluateAgain(
        open.filter(({ account }) => heard.has(account)),
        heard,
      );
      const since = await this.reference.tiersOf(accounts);
      const before = heard;
      open = open.filter(({ account }) => since.get(account)?.revision !== before.get(account)?.revision);
      heard = since;
    }
  }

  private async evaluateAgain(
    purchases: readonly IndexedPurchase[],
    heard: ReadonlyMap<string, HeardTiers>,
  ): Promise<void> {
    if (purchases.length === 0) return;
    const { version } = await this.reference.lookUp([], false);
    // Streams are read anew: a remembered state that is behind would answer "unchanged" wrongly.
    const executor = new Executor<PurchaseState, PurchaseCommand, PurchaseEvent, PurchaseRefusal>({
      decider: purchaseDecider,
      store: this.store,
      capacity: purchases.length + 1,
    });
    const items = await Promise.all(
      purchases.map(async ({ account, occurredAt, stream }) => {
        const { revision, history } = heard.get(account)!;
        const rules = await this.ruleSets.book(tenantOf(stream), this.program, version);
        const tier = tierAt(history, occurredAt);
        const id = commandId(tenantOf(stream), 'membership', 'tier-changed', `${stream}/${revision}`);
        const command = { kind: 'reevaluate', ...(tier ? { tier } : {}), heard: revision, rules } as const;
        return { stream, command, metadata: { actor: 'svc:campaigns', commandId: id } };
      }),
    );
    const { results } = await executor.executeMany(items);
    results.forEach((result, index) => {
      if (result.kind === 'failed') throw result.error;
      if (result.kind === 'rejected') {
        log().error({ stream: items[index]!.stream, code: result.rejection.rejected }, 'a re-evaluation was refused');
      }
    });
  }
}

/** From when on two histories tell different tiers; `undefined` where they tell the same. */
export function differFrom(a: readonly TierUsed[], b: readonly TierUsed[]): string | undefined {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const [one, other] = [a[i], b[i]];
    if (one?.tier === other?.tier && one?.validFrom === other?.validFrom) continue;
    const starts = [one?.validFrom, other?.validFrom].filter((start) => start !== undefined);
    return starts.sort()[0];
  }
  return undefined;
}
