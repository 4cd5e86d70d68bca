import { compareText, instant, least } from '@tallystick/vocabulary';
import type { AccountState } from '../account/account.state';
import { type Axes, fold, type LotAsOf, lotsOf } from '../as-of/as-of';
import type { AccountHistory, PlacedEvent } from '../as-of/history';
import { leftNode } from './departures';
import { type Explanation, Graph } from './graph';
import { explainScore, originOf, returnNode } from './origins';
import { heldOf, type LotTrace, takenOf, Traces } from './traces';

/** Lots, or purchases of a score, that the explanation of a balance shows one by one; what is beyond is one node. */
export const MOST_EXPLAINED = 200;

/**
 * Where the points of a lot come from (purchase, receipt, line, rule; or the decision that made it) and what became of each
 * of them, as of an instant and a state of knowledge. Origins sum to what was granted, and so do leaves (capabilities 5-4).
 * `undefined` where there is no such lot then.
 */
export function explainLot(history: AccountHistory, axes: Axes, lot: string): Explanation | undefined {
  const { counted, due, state } = fold(history, axes);
  const known = lotsOf(state).find((one) => one.lot === lot);
  if (!known) return undefined;
  const lots = new LotExplainer(state, new Traces(counted, due));
  lots.explain(known);
  return { nodes: lots.graph.nodes, flows: lots.graph.flows, seen: history.seenBy(axes.knownAt) };
}

/**
 * Where an account's balance of an asset comes from: every lot that has something available, pending or held, in the order
 * of their dates, each explained whole; a score by its purchases and returns. The node `available` is the balance.
 */
export function explainBalance(history: AccountHistory, axes: Axes, asset: string): Explanation | undefined {
  const { counted, due, state } = fold(history, axes);
  const books = state.books.get(asset);
  if (!books) return undefined;
  const traces = new Traces(counted, due);
  const seen = history.seenBy(axes.knownAt);
  if (books.score) {
    const { nodes, flows } = explainScore(state, traces, asset, MOST_EXPLAINED);
    return { nodes, flows, seen };
  }
  const lots = new LotExplainer(state, traces);
  const open = lotsOf(state).filter((one) => one.asset === asset && one.available + one.pending + one.held > 0n);
  open.sort(byDate);
  for (const lot of open.slice(0, MOST_EXPLAINED)) lots.explain(lot);
  lots.further(asset, open.slice(MOST_EXPLAINED));
  return { nodes: lots.graph.nodes, flows: lots.graph.flows, seen };
}

function byDate(a: LotAsOf, b: LotAsOf): number {
  const [ends, otherEnds] = [a.expiresAt ?? Infinity, b.expiresAt ?? Infinity];
  if (ends !== otherEnds) return ends < otherEnds ? -1 : 1;
  return a.effectiveAt - b.effectiveAt || compareText(a.lot, b.lot);
}

/** Explains lots of one state, one after the other, into one graph. */
export class LotExplainer {
  readonly graph = new Graph();
  private readonly taken;
  private readonly held;

  constructor(
    private readonly state: AccountState,
    private readonly traces: Traces,
  ) {
    this.taken = takenOf(state);
    this.held = heldOf(state);
  }

  explain(lot: LotAsOf): void {
    const { asset, granted, issuer, effectiveAt, expiresAt } = lot;
    const key = `lot:${lot.lot}`;
    originOf(this.graph, this.traces, lot, key);
    const node = { key, kind: 'lot' as const, asset, amount: granted, lot: lot.lot, issuer, at: effectiveAt };
    this.graph.add({ ...node, until: expiresAt });
    this.left(lot, key, 'pending');
    this.left(lot, key, 'available');
    this.holds(lot, key);
    this.expired(lot, key);
    for (const [reversal, part] of this.taken.get(lot.lot) ?? []) {
      this.graph.into(key, returnNode(this.state, this.traces, reversal, asset, part.amount, part.expired));
    }
    this.moved(lot, key);
    this.rest(lot, key);
  }

  private moved({ lot, asset }: LotAsOf, key: string): void {
    const { left, carried } = this.traces.of(lot);
    if (carried) this.before('left-before', carried, BigInt(carried.lot.used?.[3] ?? '0'), key);
    for (const one of left) this.graph.into(key, leftNode(one, asset, this.traces.tenant));
  }

