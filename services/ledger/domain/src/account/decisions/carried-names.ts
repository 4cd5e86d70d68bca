import { type AccountState, keyOf, lotOf, referenceOf } from '../account.state';
import type { SliceRow } from './decision.events';
import { BONUS, isGranted, LOAN, PRINCIPAL } from './lot-sources';
import type { Carried, CarriedDebt, CarriedLineage } from './merge.events';
import { CANCELLATION, debtIn, NAMED_BY_HOLD } from './said';
import { mixedName, wholeOfPart } from './said-of-values';

/** Other names: of facts by their keys, of holds by theirs; what they do not say keeps its name. */
export interface Renames {
  readonly ids: ReadonlyMap<string, string>;
  readonly holds: ReadonlyMap<string, string>;
}

/** The same under other names, in every place that says one. */
export function renamed<What extends Omit<Carried, 'inner'>>(carried: What, { ids, holds: ofHolds }: Renames): What {
  if (ids.size === 0 && ofHolds.size === 0) return carried;
  const holds = withWholes(ofHolds);
  const lotName = (lot: string, asset: string) => {
    const key = lot.slice(0, lot.length - asset.length - 1);
    const id = ids.get(key);
    return id === undefined ? lot : lotOf(keyUnder(key, id), asset);
  };
  const idOf = (key: string, id: string) => ids.get(key) ?? id;
  const holdOf = (hold: string) => holds.get(hold) ?? hold;
  const rows = (slices: readonly SliceRow[], asset: string) =>
    slices.map(([lot, ...rest]): SliceRow => [lotName(lot, asset), ...rest]);
  return {
    ...carried,
    accruals: carried.accruals.map((accrual) => ({
      ...accrual,
      id: idOf(keyOf(accrual), accrual.id),
      lots: accrual.lots.map((one) => (one.lot === undefined ? one : { ...one, lot: lotName(one.lot, one.asset) })),
    })),
    reversals: carried.reversals.map((one) => ({
      ...one,
      ...(one.purchase
        ? { purchase: { ...one.purchase, id: idOf(keyOf(one.purchase), one.purchase.id) } }
        : { reversal: { ...one.reversal, id: idOf(RETURN + keyOf(one.reversal), one.reversal.id) } }),
      items: one.items.map((item) => ({
        ...item,
        ...(item.slices && { slices: item.slices.map((part) => ({ ...part, lot: lotName(part.lot, item.asset) })) }),
      })),
    })),
    holds: carried.holds.map((hold) => ({
      ...hold,
      hold: holdOf(hold.hold),
      slices: rows(hold.slices, hold.asset),
    })),
    said: carried.said.map((one) => saidUnder(one, { ids, holds })),
    ...(carried.debts && {
      debts: carried.debts.map((one): CarriedDebt => ({ ...one, debt: debtUnder(one.debt, { ids, holds }) })),
    }),
    ...(carried.late && { late: carried.late.map((one) => ({ ...one, lease: holdOf(one.lease) })) }),
  };
}

/** The whole of a mixed hold is named as its parts are. */
function withWholes(holds: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const all = new Map(holds);
  for (const [from, to] of holds) if (wholeOfPart(from) !== from) all.set(wholeOfPart(from), wholeOfPart(to));
  return all;
}

function saidUnder([name, content]: readonly [string, string], names: Renames): [string, string] {
  const prefix = NAMED_BY_HOLD.find((one) => name.startsWith(one));
  if (prefix !== undefined) {
    const hold = name.slice(prefix.length);
    return [prefix + (names.holds.get(hold) ?? hold), content];
  }
  const debt = debtIn(name);
  if (debt !== undefined) return [name.slice(0, name.length - debt.length) + debtUnder(debt, names), content];
  const fresh = name.startsWith(CANCELLATION) ? names.holds.get(firstWord(content)) : undefined;
  return [name, fresh === undefined ? content : fresh + content.slice(content.indexOf(' '))];
}

/** The hold that what is said of a cancellation begins with. */
export function firstWord(content: string): string {
  return content.slice(0, content.indexOf(' '));
}

/** A debt is named by the hold, or the grant, that made it. */
function debtUnder(debt: string, { ids, holds }: Renames): string {
  const colon = debt.indexOf(':');
  const [kind, name] = [debt.slice(0, colon), debt.slice(colon + 1)];
  if (kind === 'credit') return `${kind}:${holds.get(name) ?? name}`;
  const id = ids.get(keyOf({ source: LOAN, id: `${name}.0` }));
  return id === undefined ? debt : `${kind}:${grantIn(id)}`;
}

