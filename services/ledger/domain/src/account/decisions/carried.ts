import { canonicalJson } from '@tallystick/decider';
import { formatInstant, type Instant, instant } from '@tallystick/vocabulary';
import type { Book, Posting } from '../account.events';
import {
  type Accrual,
  type AccountState,
  type Fact,
  type Hold,
  type Holding,
  holdingOf,
  insertFact,
  keyOf,
  referenceOf,
  type Reversal,
} from '../account.state';
import { itemText, Legs } from '../difference';
import {
  ADJUSTMENT,
  BOUGHT,
  CREDIT,
  EXCHANGE,
  FROM_ELSEWHERE,
  GIFT,
  IMPORT,
  LOAN,
  PRINCIPAL,
  REPAYMENT,
  TRANSFER,
} from './lot-sources';
import { firstWord } from './carried-names';
import { placeDebts, wholeOfDebts } from './carried-debts';
import { CANCELLATION, debtIn, NAMED_BY_HOLD } from './said';
import { wholeOfPart } from './said-of-values';
import { lineagesText } from '../lineage';
import { reversalOf } from '../reversal-of';
import type { Carried, CarriedAccrual, CarriedHold, CarriedLot, CarriedReversal } from './merge.events';
import { rowsOf } from './spendable';

/** Facts and holds of an account as they go to another one; every one of them where nothing is chosen. */
export function carriedOf(
  state: AccountState,
  isCarried: (fact: Fact) => boolean = () => true,
  holds: Iterable<Hold> = state.holds.values(),
): Omit<Carried, 'inner'> {
  const facts = state.facts.filter(isCarried);
  const accruals = new Set(facts.flatMap((fact) => (fact.kind === 'accrual' ? [keyOf(fact)] : [])));
  const carried = [...holds];
  const names = new Set(carried.flatMap(({ hold }) => [hold, wholeOfPart(hold)]));
  return {
    accruals: facts.flatMap((fact) => (fact.kind === 'accrual' ? [accrualText(fact)] : [])),
    reversals: facts.flatMap((fact) => (fact.kind === 'reversal' ? [reversalText(fact, state)] : [])),
    holds: carried.map(holdText),
    said: [...state.done].filter(([name, content]) => isSaidOf(name, content, accruals, names)),
  };
}

/** Decisions that make lots, and how the first lot of each is keyed. */
const MAKERS: Readonly<Record<string, (name: string) => string>> = {
  receipt: (name) => `${TRANSFER}:${name}.0`,
  import: (name) => `${IMPORT}:${name}.0`,
  exchange: (name) => `${EXCHANGE}:${name}.0`,
  adjustment: (name) => `${ADJUSTMENT}:${name}`,
  bought: (name) => `${BOUGHT}:${name}.0`,
  gift: (name) => `${GIFT}:${name}.0`,
  'top-up': (name) => `${PRINCIPAL}:${name}.0`,
  loan: (name) => `${LOAN}:${name}.0`,
  credit: (name) => `${CREDIT}:${name}.0`,
  repayment: (name) => `${REPAYMENT}:${name}.0`,
};

/** What made lots goes with them and a cancellation with its hold: none is carried out once more, or under a taken name. */
function isSaidOf(said: string, content: string, accruals: ReadonlySet<string>, holds: ReadonlySet<string>): boolean {
  const space = said.indexOf(' ');
  const keyOfLot = MAKERS[said.slice(0, space)];
  if (keyOfLot) return accruals.has(keyOfLot(said.slice(space + 1)));
  const prefix = NAMED_BY_HOLD.find((one) => said.startsWith(one));
  if (prefix !== undefined) return holds.has(said.slice(prefix.length));
  const debt = debtIn(said);
  if (debt !== undefined) return isDebtOf(debt, accruals, holds);
  return said.startsWith(CANCELLATION) && holds.has(firstWord(content));
}

function isDebtOf(debt: string, accruals: ReadonlySet<string>, holds: ReadonlySet<string>): boolean {
  const name = debt.slice(debt.indexOf(':') + 1);
  return debt.startsWith('loan:') ? accruals.has(MAKERS.loan!(name)) : holds.has(name);
}

