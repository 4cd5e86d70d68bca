import { isRejection, reject, type Rejection } from '@tallystick/decider';
import { least, parseRational, type Rational, round, times } from '@tallystick/vocabulary';
import type { AccountEvent } from '../account.events';
import type { AccountRefusal } from '../account.rejections';
import type { AccountState, Hold } from '../account.state';
import type { CancelRedemption, CaptureHold, PlaceHold, ReleaseHold } from './decision.commands';
import type { HoldPlaced } from './decision.events';
import type { MixedPart, PlaceMixedHold } from './grant.commands';
import { captureHold, faultOfSpending, placeHold, releaseHold } from './holds';
import { mixedName, SEPARATOR } from './said-of-values';
import { spendableLots, sumOf } from './spendable';

type Outcome = readonly AccountEvent[] | Rejection<AccountRefusal>;

/**
 * Reserves an amount that is due in one asset out of several, in the order given: of each as many whole units as are there and
 * are worth no more than what is still open, at what one unit gives of the asset that is due (capabilities L16). Each part is a
 * hold of its asset, named `<hold>~<asset>`; all are one append, live equally long, and end together (decision record 0032).
 */
export function placeMixedHold(command: PlaceMixedHold, state: AccountState): Outcome {
  const { hold, asset, amount, parts } = command;
  if (state.holds.has(hold)) return reject('hold-conflict', { hold });
  const placed: HoldPlaced[] = [];
  let open = amount;
  for (const part of parts) {
    const rate = parseRational(part.rate);
    if (!rate || rate.numerator <= 0n)
      return reject('rate-invalid', { asset: part.asset, toAsset: asset, rate: part.rate });
    const share = shareOf(part, rate, open, command, state);
    if (share.units === 0n) continue;
    const one = placeHold(partHold(command, part, share.units), state);
    if (isRejection(one)) return one;
    if (one.length === 0) return reject('hold-conflict', { hold });
    open -= share.covers;
    placed.push(...(one as HoldPlaced[]));
  }
  if (open > 0n)
    return reasonOf(command, state) ?? reject('insufficient-points', { asset, available: String(amount - open) });
  const until = placed.map(({ data }) => data.until).reduce((first, one) => (one < first ? one : first));
  const mixed = { hold, asset, amount: String(amount), assets: parts.map((part) => part.asset) };
  const rates = new Map(parts.map((part) => [part.asset, part.rate]));
  return placed.map((event) => {
    const rate = rates.get(event.data.asset)!;
    return { ...event, data: { ...event.data, until, mixed: { ...mixed, rate } } };
  });
}

/** How many units of an asset a mixed hold takes, and what they cover of what is open. */
function shareOf({ asset }: MixedPart, rate: Rational, open: bigint, { at }: PlaceMixedHold, state: AccountState) {
  const isFree = faultOfSpending(state, asset, 0n, []) === undefined;
  return coveredBy(isFree ? sumOf(spendableLots(state, asset, at)) : 0n, rate, open);
}

/**
 * As many whole units of those that are there as are worth no more than what is open, and what they cover of it; none that add
 * nothing to what is covered.
 */
function coveredBy(there: bigint, rate: Rational, open: bigint): { readonly units: bigint; readonly covers: bigint } {
  const inverse = { numerator: rate.denominator, denominator: rate.numerator };
  const most = least(there, round(times(open, inverse), 'floor'));
  const covers = round(times(most, rate), 'floor');
  return { covers, units: round(times(covers, inverse), 'ceil') };
}

/** Why nothing at all may be spent, where that is so. */
function reasonOf({ parts }: PlaceMixedHold, state: AccountState): Rejection<AccountRefusal> | undefined {
  const faults = parts.map(({ asset }) => faultOfSpending(state, asset, 0n, []));
  return faults.every((fault) => fault !== undefined) ? faults[0] : undefined;
}

function partHold(command: PlaceMixedHold, part: MixedPart, amount: bigint): PlaceHold {
  const { tenant, account, program, at, hold, ttlSeconds, unit, store } = command;
  const { asset, scope, order, expireUnderHold, caps } = part;
  const terms = { asset, amount, ttlSeconds, unit, store, scope, order, expireUnderHold, caps };
  return { kind: 'place-hold', tenant, account, program, at, hold: `${hold}${SEPARATOR}${asset}`, ...terms };
}

