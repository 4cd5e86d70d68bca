import type { ledger } from '@tallystick/contracts';
import { bodyOf, partsOf, type RecordedEvent } from '@tallystick/decider';
import {
  type AccrualAmended,
  type Change,
  type PointsAccrued,
  type PointsReversed,
  type PointsSent,
  type ReversalRecalculated,
  upcastAccount,
} from '@tallystick/ledger-domain';
import type { Announcement, Publications } from '@tallystick/messaging';

const TOPICS = {
  accrued: 'ledger.points-accrued.v1',
  reversed: 'ledger.points-reversed.v1',
  growth: 'ledger.growth-changed.v1',
  sent: 'ledger.points-sent.v1',
} as const;

/** The score that tiers are reviewed by. */
const GROWTH = 'GROWTH';
const QUIET: ReadonlySet<string> = new Set(['AccountOpened', 'AssetDeclared']);

/** Everything that the ledger says. An event that it does not know throws: nothing is skipped. */
export const ledgerPublications: Publications = {
  service: 'ledger',
  topics: Object.values(TOPICS),
  announce(event) {
    if (QUIET.has(event.type)) return [];
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
      case 'PointsSent':
        return [sent(event, known.data)];
      case 'AccountOpened':
      case 'PointsActivated':
      case 'HoldPlaced':
      case 'HoldCaptured':
      case 'HoldReleased':
      case 'HoldLapsed':
      case 'LotsExpired':
      case 'ExpiryExtended':
      case 'RedemptionCancelled':
      case 'PointsDebited':
      case 'PointsCredited':
      case 'PointsReceived':
      case 'LateLot':
      case 'AccountFrozen':
      case 'AccountUnfrozen':
        return [];
    }
  },
};

function accrued(
  event: RecordedEvent,
  data: PointsAccrued['data'] | AccrualAmended['data'],
  kind: ledger.PointsAccrued['kind'],
  moved: readonly ledger.LotMovement[],
): Announcement[] {
  const movement = { ...headOf(event, data), source: data.purchase };
  const announcements = growth(movement, data.effectiveAt, moved);
  const movements = moved.filter(isSpendable);
  if (movements.length === 0) return announcements;
  const message: ledger.PointsAccrued = { ...movement, ...placeOf(data), movements, kind, receipt: data.receipt };
  return [{ topic: TOPICS.accrued, key: message.account, message }, ...announcements];
}

function reversed(
  event: RecordedEvent,
  data: PointsReversed['data'] | ReversalRecalculated['data'],
  kind: ledger.PointsReversed['kind'],
  moved: readonly ledger.LotMovement[],
): Announcement[] {
  const movement = { ...headOf(event, data), source: data.reversal };
  const announcements = growth(movement, data.earnedAt ?? data.effectiveAt, moved);
  const uncollectable = data.items
    .filter((item) => item.slices !== undefined && item.uncollectable !== '0')
    .map((item) => ({ asset: item.asset, amount: item.uncollectable }));
  const movements = moved.filter(isSpendable);
  const spendable = movements.length > 0 || data.items.some(({ slices }) => slices !== undefined);
  if (!spendable) return announcements;
  const message: ledger.PointsReversed = { ...movement, ...placeOf(data), movements, kind, uncollectable };
  return [{ topic: TOPICS.reversed, key: message.account, message }, ...announcements];
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

function growth(
  head: Omit<ledger.GrowthChanged, 'amount' | 'earnedAt'>,
  earnedAt: string,
  moved: readonly ledger.LotMovement[],
): Announcement[] {
  let sum = 0n;
  for (const { asset, lot, amount } of moved) if (asset === GROWTH && lot === undefined) sum += BigInt(amount);
  if (sum === 0n) return [];
  const message: ledger.GrowthChanged = { ...head, amount: String(sum), earnedAt };
  return [{ topic: TOPICS.growth, key: head.member, message }];
}

function isSpendable({ lot }: ledger.LotMovement): boolean {
  return lot !== undefined;
}

function grantedBy({ issuer, grants }: PointsAccrued['data']): ledger.LotMovement[] {
  return grants.map(({ asset, lot, amount, unitCost }) =>
    lot === undefined ? { asset, issuer, amount } : { asset, lot, issuer, amount, unitCost },
  );
}

function takenBy({ issuer, items }: PointsReversed['data']): ledger.LotMovement[] {
  return items.flatMap(({ asset, taken, slices }): ledger.LotMovement[] =>
    slices
      ? slices.map((slice) => ({ asset, ...slice, amount: `-${slice.amount}` }))
      : taken === '0'
        ? []
        : [{ asset, issuer, amount: `-${taken}` }],
  );
}

/** A change of what is granted adds its difference to the holder. */
function gained(change: Change): ledger.LotMovement {
  return movementOf(change, BigInt(change.to) - BigInt(change.from));
}

/** A change of what is taken adds its difference, the other way round. */
function lost(change: Change): ledger.LotMovement {
  return movementOf(change, BigInt(change.from) - BigInt(change.to));
}

function movementOf({ asset, lot, issuer, unitCost }: Change, amount: bigint): ledger.LotMovement {
  const movement = { asset, issuer, amount: String(amount) };
  return lot === undefined ? movement : { ...movement, lot, unitCost };
}