/** All of an account, every name that it has used, and what had come to it before. */
export function wholeOf(state: AccountState): Carried {
  return { ...carriedOf(state), said: [...state.done], inner: lineagesText(state.absorbed), ...wholeOfDebts(state) };
}

/** What an event carries, without what else it says. */
export function carriedIn(data: Carried): Carried {
  const { accruals, reversals, holds, said, inner, debts, late, repaidAcross } = data;
  const owed = { ...(debts && { debts }), ...(late && { late }), ...(repaidAcross && { repaidAcross }) };
  return { accruals, reversals, holds, said, inner, ...owed };
}

/** How many bytes what is carried takes in an event. */
export function bytesOf(carried: Carried): number {
  return canonicalJson(carried).length;
}

/**
 * Balanced legs that put what is carried into the books of the account that it comes to, or, with `sign` -1, take it out
 * of those that it leaves. The issuers' obligations go with it: each book of both accounts together stays as it was.
 */
export function legsOfCarried(
  { accruals, reversals }: Pick<Carried, 'accruals' | 'reversals'>,
  sign: bigint,
): Posting[] {
  const legs = new Legs();
  const book = (asset: string, issuer: string, to: Book, amount: bigint) =>
    legs.move(asset, issuer, 'issuer-obligation', to, sign * amount);
  for (const { source, issuer, lots } of accruals) {
    const isArrived = FROM_ELSEWHERE.has(source);
    for (const { asset, lot, granted, remaining, pending, used = ['0', '0', '0', '0'] } of lots) {
      if (lot === undefined) {
        book(asset, issuer, 'available', BigInt(granted));
        continue;
      }
      const [held, spent, expired, moved] = used.map(BigInt) as [bigint, bigint, bigint, bigint];
      book(asset, issuer, pending ? 'pending' : 'available', BigInt(remaining));
      book(asset, issuer, 'held', held);
      book(asset, issuer, 'redeemed', spent);
      book(asset, issuer, 'breakage', expired);
      book(asset, issuer, 'moved', isArrived ? moved - BigInt(granted) : moved);
    }
  }
  for (const { issuer, items } of reversals) {
    for (const { asset, taken, uncollectable, deficit = '0', slices } of items) {
      book(asset, issuer, 'uncollectable', -BigInt(uncollectable));
      book(asset, issuer, 'deficit', -BigInt(deficit));
      if (!slices) book(asset, issuer, 'available', -BigInt(taken));
      for (const slice of slices ?? []) {
        if (slice.book === 'breakage') book(asset, slice.issuer, 'breakage', -BigInt(slice.amount));
      }
    }
  }
  return legs.postings();
}

/** Puts what is carried into an account; its books are those of the event. */
export function place(state: AccountState, carried: Omit<Carried, 'inner'>): void {
  const { accruals, reversals, holds, said } = carried;
  for (const text of accruals) insertFact(state, accrualFrom(text));
  for (const text of reversals) insertFact(state, reversalOf(text));
  for (const text of holds) placeHold(state, holdFrom(text));
  for (const [name, content] of said) if (!state.done.has(name)) state.done.set(name, content);
  placeDebts(state, carried);
}

function placeHold(state: AccountState, hold: Hold): void {
  state.holds.set(hold.hold, hold);
  if (hold.state === 'open') state.open.add(hold);
  if (state.lastHeld === undefined || state.lastHeld < hold.at) state.lastHeld = hold.at;
}

function accrualText({ source, id, at, issuer, revision, holdings }: Accrual): CarriedAccrual {
  const lots = holdings.map(lotText);
  return { source, id, effectiveAt: formatInstant(at), issuer, revision: String(revision), lots };
}

