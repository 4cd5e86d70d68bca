import type { Instant } from '@tallystick/vocabulary';
import type { Reference } from '../account/account.events';
import type { GrantedBy, PointsWithdrawn } from '../account/decisions/grant.events';
import type { PlacedEvent } from '../as-of/history';

/** What a node of an explanation stands for: where points come from, where they lie, and what became of them. */
export type NodeKind =
  // where they come from
  | 'receipt'
  | 'line'
  | 'whole'
  | 'kept'
  | 'credit'
  | 'transfer-in'
  | 'import'
  | 'exchange-in'
  | 'grant'
  | 'merge-in'
  | 'paid-in'
  | 'unnamed'
  | 'further'
  // where they lie
  | 'lot'
  | 'score'
  // what became of them
  | 'pending'
  | 'available'
  | 'hold'
  | 'held'
  | 'redeemed'
  | 'cancelled'
  | 'released'
  | 'lapsed'
  | 'expired'
  | 'due'
  | 'forfeited'
  | 'return'
  | 'debit'
  | 'transfer-out'
  | 'exchange-out'
  | 'withdrawal'
  | 'fallen'
  | 'paid-out'
  | 'expired-before'
  | 'left-before'
  | 'elsewhere';

/** The names by which what a node says is found again; each is there where it means something. */
export interface NodeFacts {
  /** Publisher and name of a purchase or a return. */
  readonly source?: string;
  readonly id?: string;
  /** Of a return: the purchase whose receipt it is in; absent where it names none. */
  readonly purchase?: Reference;
  /** Hash of the evaluation receipt, which campaigns keeps. */
  readonly receipt?: string;
  readonly line?: string;
  readonly rule?: string;
  readonly issuer?: string;
  readonly unit?: string;
  readonly store?: string;
  /** Name of a hold or another decision. */
  readonly name?: string;
  readonly reason?: string;
  /** What kind of grant or withdrawal it was. */
  readonly by?: GrantedBy | PointsWithdrawn['data']['by'];
  /** The till that may spend a hold offline, and the member who spends of a pool. */
  readonly till?: string;
  readonly member?: string;
  /** The other account of a transfer or a merge. */
  readonly account?: string;
  /** The lot itself, or the one that the part came from or went to. */
  readonly lot?: string;
  readonly fromAsset?: string;
  readonly until?: Instant;
  /** What a hold drew of the lot at first; in the asset's smallest unit. */
  readonly drawn?: bigint;
  /** Of what a return took: what had expired before. */
  readonly fromBreakage?: bigint;
  /** How many lots or purchases a node stands for. */
  readonly count?: number;
}

/** A node of an explanation; what flows into it is `amount`, and so is what flows out, where it has both. */
export interface ExplanationNode extends NodeFacts {
  /** Unique in its graph. */
  readonly key: string;
  readonly kind: NodeKind;
  readonly asset: string;
  /** In the asset's smallest unit. */
  readonly amount: bigint;
  /** When it counts from. */
  readonly at?: Instant;
  /** The stored event that says it; absent where time did it and no job has booked it, or where it stands for several. */
  readonly stored?: PlacedEvent;
}

/** Points that went from one node to another. */
export interface Flow {
  readonly from: string;
  readonly to: string;
  readonly amount: bigint;
}

/**
 * Where points come from and what became of them, as one acyclic graph in reading order: Σ of what flows into a node = Σ
 * of what flows out of it = its amount, wherever it has both (capabilities 5-4).
 */
export interface Explanation {
  readonly nodes: readonly ExplanationNode[];
  readonly flows: readonly Flow[];
  /** The last event that was known, and the hash that proves all before it. */
  readonly seen?: { readonly revision: number; readonly hash: string };
}

/** Takes nodes and flows as they are found; a node that is met again grows by what it gets. */
export class Graph {
  private readonly known = new Map<string, ExplanationNode>();
  private readonly between: Flow[] = [];

  add(node: ExplanationNode): string {
    const before = this.known.get(node.key);
    this.known.set(node.key, before ? { ...before, amount: before.amount + node.amount } : node);
    return node.key;
  }

  flow(from: string, to: string, amount: bigint): void {
    this.between.push({ from, to, amount });
  }

  /** A node with what flows into it from another. */
  into(from: string, node: ExplanationNode): string {
    const key = this.add(node);
    this.flow(from, key, node.amount);
    return key;
  }

  /** A node with what flows out of it into another. */
  outOf(node: ExplanationNode, to: string): string {
    const key = this.add(node);
    this.flow(key, to, node.amount);
    return key;
  }

  /** What flows out of a node so far. */
  outOfNode(key: string): bigint {
    return this.between.reduce((sum, { from, amount }) => (from === key ? sum + amount : sum), 0n);
  }

  get nodes(): readonly ExplanationNode[] {
    return [...this.known.values()];
  }

  get flows(): readonly Flow[] {
    return this.between;
  }
}
