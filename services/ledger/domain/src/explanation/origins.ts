import { instant, splitByLargestRemainder } from '@tallystick/vocabulary';
import type { Allocated } from '../account/account.events';
import { type AccountState, type Accrual, keyOf, referenceOf } from '../account/account.state';
import type { PointsExchanged } from '../account/decisions/decision.events';
import type { LotAsOf } from '../as-of/as-of';
import { type ExplanationNode, Graph } from './graph';
import type { Carrying, Counted, Granting, LotTrace, Traces } from './traces';

/**
 * Says where the points of a lot come from: its purchase's receipt by line and rule, or the decision that made it; `unnamed` where
 * an event made it that this explanation does not know.
 */
export function originOf(graph: Graph, traces: Traces, lot: LotAsOf, to: string): void {
  const { made, carried } = traces.of(lot.lot);
  if (made) {
    graph.outOf(decisionNode(made, lot), to);
    return;
  }
  const granting = traces.granting(lot.lot.slice(0, lot.lot.length - lot.asset.length - 1), lot.asset);
  // Where it was a part of another account meanwhile, a later picture may have come there.
  if (granting && grantedBy(granting) === lot.granted) {
    purchaseOf(graph, granting, lot.asset, to);
    return;
  }
  const { asset, granted: amount, effectiveAt: at } = lot;
  if (carried) {
    graph.outOf({ ...mergeNode(carried, asset, amount), key: `merge-in:${carried.event.data.merge}:${lot.lot}` }, to);
    return;
  }
  graph.outOf({ key: `unnamed:${lot.lot}`, kind: 'unnamed', asset, amount, at }, to);
}

function mergeNode({ event, stored }: Counted<Carrying>, asset: string, amount: bigint): ExplanationNode {
  const { merge: name, from: account, effectiveAt } = event.data;
  const node = { key: `merge-in:${name}:${asset}`, kind: 'merge-in', asset, amount, name, account } as const;
  return { ...node, at: instant(effectiveAt), stored };
}

function grantedBy({ grant: { amount, kept = '0' } }: Granting): bigint {
  return BigInt(amount) + BigInt(kept);
}

/** receipt → lines by rule → lot or score. */
function purchaseOf(graph: Graph, { event, stored, grant }: Granting, asset: string, to: string): void {
  const { purchase, receipt, issuer, store, effectiveAt } = event.data;
  const names = { source: purchase.source, id: purchase.id };
  const kept = BigInt(grant.kept ?? '0');
  const from = graph.add({
    key: `receipt:${keyOf(purchase)}`,
    kind: 'receipt',
    asset,
    amount: BigInt(grant.amount) + kept,
    ...names,
    receipt,
    issuer,
    store,
    at: instant(effectiveAt),
    stored,
  });
  const share = (kind: 'line' | 'whole' | 'kept', name: string, amount: bigint, more: Partial<ExplanationNode>) => {
    const key = graph.add({ key: `${kind}:${keyOf(purchase)}:${name}`, kind, asset, amount, ...names, ...more });
    graph.flow(from, key, amount);
    graph.flow(key, to, amount);
  };
  for (const [line, rule, amount] of grant.allocation) share('line', `${line}:${rule}`, BigInt(amount), { line, rule });
  const whole = BigInt(grant.amount) - allocated(grant.allocation);
  if (whole > 0n) share('whole', asset, whole, {});
  if (kept > 0n) share('kept', asset, kept, {});
}

function allocated(rows: readonly Allocated[]): bigint {
  return rows.reduce((sum, [, , amount]) => sum + BigInt(amount), 0n);
}

function decisionNode({ event, stored, index }: NonNullable<LotTrace['made']>, lot: LotAsOf): ExplanationNode {
  const { asset, granted: amount, issuer, effectiveAt: at } = lot;
  const node = { asset, amount, issuer, at, stored };
  switch (event.type) {
    case 'PointsCredited': {
      const { adjustment, reason, unit } = event.data;
      return { ...node, key: `credit:${adjustment}`, kind: 'credit', name: adjustment, reason, unit };
    }
    case 'PointsReceived': {
      const { transfer, from } = event.data;
      return { ...node, key: `transfer-in:${transfer}:${index}`, kind: 'transfer-in', name: transfer, account: from };
    }
    case 'PointsExchanged': {
      const { exchange, asset: fromAsset } = event.data;
      const drawn = exchangedLots(event).find(([, became]) => became === lot.lot);
      const names = { name: exchange, fromAsset, lot: drawn?.[0] };
      return { ...node, key: `exchange-in:${exchange}:${index}`, kind: 'exchange-in', ...names };
    }
    case 'PointsGranted': {
      const { grant, by, unit, store } = event.data;
      return { ...node, key: `grant:${by}:${grant}:${index}`, kind: 'grant', name: grant, by, unit, store };
    }
    case 'ReversalsPaid': {
      const { merge, paid } = event.data;
      return { ...node, key: `paid-in:${merge}:${index}`, kind: 'paid-in', name: merge, lot: paid[index]!.lot };
    }
    default: {
      const name = event.type === 'PointsImported' ? event.data.import : event.type;
      return { ...node, key: `import:${name}:${index}`, kind: 'import', name };
    }
  }
}