function lotText(holding: Holding): CarriedLot {
  const { asset, lot, unitCost, priority, activatesOn, pending, granted, remaining, used } = holding;
  return {
    asset,
    ...(lot === undefined ? {} : { lot }),
    unitCost,
    ...dateText('expiresAt', holding.expiresAt),
    ...(priority === 0 ? {} : { priority: String(priority) }),
    ...(activatesOn === undefined ? {} : { activatesOn }),
    ...dateText('activatedAt', holding.activatedAt),
    ...(pending ? { pending } : {}),
    granted: String(granted),
    remaining: String(remaining),
    ...(used && {
      used: [String(used.held), String(used.spent), String(used.expired), String(used.moved)] as const,
      ...dateText('freedAt', used.freedAt),
    }),
    ...dateText('extendedTo', holding.extendedTo),
  };
}

function dateText<Name extends string>(name: Name, at: Instant | undefined): { readonly [name in Name]?: string } {
  return at === undefined ? {} : ({ [name]: formatInstant(at) } as { readonly [name in Name]?: string });
}

function reversalText(reversal: Reversal, state: AccountState): CarriedReversal {
  const { source, id, purchase, at, earnedAt, issuer, store, receipt, revision, items } = reversal;
  const bookOf = (asset: string, lot: string) => (holdingOf(state, asset, lot)?.pending ? 'pending' : 'available');
  return {
    reversal: { source, id },
    ...(purchase === undefined ? {} : { purchase: referenceOf(purchase) }),
    evaluationRevision: String(revision),
    effectiveAt: formatInstant(at),
    ...dateText('earnedAt', earnedAt),
    issuer,
    store,
    receipt,
    items: items.map((item) => itemText(item, bookOf)),
  };
}

function holdText(hold: Hold): CarriedHold {
  const { at, until, amount, ttlSeconds, captured, slices, store, till, share, ...same } = hold;
  return {
    hold: same.hold,
    asset: same.asset,
    unit: same.unit,
    state: same.state,
    ...(store === undefined ? {} : { store }),
    ...(till === undefined ? {} : { till }),
    ...(share && {
      share: {
        amount: String(share.amount),
        ...(share.rate !== undefined && { rate: share.rate }),
        place: String(share.place),
      },
    }),
    amount: String(amount),
    effectiveAt: formatInstant(at),
    until: formatInstant(until),
    ttlSeconds: String(ttlSeconds),
    captured: String(captured),
    slices: rowsOf(slices),
  };
}

function accrualFrom({ source, id, effectiveAt, issuer, revision, lots }: CarriedAccrual): Accrual {
  return {
    kind: 'accrual',
    at: instant(effectiveAt),
    source,
    id,
    issuer,
    revision: Number(revision),
    holdings: lots.map(holdingFrom),
    returns: undefined,
  };
}

function holdingFrom(text: CarriedLot): Holding {
  const { asset, lot, unitCost, expiresAt, priority, activatesOn, activatedAt, pending, granted, remaining, used } =
    text;
  const [held, spent, expired, moved] = (used ?? []).map(BigInt);
  return {
    asset,
    lot,
    unitCost,
    expiresAt: dateFrom(expiresAt),
    priority: Number(priority ?? 0),
    activatesOn,
    activatedAt: dateFrom(activatedAt),
    pending: pending === true,
    granted: BigInt(granted),
    remaining: BigInt(remaining),
    used: used && { held: held!, spent: spent!, expired: expired!, moved: moved!, freedAt: dateFrom(text.freedAt) },
    extendedTo: dateFrom(text.extendedTo),
    extendedAt: undefined,
  };
}

function dateFrom(text: string | undefined): Instant | undefined {
  return text === undefined ? undefined : instant(text);
}

function holdFrom(text: CarriedHold): Hold {
  const { hold, asset, amount, effectiveAt, until, ttlSeconds, unit, store, till, share, state, captured, slices } =
    text;
  return {
    hold,
    asset,
    amount: BigInt(amount),
    at: instant(effectiveAt),
    until: instant(until),
    ttlSeconds: Number(ttlSeconds),
    unit,
    store,
    till,
    member: undefined,
    share: share && { amount: BigInt(share.amount), rate: share.rate, place: Number(share.place) },
    slices: slices.map(([lot, issuer, unitCost, part]) => ({ lot, issuer, unitCost, amount: BigInt(part) })),
    state,
    captured: BigInt(captured),
  };
}