  /** What had become of a lot before a merge brought it here: the account that it came from explains it. */
  private before(kind: 'expired-before' | 'left-before', carried: Carried, amount: bigint, from: string): void {
    if (amount === 0n) return;
    const { asset, lot } = carried.lot;
    const { merge: name, from: account, effectiveAt } = carried.event.data;
    const names = { name, account, at: instant(effectiveAt), stored: carried.stored };
    this.graph.into(from, { key: `${kind}:${lot}`, kind, asset, amount, ...names });
  }

  /** What an event did that this explanation does not know: named as such, so that the sums hold. */
  private rest({ lot, asset, granted }: LotAsOf, from: string): void {
    const amount = granted - this.graph.outOfNode(from);
    if (amount > 0n) this.graph.into(from, { key: `elsewhere:${lot}`, kind: 'elsewhere', asset, amount });
  }

  /** One node for lots that are not shown one by one, so that the sums hold. */
  further(asset: string, lots: readonly LotAsOf[]): void {
    if (lots.length === 0) return;
    const total = (part: 'granted' | 'available' | 'pending') => lots.reduce((sum, lot) => sum + lot[part], 0n);
    const amount = total('granted');
    const key = this.graph.add({ key: 'further', kind: 'further', asset, amount, count: lots.length });
    this.leaf(key, asset, 'pending', total('pending'));
    this.leaf(key, asset, 'available', total('available'));
    const elsewhere = amount - total('pending') - total('available');
    if (elsewhere > 0n) this.graph.into(key, { key: 'elsewhere', kind: 'elsewhere', asset, amount: elsewhere });
  }

  private left(lot: LotAsOf, from: string, what: 'pending' | 'available'): void {
    this.leaf(from, lot.asset, what, lot[what]);
  }

  private leaf(from: string, asset: string, kind: 'pending' | 'available', amount: bigint): void {
    if (amount > 0n) this.graph.into(from, { key: `${kind}:${asset}`, kind, asset, amount });
  }

  private holds({ lot, asset }: LotAsOf, from: string): void {
    const now = this.held.get(lot);
    for (const [name, { drawn, placed }] of this.traces.of(lot).holds) {
      const hold = this.state.holds.get(name);
      if (!hold) continue;
      const amount = now?.get(name) ?? 0n;
      const { unit, store, till, member, at } = hold;
      const said = { asset, amount, name, unit, store, member };
      const key = `hold:${name}:${lot}`;
      const drew = { at, until: hold.until, drawn, till, stored: placed.stored };
      this.graph.into(from, { ...said, ...drew, key, kind: 'hold' });
      const end = hold.state === 'open' ? 'held' : hold.state === 'captured' ? 'redeemed' : hold.state;
      const kind = end === 'redeemed' && amount === 0n ? 'cancelled' : end;
      const until = kind === 'held' ? { until: hold.until } : {};
      this.graph.into(key, { ...said, ...until, key: `${kind}:${name}:${lot}`, kind });
    }
  }

  /** What returns have taken out of breakage since is theirs: it is missing from the last expiries. */
  private expired({ lot, asset, expired }: LotAsOf, from: string): void {
    const { expired: expiries, carried } = this.traces.of(lot);
    const before = least(BigInt(carried?.lot.used?.[2] ?? '0'), expired);
    if (carried) this.before('expired-before', carried, before, from);
    let left = expired - before;
    for (const { event, stored, amount } of expiries) {
      const part = least(amount, left);
      left -= part;
      if (part === 0n) continue;
      const kind = expiryKind(event, stored);
      const name = event.type === 'PointsWithdrawn' ? { name: event.data.withdrawal } : {};
      const key = `${kind}:${stored?.revision ?? event.data.effectiveAt}:${lot}`;
      const at = instant(event.data.effectiveAt);
      this.graph.into(from, { key, kind, asset, amount: part, ...name, at, stored });
    }
  }
}

type Carried = NonNullable<LotTrace['carried']>;

function expiryKind(event: LotTrace['expired'][number]['event'], stored: PlacedEvent | undefined) {
  if (event.type === 'PointsWithdrawn') return 'fallen';
  return event.data.forfeited ? 'forfeited' : stored ? 'expired' : 'due';
}
