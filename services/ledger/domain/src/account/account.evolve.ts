import { type Instant, instant } from '@tallystick/vocabulary';
import type {
  AccountEvent,
  AccrualAmended,
  Granted,
  PointsAccrued,
  PointsReversed,
  Posting,
  ReversalRecalculated,
} from './account.events';
import {
  type Accrual,
  type AccountState,
  booksOf,
  type Fact,
  type Holding,
  holdingOf,
  insertFact,
  keyOf,
  replaceFact,
  type Reversal,
  reversalKey,
  type Taking,
} from './account.state';
import { cappedBy } from './caps';
import { evolveDecision } from './decisions/decision.evolve';
import { evolveMerge } from './decisions/merge.evolve';
import { adopt } from './lineage';
import { reversalOf } from './reversal-of';

/** Folds an event into the state it is given, in place. */
export function evolveAccount(state: AccountState, event: AccountEvent): AccountState {
  switch (event.type) {
    case 'AccountOpened':
      state.owner = { program: event.data.program, holder: event.data.holder };
      return state;
    case 'PointsAccrued':
      if (event.data.of !== undefined) adopt(state, event.data.of, 'accruals', keyOf(event.data.purchase));
      insertFact(state, accrualOf(event.data, state.facts[state.facts.length - 1]));
      if (event.data.uncut !== undefined) keepUncut(state, event.data);
      return posted(state, event.data.postings, event.data.grants);
    case 'AccrualAmended':
      return amended(state, event.data);
    case 'PointsReversed':
      if (event.data.of !== undefined) adopt(state, event.data.of, 'returns', keyOf(event.data.reversal));
      return reversed(state, event.data);
    case 'ReversalRecalculated':
      return recalculated(state, event.data);
    case 'AccountMerged':
    case 'AccountAbsorbed':
    case 'ReversalsPaid':
    case 'AccountSplit':
    case 'AccountRestored':
      return evolveMerge(state, event);
    default:
      return evolveDecision(state, event);
  }
}

function amended(state: AccountState, data: AccrualAmended['data']): AccountState {
  const old = state.accruals.get(keyOf(data.purchase));
  const accrual = { ...accrualOf(data, old), returns: old?.returns };
  for (const holding of accrual.holdings) {
    const known = old?.holdings.find((one) => one.asset === holding.asset);
    if (known) keepWhatBecameOf(known, holding);
  }
  if (old) replaceFact(state, old, accrual);
  else insertFact(state, accrual);
  if (data.uncut !== undefined || state.capped) keepUncut(state, data);
  return posted(state, data.postings, data.grants);
}

/** What a purchase asked for is kept while a cap is in force for it: a late fact may change what of that it gets. */
function keepUncut(state: AccountState, data: PointsAccrued['data']): void {
  const key = keyOf(data.purchase);
  const { uncut } = data;
  if (uncut) (state.capped ??= new Map()).set(key, cappedBy({ ...data, uncut }));
  else state.capped?.delete(key);
}

function keepWhatBecameOf(known: Holding, holding: Holding): void {
  holding.remaining = holding.granted - (known.granted - known.remaining);
  holding.used = known.used;
  holding.extendedTo = known.extendedTo;
  holding.extendedAt = known.extendedAt;
  if (known.lot === undefined) return;
  holding.pending = known.pending;
  if (!known.pending) holding.activatedAt ??= known.activatedAt;
}

function reversed(state: AccountState, data: PointsReversed['data']): AccountState {
  const reversal = reversalOf(data);
  insertFact(state, reversal);
  return drawn(state, data, reversal);
}

function recalculated(state: AccountState, data: ReversalRecalculated['data']): AccountState {
  const reversal = reversalOf(data);
  const old = state.reversals.get(reversalKey(reversal, reversal.purchase));
  for (const item of old?.items ?? []) move(state, item, 1n);
  if (old) replaceFact(state, old, reversal);
  else insertFact(state, reversal);
  return drawn(state, data, reversal);
}

function drawn(state: AccountState, data: PointsReversed['data'], reversal: Reversal): AccountState {
  for (const item of reversal.items) move(state, item, -1n);
  const accrual = reversal.purchase === undefined ? undefined : state.accruals.get(reversal.purchase);
  if (accrual && accrual.revision < reversal.revision) accrual.revision = reversal.revision;
  return posted(state, data.postings, data.items);
}

function move(state: AccountState, { asset, slices }: Taking, sign: bigint): void {
  for (const { lot, amount, expired } of slices ?? []) {
    if (expired) continue;
    const holding = holdingOf(state, asset, lot);
    if (holding) holding.remaining += sign * amount;
  }
}

/** `alike`: a fact of the account that probably says the same words, which are then kept once. */
function accrualOf(data: PointsAccrued['data'], alike: Fact | undefined): Accrual {
  const known = alike?.kind === 'accrual' ? alike : undefined;
  const { purchase, grants } = data;
  const at = instant(data.effectiveAt);
  return {
    kind: 'accrual',
    at,
    source: once(purchase.source, known?.source),
    id: purchase.id,
    issuer: once(data.issuer, known?.issuer),
    revision: Number(data.evaluationRevision),
    holdings: grants.map((grant, index) => holdingFrom(grant, at, known?.holdings[index])),
    returns: undefined,
  };
}

function holdingFrom(grant: Granted, at: Instant, alike: Holding | undefined): Holding {
  const { asset, lot, amount, unitCost, expiresAt, priority, activatesAt, activatesOn, kept } = grant;
  const granted = kept === undefined ? BigInt(amount) : BigInt(amount) + BigInt(kept);
  return {
    asset: once(asset, alike?.asset),
    lot,
    unitCost: once(unitCost, alike?.unitCost),
    expiresAt: expiresAt === undefined ? undefined : instant(expiresAt),
    priority: priority === undefined ? 0 : Number(priority),
    activatesOn,
    activatedAt: activatesAt !== undefined ? instant(activatesAt) : activatesOn === undefined ? at : undefined,
    pending: activatesAt !== undefined || activatesOn !== undefined,
    granted,
    remaining: granted,
    used: undefined,
    extendedTo: undefined,
    extendedAt: undefined,
  };
}

/** Ten thousand facts of one account name a few issuers and assets: equal texts share their memory. */
function once(text: string, known: string | undefined): string {
  return text === known ? known : text;
}

interface Named {
  readonly asset: string;
  readonly lot?: string;
  readonly slices?: readonly unknown[];
}

/** Adds postings to the books; what is granted or asked tells whether an asset seen first is a score. */
function posted(state: AccountState, postings: readonly Posting[], assets: readonly Named[]): AccountState {
  for (const [book, asset, , amount] of postings) {
    const books = state.books.get(asset) ?? booksOf(state, asset, isScore(asset, assets));
    books[book] += BigInt(amount);
  }
  return state;
}

function isScore(asset: string, assets: readonly Named[]): boolean {
  const one = assets.find((named) => named.asset === asset);
  return one !== undefined && one.lot === undefined && one.slices === undefined;
}
