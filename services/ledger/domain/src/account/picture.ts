import type { Instant } from '@tallystick/vocabulary';
import type { FactCommand, ReturnedAmount, ReverseUnlinked } from './account.commands';
import {
  type Accrual,
  type AccountState,
  type Clawback,
  type Holding,
  keyOf,
  lotOf,
  type Reversal,
  reversalKey,
  type Taking,
  usedOf,
} from './account.state';
import type { PurchasePicture } from './caps';
import { type FactPlace, inFactOrder } from './fact-order';

/** What a reversal asks, before anything is drawn for it. */
export interface Ask {
  readonly asset: string;
  readonly score: boolean;
  readonly amount: bigint;
  readonly clawback?: Clawback;
}

/** A reversal as a picture wants it. */
export interface AskedReversal extends FactPlace {
  readonly kind: 'reversal';
  readonly earnedAt?: Instant;
  readonly issuer: string;
  readonly store: string;
  readonly receipt: string;
  readonly revision: number;
  readonly asks: readonly Ask[];
}

/** Facts as a picture wants them, beside what the account knows of them. */
export interface Picture {
  readonly accrual?: { readonly old?: Accrual; readonly wanted: Accrual };
  readonly reversals: readonly { readonly old?: Reversal; readonly wanted: AskedReversal }[];
  /** The first place in fact order at which anything differs; absent where the facts stay as they are. */
  readonly from?: FactPlace;
}

/** What a purchase's picture makes of the account's facts; returns that it no longer names ask nothing any more. */
export function pictureOfPurchase(command: PurchasePicture, state: AccountState): Picture {
  const key = keyOf(command.purchase);
  const old = state.accruals.get(key);
  const { wanted, overGranted } = accrualWanted(command, key, old);
  const reversals = command.returns
    .map((linked) => {
      const place = { ...linked.return, purchase: key, at: later(linked.effectiveAt, command.effectiveAt) };
      const earned = { earnedAt: command.effectiveAt, store: linked.store };
      return withOld(state, { ...reversing(command), ...place, ...earned, asks: asksOf(linked.amounts) });
    })
    .filter(({ old: known, wanted: ask }) => known !== undefined || ask.asks.length > 0);
  if (overGranted.length > 0) {
    const place = { ...command.purchase, purchase: key, at: command.effectiveAt, earnedAt: command.effectiveAt };
    reversals.push(withOld(state, { ...reversing(command), ...place, asks: overGranted }));
  }
  if (old) reversals.push(...dropped(command, old, reversals, state));
  const changed: FactPlace[] = reversals.flatMap(({ old: known, wanted: ask }) =>
    known && sameAsk(known, ask) ? [] : known ? [known, ask] : [ask],
  );
  if (!old) changed.push(wanted);
  else if (!sameAccrual(old, wanted)) changed.push(old, wanted);
  return { accrual: { old, wanted }, reversals, from: first(changed) };
}

/** What an unlinked return's picture makes of the account's facts. */
export function pictureOfReturn(command: ReverseUnlinked, state: AccountState): Picture {
  const asks = asksOf(command.amounts);
  const wanted: AskedReversal = { ...reversing(command), ...command.return, at: command.effectiveAt, asks };
  const one = withOld(state, wanted);
  const from = one.old && sameAsk(one.old, wanted) ? undefined : first(one.old ? [one.old, wanted] : [wanted]);
  return { reversals: [one], from };
}

/**
 * What a purchase is to grant. A lot keeps what decisions have made and used of it: what the picture no longer grants of that is
 * asked back as a reversal of the purchase by itself (capabilities L7), and issuer and cost stay those of the slices.
 */
function accrualWanted(command: PurchasePicture, key: string, old: Accrual | undefined) {
  const { purchase, effectiveAt, revision } = command;
  const overGranted: Ask[] = [];
  const isBound = old?.holdings.some((one) => usedOf(one) > 0n) ?? false;
  const held = holdings(command, key);
  for (const known of old?.holdings ?? []) {
    const used = usedOf(known);
    const at = held.findIndex(({ asset }) => asset === known.asset);
    const granted = at < 0 ? 0n : held[at]!.granted;
    if (used > granted) overGranted.push({ asset: known.asset, score: false, amount: used - granted });
    if (at >= 0) held[at] = continued(known, held[at]!, isBound);
    else if (used > 0n || isDecidedOn(known)) held.push({ ...known, granted: used });
  }
  const issuer = isBound ? old!.issuer : command.issuer;
  const wanted: Accrual = { kind: 'accrual', at: effectiveAt, ...purchase, issuer, revision, holdings: held };
  return { wanted, overGranted };
}