/** Names for what has one that is taken where it comes to; `mark` tells whose it was. */
export function freshNames(carried: Carried, mark: string, state: AccountState): Renames {
  const ids = new Map<string, string>();
  freshGrants(carried, mark, state, ids);
  for (const { reversal, purchase } of carried.reversals) {
    const { source, id } = reversal;
    const isTaken = (name: string) => state.reversals.has(keyOf({ source, id: name }));
    if (!purchase && isTaken(id)) ids.set(RETURN + keyOf(reversal), freshName(id, mark, isTaken));
  }
  const own = new Set(carried.holds.map(({ hold }) => wholeOfPart(hold)));
  const taken = new Set([...state.holds.keys()].map(wholeOfPart));
  const isTaken = (name: string) => taken.has(name) || state.done.has(mixedName(name));
  return { ids, holds: freshHolds(carried.holds, mark, isTaken, (name) => isTaken(name) || own.has(name)) };
}

/** Names for holds that have one that is taken; the parts of a mixed hold stay parts of one. */
export function freshHolds(
  holds: Iterable<{ readonly hold: string }>,
  mark: string,
  isTaken: (whole: string) => boolean,
  mayNotBecome = isTaken,
): Map<string, string> {
  const [fresh, wholes] = [new Map<string, string>(), new Map<string, string>()];
  const given = new Set<string>();
  for (const { hold } of holds) {
    const whole = wholeOfPart(hold);
    if (!isTaken(whole)) continue;
    const name = wholes.get(whole) ?? freshName(whole, mark, (one) => given.has(one) || mayNotBecome(one));
    wholes.set(whole, name);
    given.add(name);
    fresh.set(hold, name + hold.slice(whole.length));
  }
  return fresh;
}

/** What one decision granted is renamed as one: the gift of a top-up is found by the name of its principal. */
function freshGrants({ accruals }: Carried, mark: string, state: AccountState, ids: Map<string, string>): void {
  const own = new Set(accruals.map(keyOf));
  const together = new Map<string, { readonly source: string; readonly id: string }[]>();
  for (const { source, id } of accruals) {
    const family = keyOf({ source: source === BONUS ? PRINCIPAL : source, id: nameIn(source, id) });
    const known = together.get(family);
    if (known) known.push({ source, id });
    else together.set(family, [{ source, id }]);
  }
  for (const all of together.values()) {
    const keysUnder = (name: string) =>
      all.map(({ source, id }) => keyOf({ source, id: name + id.slice(nameIn(source, id).length) }));
    const name = nameIn(all[0]!.source, all[0]!.id);
    if (!keysUnder(name).some((key) => state.accruals.has(key))) continue;
    const fresh = freshName(name, mark, (one) => keysUnder(one).some((key) => state.accruals.has(key) || own.has(key)));
    keysUnder(fresh).forEach((key, index) => {
      own.add(key);
      ids.set(keyOf(all[index]!), referenceOf(key).id);
    });
  }
}

/** Of what a decision granted, its name; the part of it is behind the last dot. */
function nameIn(source: string, id: string): string {
  return isGranted(source) ? grantIn(id) : id;
}

function grantIn(id: string): string {
  return id.slice(0, id.lastIndexOf('.'));
}

/** What of a name is kept, so that it stays one that callers can say. */
const LONGEST_KEPT = 50;

function freshName(name: string, mark: string, isTaken: (name: string) => boolean): string {
  const fresh = `${name.slice(0, LONGEST_KEPT)}:${mark}`;
  for (let count = 2; ; count++) {
    const one = count === 2 ? fresh : `${fresh}.${count}`;
    if (!isTaken(one)) return one;
  }
}

/** Before the key of a return that names no purchase. */
const RETURN = 'return ';

/** The key under which a renamed fact is found. */
export function keyUnder(key: string, id: string): string {
  return keyOf({ source: referenceOf(key).source, id });
}

/** What had come by an earlier merge, under the names that its facts and holds have now. */
export function renamedLineage(one: CarriedLineage, { ids, holds }: Renames): CarriedLineage {
  const under = (key: string, name: string) => {
    const id = ids.get(name);
    return id === undefined ? key : keyUnder(key, id);
  };
  return {
    ...one,
    accruals: one.accruals.map((key) => under(key, key)),
    returns: one.returns.map((key) => under(key, RETURN + key)),
    holds: one.holds.map(([here, there]) => [holds.get(here) ?? here, there]),
    ids: one.ids.map(([key, id]) => [under(key, key), id]),
    inner: one.inner.map((inner) => renamedLineage(inner, { ids, holds })),
  };
}
