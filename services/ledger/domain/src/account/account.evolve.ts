import { instant } from '@tallystick/vocabulary';
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

const NOTHING_TAKEN = () => 0n;

/** Folds an event into the state it is given, in place. */
export function evolveAccount(state: AccountState, event: AccountEvent): AccountState {
  switch (event.type) {
    case 'AccountOpened':
      state.owner = { program: event.data.program, holder: event.data.holder };
      return state;
    case 'PointsAccrued':
      insertFact(state, accrualOf(event.data, state.facts[state.facts.length - 1], NOTHING_TAKEN));
      return posted(state, event.data.postings, event.data.grants);
    case 'AccrualAmended':
      return amended(state, event.data);
    case 'PointsReversed':
      return reversed(state, event.data);
    case 'ReversalRecalculated':
      return recalculated(state, event.data);
  }
}

function amended(state: AccountState, data: AccrualAmended['data']): AccountState {
  const old = state.accruals.get(keyOf(data.purchase));
  const takenOf = (asset: string) => {
    const holding = old?.holdings.find((one) => one.asset === asset);
    return holding ? holding.granted - holding.remaining : 0n;
  };
  const accrual = { ...accrualOf(data, old, takenOf), returns: old?.returns };
  if (old) replaceFact(state, old, accrual);
  else insertFact(state, accrual);
  return posted(state, data.postings, data.grants);
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
  for (const { lot, amount } of slices ?? []) {
    const holding = holdingOf(state, asset, lot);
    if (holding) holding.remaining += sign * amount;
  }
}

/** `alike`: a fact of the account that probably says the same words, which are then kept once. */
function accrualOf(data: PointsAccrued['data'], alike: Fact | undefined, takenOf: (asset: string) => bigint): Accrual {
  const known = alike?.kind === 'accrual' ? alike : undefined;
  const { purchase, grants } = data;
  return {
    kind: 'accrual',
    at: instant(data.effectiveAt),
    source: once(purchase.source, known?.source),
    id: purchase.id,
    issuer: once(data.issuer, known?.issuer),
    revision: Number(data.evaluationRevision),
    holdings: grants.map((grant, index) => holdingFrom(grant, known?.holdings[index], takenOf(grant.asset))),
    returns: undefined,
  };
}

function holdingFrom(grant: Granted, alike: Holding | undefined, taken: bigint): Holding {
  const { asset, lot, amount, unitCost, expiresAt, priority } = grant;
  const granted = BigInt(amount);
  return {
    asset: once(asset, alike?.asset),
    lot,
    unitCost: once(unitCost, alike?.unitCost),
    expiresAt: expiresAt === undefined ? undefined : instant(expiresAt),
    priority: priority === undefined ? 0 : Number(priority),
    granted,
    remaining: taken === 0n ? granted : granted - taken,
  };
}

/** Ten thousand facts of one account name a few issuers and assets: equal texts share their memory. */
function once(text: string, known: string | undefined): string {
  return text === known ? known : text;
}

function reversalOf(data: PointsReversed['data']): Reversal {
  return {
    kind: 'reversal',
    at: instant(data.effectiveAt),
    source: data.reversal.source,
    id: data.reversal.id,
    purchase: data.purchase && keyOf(data.purchase),
    earnedAt: data.earnedAt === undefined ? undefined : instant(data.earnedAt),
    issuer: data.issuer,
    store: data.store,
    receipt: data.receipt,
    revision: Number(data.evaluationRevision),
    items: data.items.map(({ asset, asked, taken, slices }) => ({
      asset,
      asked: BigInt(asked),
      taken: BigInt(taken),
      slices: slices?.map((slice) => ({ ...slice, amount: BigInt(slice.amount) })),
    })),
  };
}

/** Adds postings to the books; what is granted or asked tells whether an asset seen first is a score. */
function posted(
  state: AccountState,
  postings: readonly Posting[],
  assets: readonly { readonly asset: string; readonly lot?: string; readonly slices?: readonly unknown[] }[],
): AccountState {
  for (const [book, asset, , amount] of postings) {
    let books = state.books.get(asset);
    if (!books) {
      const one = assets.find((named) => named.asset === asset);
      const score = one !== undefined && one.lot === undefined && one.slices === undefined;
      books = { score, 'issuer-obligation': 0n, available: 0n, uncollectable: 0n };
      state.books.set(asset, books);
    }
    books[book] += BigInt(amount);
  }
  return state;
}
