import { canonicalJson } from '@tallystick/decider';
import { accountDecider } from '../account/account.decider';
import type { AccountEvent, Posting } from '../account/account.events';
import type { AccountState } from '../account/account.state';
import { openingOf } from '../account/decisions/carry-forward';
import type { SliceRow } from '../account/decisions/decision.events';

/** What is wrong with an event of an account: which check says so, and what it found. */
export interface Violation {
  readonly check: 'unreadable' | 'double-entry' | 'slices' | 'one-end' | 'opening' | 'invariant';
  readonly what: string;
}

/** A stored event as far as a fold reads it. */
export interface StoredEvent {
  readonly type: string;
  readonly version: number;
  readonly data: unknown;
}

/** The account after an event, and what is wrong with it; without a state where the event cannot be folded. */
export interface Proved {
  readonly state?: AccountState;
  readonly violations: readonly Violation[];
}

/**
 * Checks one event on the state before it, which is consumed: it reads as a known event, its postings balance per asset and
 * issuer (trust.md I1), its slices sum to its amount, a hold ends once (I5) and books are carried forward as they are. What the account as a whole must keep is
 * {@link brokenInvariants}, which costs a look at every lot (capabilities §5-9).
 */
export function prove(state: AccountState, stored: StoredEvent): Proved {
  let event: AccountEvent;
  try {
    event = accountDecider.upcast(stored.type, stored.version, stored.data);
  } catch (error) {
    return { violations: [{ check: 'unreadable', what: (error as Error).message }] };
  }
  const violations = [
    ...entryFaults(event),
    ...grantFaults(event),
    ...sliceFaults(event),
    ...endFaults(state, event),
    ...openingFaults(state, event),
  ];
  try {
    return { state: accountDecider.evolve(state, event), violations };
  } catch (error) {
    const what = `cannot be folded: ${(error as Error).message}`;
    return { violations: [...violations, { check: 'unreadable', what }] };
  }
}

/** What is wrong with an account as a whole (trust.md I2, I3, I13). */
export function brokenInvariants(state: AccountState): Violation[] {
  return accountDecider.invariants(state).map((what) => ({ check: 'invariant', what }));
}

function entryFaults({ type, data }: AccountEvent): Violation[] {
  if (type === 'AccountOpened') return [];
  const sums = new Map<string, bigint>();
  for (const [, asset, issuer, amount] of data.postings as readonly Posting[]) {
    const key = `${asset} of ${issuer}`;
    sums.set(key, (sums.get(key) ?? 0n) + BigInt(amount));
  }
  return [...sums]
    .filter(([, sum]) => sum !== 0n)
    .map(([key, sum]) => ({ check: 'double-entry', what: `the legs of ${key} sum to ${sum}` }));
}

/** A new accrual posts just what it grants: then it leaves an account that was in order in order. */
function grantFaults({ type, data }: AccountEvent): Violation[] {
  if (type !== 'PointsAccrued') return [];
  const [granted, posted] = [new Map<string, bigint>(), new Map<string, bigint>()];
  const add = (sums: Map<string, bigint>, asset: string, amount: string) =>
    sums.set(asset, (sums.get(asset) ?? 0n) + BigInt(amount));
  for (const { asset, amount } of data.grants) add(granted, asset, amount);
  for (const [book, asset, , amount] of data.postings) if (book !== 'issuer-obligation') add(posted, asset, amount);
  return [...granted].flatMap(([asset, amount]): Violation[] => {
    if (posted.get(asset) === amount) return [];
    return [{ check: 'slices', what: `${amount} ${asset} are granted and ${posted.get(asset) ?? 0n} posted` }];
  });
}

/** True for an event that a look at the whole account must follow; the others are checked by themselves. */
export function mayBreakAccount({ type }: StoredEvent): boolean {
  return type !== 'AccountOpened' && type !== 'PointsAccrued';
}

function sliceFaults({ data }: AccountEvent): Violation[] {
  if (!('slices' in data) || !('amount' in data)) return [];
  const sum = (data.slices as readonly SliceRow[]).reduce((all, [, , , amount]) => all + BigInt(amount), 0n);
  if (sum === BigInt(data.amount)) return [];
  return [{ check: 'slices', what: `the slices sum to ${sum}, not to ${data.amount}` }];
}

/** What an account says it is carried forward as is what its events before have made it. */
function openingFaults(state: AccountState, { type, data }: AccountEvent): Violation[] {
  if (type !== 'BooksCarriedForward') return [];
  const { balances, facts, lots, state: hash } = data;
  const isSame = canonicalJson({ balances, facts, lots, state: hash }) === canonicalJson(openingOf(state));
  return isSame
    ? []
    : [{ check: 'opening', what: `${data.closing} carries forward what the events before did not make` }];
}

const ENDS: ReadonlySet<string> = new Set(['HoldCaptured', 'HoldReleased', 'HoldLapsed']);

function endFaults({ holds }: AccountState, { type, data }: AccountEvent): Violation[] {
  if (!ENDS.has(type)) return [];
  const { hold } = data as { readonly hold: string };
  const known = holds.get(hold);
  if (known?.state === 'open') return [];
  return [{ check: 'one-end', what: `hold ${hold} ends though it is ${known?.state ?? 'not there'}` }];
}

/** Every violation after every event of one account, in order, up to the first event that cannot be folded. */
export function violationsIn(events: readonly StoredEvent[]): Violation[] {
  let state: AccountState | undefined = accountDecider.initial();
  const found: Violation[] = [];
  for (const event of events) {
    const proved: Proved = prove(state, event);
    state = proved.state;
    found.push(...proved.violations, ...(state ? brokenInvariants(state) : []));
    if (!state) break;
  }
  return found;
}
