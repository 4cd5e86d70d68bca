import type { ledger } from '@tallystick/contracts';
import { bodyOf, partsOf, type RecordedEvent } from '@tallystick/decider';
import {
  type AccountSplit,
  type AccrualAmended,
  type Change,
  type Granted,
  type LotBook,
  type MergeDecided,
  type PointsAccrued,
  type PointsReversed,
  type PointsSent,
  type ReversedItem,
  type ReversalRecalculated,
  upcastAccount,
} from '@tallystick/ledger-domain';
import type { Announcement, Publications } from '@tallystick/messaging';
import { DECISION_TOPICS, saidOfDecision } from './publications-of-decisions';
import { DISPUTE_EVENTS, DISPUTE_TOPIC, saidOfDispute } from './publications-of-disputes';

const TOPICS = {
  accrued: 'ledger.points-accrued.v1',
  reversed: 'ledger.points-reversed.v1',
  growth: 'ledger.growth-changed.v1',
  merged: 'ledger.member-merged.v1',
  sent: 'ledger.points-sent.v1',
  ...DECISION_TOPICS,
  dispute: DISPUTE_TOPIC,
} as const;

/** The score that tiers are reviewed by. */
const GROWTH = 'GROWTH';
/** An account opens with its first fact, which says all of it; what else is quiet is asked of the ledger. */
const QUIET = [
  'AccountOpened',
  'AdjustmentApproved',
  'AdjustmentCounted',
  'AdjustmentPolicyDeclared',
  'AdjustmentRequested',
  'AdjustmentRowsSettled',
  'AdjustmentRowsTaken',
  'AdjustmentTurnedDown',
  'AssetDeclared',
  'InvariantViolated',
  'MergeUndone',
];

/** What is no movement of an account, by its type: quiet, or said by rules of its own. */
const OTHERS: ReadonlyMap<string, (event: RecordedEvent) => Announcement[]> = new Map([
  ...QUIET.map((type) => [type, () => []] as const),
  ['MergeDecided', (event) => [mergeDecided(bodyOf<MergeDecided['data']>(event))]] as const,
  ...DISPUTE_EVENTS.map((type) => [type, saidOfDispute] as const),
]);

/** A movement and where it lies in the account. */
type Moved = Omit<ledger.LotMovement, 'book'> & { readonly book?: LotBook };

/** Everything that the ledger says. An event that it does not know throws: nothing is skipped. */
export const ledgerPublications: Publications = {
  service: 'ledger',
  topics: Object.values(TOPICS),
  announce(event) {
    const other = OTHERS.get(event.type);
    if (other) return other(event);
    const known = upcastAccount(event.type, event.version, bodyOf(event));
    switch (known.type) {
      case 'PointsAccrued':
        return accrued(event, known.data, 'accrual', grantedBy(known.data));
      case 'AccrualAmended':
        return accrued(event, known.data, 'amendment', known.data.changes.map(gained));
      case 'PointsReversed':
        return reversed(event, known.data, 'reversal', takenBy(known.data));
      case 'ReversalRecalculated':
        return reversed(event, known.data, 'recalculation', known.data.changes.map(lost));
      case 'AccountSplit':
        return [...saidOfDecision(event, known), unmerged(event, known.data)];
      case 'PointsSent':
        return [...saidOfDecision(event, known), sent(event, known.data)];
      case 'AccountOpened':
        return [];
      default:
        return saidOfDecision(event, known);
    }
  },
};

function accrued(
  event: RecordedEvent,
  data: PointsAccrued['data'] | AccrualAmended['data'],
  kind: ledger.PointsAccrued['kind'],
  moved: readonly Moved[],
): Announcement[] {
  const movement = { ...headOf(event, data), source: data.purchase };
  const announcements = growth(movement, data.effectiveAt, moved);
  const movements = moved.filter(isSpendable).map(held);
  if (movements.length === 0) return announcements;
  const message: ledger.PointsAccrued = { ...movement, ...placeOf(data), movements, kind, receipt: data.receipt };
  return [{ topic: TOPICS.accrued, key: message.account, message }, ...announcements];
}

function reversed(
  event: RecordedEvent,
  data: PointsReversed['data'] | ReversalRecalculated['data'],
  kind: ledger.PointsReversed['kind'],
  moved: readonly Moved[],
): Announcement[] {
  const movement = { ...headOf(event, data), source: data.reversal };
  const announcements = growth(movement, data.earnedAt ?? data.effectiveAt, moved);
  const lots = moved.filter(isSpendable);
  const spendable = lots.length > 0 || data.items.some(({ slices }) => slices !== undefined);
  if (!spendable) return announcements;
  const movements = lots.filter(({ book }) => book !== 'breakage').map(held);
  const broken = lots.filter(({ book }) => book === 'breakage').map(({ book: _, ...movement }) => movement);
  const message: ledger.PointsReversed = {
    ...movement,
    ...placeOf(data),
    movements,
    kind,
    uncollectable: residues(data.items, ({ uncollectable }) => uncollectable),
    ...said(
      'deficit',
      residues(data.items, ({ deficit }) => deficit),
    ),
    ...said(
      'onHold',
      residues(data.items, ({ onHold }) => onHold),
    ),
    ...said('outOfBreakage', broken),
  };
  return [{ topic: TOPICS.reversed, key: message.account, message }, ...announcements];
}