/** The parts of a mixed hold, in the order in which they are spent; none where there is no such hold. */
export function partsOf(hold: string, state: AccountState, boundTo?: string): Hold[] {
  if (!state.done.has(mixedName(hold))) return [];
  return [...state.books.keys()]
    .map((asset) => state.holds.get(`${hold}${SEPARATOR}${asset}`))
    .filter((one): one is Hold => one !== undefined && (boundTo === undefined || one.unit === boundTo))
    .sort((a, b) => (a.share?.place ?? 0) - (b.share?.place ?? 0));
}

type Ending = CaptureHold | ReleaseHold | CancelRedemption;

/** Does to a hold, or to every part of a mixed one where it was placed; to all of them or to none, and as a whole. */
export function ofEveryPart<Command extends Ending>(
  command: Command,
  state: AccountState,
  one: (command: Command, state: AccountState) => Outcome,
): Outcome {
  if (!command.mixed) return one(command, state);
  const parts = partsOf(command.hold, state, command.boundTo);
  if (parts.length === 0) return reject('hold-unknown', { hold: command.hold });
  if ('amount' in command && command.amount !== undefined) return reject('mixed-hold-whole', { hold: command.hold });
  // Of what was captured in part only that is undone.
  const captured = command.kind === 'cancel-redemption' ? parts.filter(({ state: now }) => now === 'captured') : [];
  const spent = withSomethingLeft(captured);
  return together(spent.length > 0 ? spent : parts, ({ hold, unit, store }) =>
    one({ ...command, hold, unit, store }, state),
  );
}

/**
 * Captures a hold; of a hold of several assets a part of what is due, in the order of its assets and at the rates at which it was
 * placed, and whatever covers none of it is free again (capabilities L5, L16). Nobody pays more or less than is captured: an amount
 * that whole units do not make is refused, with what they cover of it.
 */
export function captureParts(command: CaptureHold, state: AccountState): Outcome {
  const { hold, mixed, boundTo, amount, inProportion = [] } = command;
  if (!mixed || amount === undefined) return ofEveryPart(command, state, captureHold);
  const parts = partsOf(hold, state, boundTo);
  const due = parts[0]?.share;
  if (!due) return parts.length === 0 ? reject('hold-unknown', { hold }) : reject('mixed-hold-whole', { hold });
  if (amount > due.amount) return reject('capture-exceeds-hold', { hold, held: String(due.amount) });
  let open = amount;
  const units = new Map<Hold, bigint>();
  for (const part of parts) {
    const rate = parseRational(part.share?.rate ?? '');
    if (!rate) return reject('mixed-hold-whole', { hold });
    const covered = coveredBy(part.amount, rate, open);
    open -= covered.covers;
    units.set(part, covered.units);
  }
  if (open > 0n) return reject('capture-not-whole', { hold, amount: String(amount), covered: String(amount - open) });
  return together(parts, (part) => {
    const of = { ...command, hold: part.hold, unit: part.unit, store: part.store };
    const order = inProportion.includes(part.asset) ? ('pro_rata' as const) : undefined;
    const taken = units.get(part)!;
    if (taken > 0n) return captureHold({ ...of, amount: taken, order }, state);
    const { tenant, account, program, at } = command;
    return releaseHold({ kind: 'release-hold', tenant, account, program, at, hold: part.hold, boundTo }, state);
  });
}

/** What each part gives, or the first refusal. */
function together(parts: readonly Hold[], one: (part: Hold) => Outcome): Outcome {
  const events: AccountEvent[] = [];
  for (const part of parts) {
    const outcome = one(part);
    if (isRejection(outcome)) return outcome;
    events.push(...outcome);
  }
  return events;
}

/** Of what was redeemed, a part may have gone to another account whole when a merge was undone. */
function withSomethingLeft(parts: readonly Hold[]): readonly Hold[] {
  const left = parts.filter(({ slices }) => slices.length > 0);
  return left.length > 0 ? left : parts;
}
