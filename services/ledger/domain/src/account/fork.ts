import { placeOf } from './fact-order';
import type { Accrual, AccountState, Hold } from './account.state';

/** Maps under maps before they are brought together: each adds a look to what nobody has touched. */
const DEEPEST = 8;

/**
 * A state that may be folded on while the given one stays as it is, for as long as both live. It costs the copy of the list
 * of facts: a purchase, or a hold, is copied when it is first looked at through the fork.
 */
export function forkAccount(state: AccountState): AccountState {
  const { facts: given, accruals, reversals, holds, open, books, done, owed, repayable, lastReversal, ...rest } = state;
  const facts = [...given];
  const forked = new Layer<Hold>(holds, (hold) => ({ ...hold }));
  return {
    ...copyOf(rest),
    facts,
    accruals: new Layer<Accrual>(accruals, (accrual) => (facts[placeOf(facts, accrual)] = ownAccrual(accrual))),
    reversals: new Layer(reversals),
    lastReversal,
    books: new Map([...books].map(([asset, sums]) => [asset, { ...sums }])),
    holds: forked,
    open: new Set([...open].map(({ hold }) => forked.get(hold)!)),
    owed: new Set(owed),
    repayable: new Set(repayable),
    done: new Layer(done),
  };
}

function ownAccrual(accrual: Accrual): Accrual {
  const holdings = accrual.holdings.map((holding) => ({ ...holding, used: holding.used && { ...holding.used } }));
  return { ...accrual, holdings, returns: accrual.returns && new Set(accrual.returns) };
}

/** What no line above knows is copied whole, so that a field that is new shares nothing. */
function copyOf<Value>(value: Value): Value;
function copyOf(value: unknown): unknown {
  if (value instanceof Map) return new Map([...value].map(([key, one]) => [key, copyOf(one)] as const));
  if (value instanceof Set) return new Set([...value].map((one) => copyOf(one)));
  if (Array.isArray(value)) return value.map((one) => copyOf(one));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, copyOf(one)]));
}

/** A map over another one, which it never changes: what is got is made this map's own first, what is set hides what was. */
class Layer<Value> extends Map<string, Value> {
  private under: ReadonlyMap<string, Value>;
  private readonly depth: number;
  private added = 0;
  /** What is below and was deleted here. */
  private readonly gone = new Set<string>();

  constructor(
    under: ReadonlyMap<string, Value>,
    private readonly ownOf?: (value: Value) => Value,
  ) {
    super();
    const depth = under instanceof Layer ? (under.depth as number) + 1 : 1;
    this.under = depth > DEEPEST ? flat(under) : under;
    this.depth = depth > DEEPEST ? 1 : depth;
  }

  override get(key: string): Value | undefined {
    const own = super.get(key);
    if (own !== undefined) return own;
    const below = this.below(key);
    if (below === undefined || !this.ownOf) return below;
    const made = this.ownOf(below);
    super.set(key, made);
    return made;
  }

  /** As `get`, for those who only look. */
  peek(key: string): Value | undefined {
    return super.get(key) ?? this.below(key);
  }

  override set(key: string, value: Value): this {
    if (!this.has(key)) this.added++;
    return super.set(key, value);
  }

  override has(key: string): boolean {
    return super.has(key) || (!this.gone.has(key) && this.under.has(key));
  }

  override get size(): number {
    return this.under.size + this.added;
  }

  override entries(): MapIterator<[string, Value]> {
    return flat<Value>(this).entries();
  }

  override keys(): MapIterator<string> {
    return flat<Value>(this).keys();
  }

  override values(): MapIterator<Value> {
    return flat<Value>(this).values();
  }

  override [Symbol.iterator](): MapIterator<[string, Value]> {
    return this.entries();
  }

  override forEach(each: (value: Value, key: string, map: Map<string, Value>) => void): void {
    for (const [key, value] of this.entries()) each(value, key, this);
  }

  override delete(key: string): boolean {
    if (!this.has(key)) return false;
    this.added--;
    super.delete(key);
    if (this.under.has(key)) this.gone.add(key);
    return true;
  }

  override clear(): void {
    super.clear();
    this.under = new Map();
    this.gone.clear();
    this.added = 0;
  }

  /** Makes of what lies below what is seen from above. */
  cover(below: Map<string, Value>): Map<string, Value> {
    for (const key of this.gone) below.delete(key);
    for (const [key, value] of super.entries()) below.set(key, value);
    return below;
  }

  /** What lies directly below. */
  get lower(): ReadonlyMap<string, Value> {
    return this.under;
  }

  private below(key: string): Value | undefined {
    return this.gone.has(key) ? undefined : lookIn(this.under, key);
  }
}

function lookIn<Value>(under: ReadonlyMap<string, Value>, key: string): Value | undefined {
  return under instanceof Layer ? (under.peek(key) as Value | undefined) : under.get(key);
}

/** Maps under maps as one plain map, in the same order: whole maps are copied at once, not entry by entry through each. */
function flat<Value>(map: ReadonlyMap<string, Value>): Map<string, Value> {
  return map instanceof Layer
    ? (map as Layer<Value>).cover(flat(map.lower as ReadonlyMap<string, Value>))
    : new Map(map);
}