/** True for a lot that a decision has made available or extended: that binds, also where nothing is granted of it for a while (L13). */
function isDecidedOn({ lot, activatesOn, pending, extendedTo }: Holding): boolean {
  return lot !== undefined && ((activatesOn !== undefined && !pending) || extendedTo !== undefined);
}

/** The lot as a later picture grants it; what has become of it stays. */
function continued(known: Holding, granted: Holding, isBound: boolean): Holding {
  if (known.lot === undefined) return granted;
  const { used, extendedTo, extendedAt, pending } = known;
  const least = usedOf(known);
  return {
    ...granted,
    used,
    extendedTo,
    extendedAt,
    pending,
    activatedAt: granted.activatedAt ?? (pending ? undefined : known.activatedAt),
    granted: granted.granted < least ? least : granted.granted,
    unitCost: isBound ? known.unitCost : granted.unitCost,
  };
}

function holdings({ grants, effectiveAt }: PurchasePicture, key: string): Holding[] {
  const held: Holding[] = [];
  for (const { asset, score, amount, unitCost, expiresAt, priority = 0, activatesAt, activatesOn } of grants) {
    if (amount === 0n) continue;
    const lot = score ? undefined : lotOf(key, asset);
    const pending = !score && (activatesAt !== undefined || activatesOn !== undefined);
    const activatedAt = activatesOn === undefined ? (activatesAt ?? effectiveAt) : undefined;
    held.push({
      asset,
      lot,
      unitCost,
      expiresAt,
      priority,
      activatesOn,
      activatedAt,
      pending,
      granted: amount,
      remaining: amount,
      used: undefined,
      extendedTo: undefined,
      extendedAt: undefined,
    });
  }
  return held;
}

function reversing({ issuer, store, receipt, revision }: Omit<FactCommand, 'tenant' | 'account'>) {
  return { kind: 'reversal' as const, issuer, store, receipt, revision };
}

function asksOf(amounts: readonly ReturnedAmount[]): Ask[] {
  return amounts.filter(({ amount }) => amount > 0n);
}

function withOld(state: AccountState, wanted: AskedReversal): { old?: Reversal; wanted: AskedReversal } {
  return { old: state.reversals.get(reversalKey(wanted, wanted.purchase)), wanted };
}

function dropped(
  command: PurchasePicture,
  known: Accrual,
  wanted: readonly { readonly wanted: AskedReversal }[],
  state: AccountState,
) {
  const named = new Set(wanted.map((one) => reversalKey(one.wanted, one.wanted.purchase)));
  const gone: { old: Reversal; wanted: AskedReversal }[] = [];
  for (const name of known.returns ?? []) {
    const old = state.reversals.get(name);
    if (!old || named.has(name)) continue;
    const { source, id, purchase, store } = old;
    const at = { at: later(old.at, command.effectiveAt), earnedAt: command.effectiveAt };
    gone.push({ old, wanted: { ...reversing(command), source, id, purchase, store, ...at, asks: [] } });
  }
  return gone;
}

function later(a: Instant, b: Instant): Instant {
  return a > b ? a : b;
}

function first(places: readonly FactPlace[]): FactPlace | undefined {
  let least: FactPlace | undefined;
  for (const place of places) if (!least || inFactOrder(place, least) < 0) least = place;
  return least;
}

function sameAsk(old: Reversal, wanted: AskedReversal): boolean {
  return (
    old.at === wanted.at &&
    old.issuer === wanted.issuer &&
    old.items.length === wanted.asks.length &&
    wanted.asks.every((ask) => old.items.some((item) => isSame(item, ask)))
  );
}

function isSame(item: Taking, { asset, amount, clawback }: Ask): boolean {
  return item.asset === asset && item.asked === amount && item.clawback === clawback;
}

/** True where nothing that amounts, lots or their order rest on has changed. */
export function sameAccrual(old: Accrual, wanted: Accrual): boolean {
  return (
    old.at === wanted.at &&
    old.issuer === wanted.issuer &&
    old.holdings.length === wanted.holdings.length &&
    wanted.holdings.every((holding) => old.holdings.some((known) => sameHolding(known, holding)))
  );
}

function sameHolding(a: Holding, b: Holding): boolean {
  return (
    a.asset === b.asset &&
    a.granted === b.granted &&
    a.unitCost === b.unitCost &&
    a.expiresAt === b.expiresAt &&
    a.priority === b.priority &&
    a.activatesOn === b.activatesOn &&
    a.activatedAt === b.activatedAt
  );
}