function residues(
  items: readonly ReversedItem[],
  amountOf: (item: ReversedItem) => string | undefined,
): ledger.Residue[] {
  return items.flatMap((item) => {
    const amount = amountOf(item) ?? '0';
    return item.slices === undefined || amount === '0' ? [] : [{ asset: item.asset, amount }];
  });
}

/** A list that is left out where it is empty. */
function said<Name extends string, One>(
  name: Name,
  list: readonly One[],
): { readonly [name in Name]?: readonly One[] } {
  return list.length === 0 ? {} : ({ [name]: list } as { readonly [name in Name]: readonly One[] });
}

function headOf(event: RecordedEvent, data: PointsAccrued['data'] | PointsReversed['data']) {
  const { holder, program, effectiveAt } = data;
  return { account: partsOf(event.stream)[0]!, member: holder, program, revision: event.revision, effectiveAt };
}

function placeOf({ store, issuer }: { readonly store: string; readonly issuer: string }) {
  return { store, unit: issuer };
}

function sent(event: RecordedEvent, data: PointsSent['data']): Announcement {
  const { holder, program, effectiveAt, transfer, to, toHolder, asset, slices, lots } = data;
  const { revision, stream } = event;
  const parts = slices.map(([lot, issuer, unitCost, amount], index) => {
    const { priority = '0', activatedAt, expiresAt } = lots[index]!;
    const part = { lot, issuer, unitCost, amount, priority: Number(priority), activatedAt };
    return expiresAt === undefined ? part : { ...part, expiresAt };
  });
  const head = { account: partsOf(stream)[0]!, member: holder, program, revision, effectiveAt };
  const message: ledger.PointsSent = { ...head, transfer, to, toMember: toHolder, asset, lots: parts };
  return { topic: TOPICS.sent, key: to, message };
}

function mergeDecided(data: MergeDecided['data']): Announcement {
  const { merge, program, from, fromHolder, into, intoHolder: intoMember, effectiveAt } = data;
  const head = { account: from, member: fromHolder, program, effectiveAt };
  const message: ledger.MemberMerged = { ...head, kind: 'merged', merge, into, intoMember };
  return { topic: TOPICS.merged, key: from, message };
}

function unmerged({ stream }: RecordedEvent, data: AccountSplit['data']): Announcement {
  const { merge, program, from, fromHolder, holder: intoMember, effectiveAt } = data;
  const head = { account: from, member: fromHolder, program, effectiveAt };
  const message: ledger.MemberMerged = { ...head, kind: 'unmerged', merge, into: partsOf(stream)[0]!, intoMember };
  return { topic: TOPICS.merged, key: from, message };
}

function growth(
  head: Omit<ledger.GrowthChanged, 'amount' | 'earnedAt'>,
  earnedAt: string,
  moved: readonly Moved[],
): Announcement[] {
  let sum = 0n;
  for (const { asset, lot, amount } of moved) if (asset === GROWTH && lot === undefined) sum += BigInt(amount);
  if (sum === 0n) return [];
  const message: ledger.GrowthChanged = { ...head, amount: String(sum), earnedAt };
  return [{ topic: TOPICS.growth, key: head.member, message }];
}

function isSpendable({ lot }: Moved): boolean {
  return lot !== undefined;
}

/** A movement of what the holder has, as the contract says it. */
function held({ book, ...movement }: Moved): ledger.LotMovement {
  return book === 'pending' ? { ...movement, book } : movement;
}

function grantedBy({ issuer, grants }: PointsAccrued['data']): Moved[] {
  return grants.map((grant) => {
    const { asset, lot, amount, unitCost } = grant;
    return lot === undefined
      ? { asset, issuer, amount }
      : { asset, lot, issuer, amount, unitCost, ...(isPending(grant) && { book: 'pending' }) };
  });
}

function isPending({ activatesAt, activatesOn }: Granted): boolean {
  return activatesAt !== undefined || activatesOn !== undefined;
}

function takenBy({ issuer, items }: PointsReversed['data']): Moved[] {
  return items.flatMap(({ asset, taken, slices }): Moved[] =>
    slices
      ? slices.map((slice) => ({ asset, ...slice, amount: `-${slice.amount}` }))
      : taken === '0'
        ? []
        : [{ asset, issuer, amount: `-${taken}` }],
  );
}

/** A change of what is granted adds its difference to the holder. */
function gained(change: Change): Moved {
  return movementOf(change, BigInt(change.to) - BigInt(change.from));
}

/** A change of what is taken adds its difference, the other way round. */
function lost(change: Change): Moved {
  return movementOf(change, BigInt(change.from) - BigInt(change.to));
}

function movementOf({ asset, lot, issuer, unitCost, book }: Change, amount: bigint): Moved {
  const movement = { asset, issuer, amount: String(amount) };
  return lot === undefined ? movement : { ...movement, lot, unitCost, ...(book && { book }) };
}