/** What an exchange drew, in order, and the lot that each part became; a part that rounded to nothing became none. */
export function exchangedLots({
  data: { slices, received, toAmount },
}: PointsExchanged): (readonly [drawn: string, became: string | undefined])[] {
  const parts = splitByLargestRemainder(
    BigInt(toAmount),
    slices.map(([, , , amount]) => BigInt(amount)),
  );
  let next = 0;
  return slices.map(([lot], place) => [lot, parts[place]! > 0n ? received[next++]![0] : undefined]);
}

/** What a return took; `key` is that of {@link reversalKey}. A correction of a purchase is a return of it by itself. */
export function returnNode(
  { reversals }: AccountState,
  traces: Traces,
  key: string,
  asset: string,
  amount: bigint,
  fromBreakage: bigint,
): ExplanationNode {
  const { source, id, receipt, store, at, purchase } = reversals.get(key)!;
  const linked = purchase !== undefined && { purchase: referenceOf(purchase) };
  const names = { source, id, receipt, store, ...linked, ...(fromBreakage > 0n && { fromBreakage }) };
  return { key: `return:${key}`, kind: 'return', asset, amount, ...names, at, stored: traces.reversal(key)?.stored };
}

/** A score is one sum: purchases flow into it, newest first up to `most`, and what returns took flows out of it. */
export function explainScore(
  state: AccountState,
  traces: Traces,
  asset: string,
  most: number,
): Pick<Graph, 'nodes' | 'flows'> {
  const graph = new Graph();
  const key = `score:${asset}`;
  const grants = grantsOf(state, asset).reverse();
  let total = 0n;
  const carried: Granted[] = [];
  for (const grant of grants.slice(0, most)) {
    const granting = traces.granting(keyOf(grant.accrual), asset);
    total += grant.granted;
    if (granting && grantedBy(granting) === grant.granted) purchaseOf(graph, granting, asset, key);
    else carried.push(grant);
  }
  for (const [by, amount] of byMerge(carried, traces, asset)) graph.outOf(mergeNode(by, asset, amount), key);
  const further = grants.slice(most);
  const rest = further.reduce((sum, { granted }) => sum + granted, 0n);
  if (rest > 0n) {
    graph.outOf({ key: 'further', kind: 'further', asset, amount: rest, count: further.length }, key);
    total += rest;
  }
  graph.add({ key, kind: 'score', asset, amount: total });
  let left = total;
  for (const [name, { items }] of state.reversals) {
    const taken = items.find((item) => item.asset === asset && !item.slices)?.taken ?? 0n;
    if (taken === 0n) continue;
    graph.into(key, returnNode(state, traces, name, asset, taken, 0n));
    left -= taken;
  }
  graph.into(key, { key: `available:${asset}`, kind: 'available', asset, amount: left });
  return graph;
}

interface Granted {
  readonly accrual: Accrual;
  readonly granted: bigint;
}

/** What came by a merge, in one sum each. */
function byMerge(grants: readonly Granted[], traces: Traces, asset: string): Map<Counted<Carrying>, bigint> {
  const sums = new Map<Counted<Carrying>, bigint>();
  for (const { accrual, granted } of grants) {
    const by = traces.carriedScore(keyOf(accrual), asset);
    if (by) sums.set(by, (sums.get(by) ?? 0n) + granted);
  }
  return sums;
}

function grantsOf({ facts }: AccountState, asset: string): Granted[] {
  return facts.flatMap((fact) => {
    const holding = fact.kind === 'accrual' ? fact.holdings.find((one) => one.asset === asset) : undefined;
    return fact.kind === 'accrual' && holding ? [{ accrual: fact, granted: holding.granted }] : [];
  });
}
