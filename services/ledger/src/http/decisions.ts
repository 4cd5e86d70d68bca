import { reject } from '@tallystick/decider';
import { type Caller, problem, problemOf } from '@tallystick/http';
import { ACCOUNT_REFUSALS, type AssetKind, type DecisionEvent, type SpendCap } from '@tallystick/ledger-domain';
import { type Instant, UUID } from '@tallystick/vocabulary';
import type { CarriedOut, DecisionResult } from '../application/account-decisions';
import type { ProgramAssets } from '../application/program-assets';
import { BOOKING_REFUSALS } from '../application/refusals';

/** What every answer to a decision says besides what it decided. */
export interface Recorded {
  readonly revision: number;
  readonly position: string;
  readonly duplicate?: true;
}

/** The account of a path; what is no account id is as unknown as an account that is not there. */
export function accountIn(path: string): string {
  if (!UUID.test(path)) throw problem('not-found');
  return path;
}

/** A credential that is bound to a unit acts for no other: the other one is as unknown to it as one that is not there. */
export function requireUnit({ unit }: Caller, asked: string): void {
  if (unit !== undefined && unit !== asked) throw problem('not-found');
}

/** Refuses an asset that the program does not know, that is a score (it has no lots), or of another kind than these. */
export function requireKind(assets: ProgramAssets, asset: string, ...kinds: readonly AssetKind[]): void {
  const kind = assets.kindOf(asset);
  if (kind === undefined) throw problemOf(reject('unknown-asset', { asset }), BOOKING_REFUSALS);
  if (kind === 'score') throw problemOf(reject('asset-not-spendable', { asset }), ACCOUNT_REFUSALS);
  if (!kinds.includes(kind)) throw problemOf(reject('asset-kind-unsuitable', { asset, kind }), ACCOUNT_REFUSALS);
}

/** The caps on what is spent of an asset now; refuses while the zone of the program is not known. */
export function spendCapsIn(assets: ProgramAssets, asset: string, at: Instant): readonly SpendCap[] | undefined {
  const caps = assets.spendCapsOf(asset, at);
  if (typeof caps === 'string') throw problemOf(reject(caps), BOOKING_REFUSALS);
  return caps;
}

/** How slices of stored value are drawn, where that is not the order of lots. */
export function orderOf(assets: ProgramAssets, asset: string, at: Instant): 'pro_rata' | undefined {
  const isInProportion = assets.kindOf(asset) === 'stored' && assets.termsOf(asset, at).storedOrder === 'pro_rata';
  return isInProportion ? 'pro_rata' : undefined;
}

/** When what is owed is overdue; refuses while the zone of the program is not known. */
export function dueAt(assets: ProgramAssets, at: Instant, days: number): Instant {
  const due = assets.dueAt(at, days);
  if (due === undefined) throw problemOf(reject('unknown-program', {}), BOOKING_REFUSALS);
  return due;
}

/** When a lot that is granted now ends, as its asset says; refuses while the zone of the program is not known. */
export function endOf(assets: ProgramAssets, asset: string, at: Instant): Instant | undefined {
  const life = assets.lifeOf(asset, at);
  if (life === undefined) throw problemOf(reject('unknown-program', {}), BOOKING_REFUSALS);
  return life.expiresAt;
}

/** What was carried out, with its event; throws the problem of a decision that was refused. */
export function carriedOut<Event extends DecisionEvent>(
  result: DecisionResult<Event>,
): CarriedOut<Event> & { readonly event: Event } {
  const { event, ...done } = asAsked(result);
  if (!event) throw new Error('a decision stands without an event of its own');
  return { ...done, event };
}

/** As {@link carriedOut}, where the account may have been as asked before anybody asked. */
export function asAsked<Event extends DecisionEvent>(result: DecisionResult<Event>): CarriedOut<Event> {
  if (result.kind === 'carried-out') return result;
  // An account of another tenant is as unknown as one that is not there.
  if (result.rejection.rejected === 'account-unknown') throw problem('not-found');
  throw problemOf(result.rejection, { ...ACCOUNT_REFUSALS, ...BOOKING_REFUSALS });
}

/** Where a decision stands in the log. */
export function recordedOf({ revision, position, duplicate }: CarriedOut<DecisionEvent>): Recorded {
  return { revision, position, ...(duplicate && { duplicate }) };
}
