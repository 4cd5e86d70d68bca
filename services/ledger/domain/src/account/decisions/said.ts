import { contentHash } from '@tallystick/decider';
import { formatInstant } from '@tallystick/vocabulary';
import type { ArrivingLot, CaptureHold, DecisionCommand, PlaceHold } from './decision.commands';
import type { DecisionEvent, ExpiryNoticed, PointsImported } from './decision.events';
import {
  mixedName,
  saidByMixedHold,
  saidByValueCommand,
  saidOfGrant,
  saidOfMixedHold,
  saidOfWithdrawal,
  wholeOfPart,
} from './said-of-values';

/** The name of a decision that its caller gave, and all that it said: the same again is known, anything else refused. */
export interface Said {
  readonly name: string;
  readonly content: string;
}

/** What an event says of the decision that it carries out; absent where holds or lots themselves remember it. */
export function saidOf(event: DecisionEvent): Said | undefined {
  switch (event.type) {
    case 'HoldPlaced':
      return event.data.named
        ? { name: holdName(event.data.hold), content: namedText(slicesIn(event.data)) }
        : saidOfMixedHold(event.data);
    case 'RedemptionCancelled': {
      const { cancellation, hold, amount, whole } = event.data;
      // A part of a mixed hold is cancelled with the whole.
      return { name: CANCELLATION + cancellation, content: `${wholeOfPart(hold)} ${whole ? 'all' : amount}` };
    }
    case 'ExpiryExtended': {
      const { extension, asset, reason, lots, asked = [], part } = event.data;
      if (part) return undefined;
      return { name: `extension ${extension}`, content: `${asset} ${lots[0]?.[2]} ${reason} ${asked.join(' ')}` };
    }
    case 'PointsDebited': {
      const { adjustment, asset, amount, reason, unit } = event.data;
      return { name: `adjustment ${adjustment}`, content: `-${amount} ${asset} ${unit} ${reason}` };
    }
    case 'PointsCredited': {
      const { adjustment, asset, amount, reason, unit, expiresAt = '' } = event.data;
      return { name: `adjustment ${adjustment}`, content: `${amount} ${asset} ${unit} ${reason} ${expiresAt}` };
    }
    case 'PointsSent': {
      const { transfer, toHolder, asset, amount } = event.data;
      return { name: `transfer ${transfer}`, content: `${amount} ${asset} to ${toHolder}` };
    }
    case 'PointsReceived': {
      const { transfer, from, asset, amount } = event.data;
      return { name: `receipt ${transfer}`, content: `${amount} ${asset} from ${from}` };
    }
    case 'HoldCaptured':
      return { name: captureName(event.data.hold), content: captureText(event.data) };
    case 'LeaseSettledLate': {
      const { hold, amount, unit, store } = event.data;
      return { name: SETTLEMENT + hold, content: settlementText(BigInt(amount), { unit, store }) };
    }
    case 'LateSettlementDecided': {
      const { hold, reason, redemption } = event.data;
      return { name: LATE + hold, content: decisionText(reason, redemption) };
    }
    case 'AccountFrozen':
    case 'AccountUnfrozen': {
      const { decision, reason, pausesExpiry } = event.data;
      const kind = event.type === 'AccountFrozen' ? 'freeze-account' : 'unfreeze-account';
      return decision === undefined
        ? undefined
        : { name: `status ${decision}`, content: statusText(kind, reason, pausesExpiry) };
    }
    case 'PointsImported':
      return {
        name: `import ${event.data.import}`,
        content: importText(event.data.amount, event.data.asset, lotsIn(event.data)),
      };
    case 'PointsExchanged': {
      const { exchange, asset, amount, toAsset } = event.data;
      return { name: `exchange ${exchange}`, content: `${amount} ${asset} to ${toAsset}` };
    }
    case 'PointsGranted':
      return saidOfGrant(event.data);
    case 'PointsWithdrawn':
      return saidOfWithdrawal(event.data);
    case 'LotsReactivated': {
      const { reactivation, asset, asked = [], part } = event.data;
      if (part) return undefined;
      return { name: `reactivation ${reactivation}`, content: `${asset} ${asked.join(' ')}` };
    }
    case 'CreditOverdue':
    case 'LoanOverdue':
      return { name: overdueName(event.data.debt), content: event.data.amount };
    case 'PoolMemberLeft':
      return { name: `leave ${event.data.leave}`, content: event.data.member };
    case 'AccountMerged':
      return { name: `merge ${event.data.merge}`, content: event.data.into };
    case 'AccountAbsorbed':
      return { name: `absorption ${event.data.merge}`, content: event.data.from };
    case 'AccountSplit':
      return { name: `split ${event.data.merge}`, content: event.data.from };
    case 'AccountRestored':
      return { name: `restoration ${event.data.merge}`, content: event.data.merge };
    case 'BooksCarriedForward':
      return { name: `closing ${event.data.closing}`, content: '' };
    case 'ExpiryNoticed':
      return { name: noticeName(event.data), content: event.data.amount };
    default:
      return undefined;
  }
}

/** Each date of expiry is noticed once per threshold. */
export function noticeName({ asset, expiresAt, days }: ExpiryNoticed['data']): string {
  return `notice ${asset} ${expiresAt} ${days}`;
}

/** What the names of cancellations begin with; what each said begins with the hold. */
export const CANCELLATION = 'cancellation ';
const SETTLEMENT = 'settlement ';
const LATE = 'late settlement ';
const OVERDUE = 'overdue ';

/** A debt is said to be overdue once. */
export function overdueName(debt: string): string {
  return OVERDUE + debt;
}

/** The debt that is said to be overdue under a name; absent where something else is. */
export function debtIn(name: string): string | undefined {
  return name.startsWith(OVERDUE) ? name.slice(OVERDUE.length) : undefined;
}

/** What a command says of itself, in the words of its event. */
export function saidBy(command: DecisionCommand): Said | undefined {
  switch (command.kind) {
    case 'cancel-redemption':
      return {
        name: CANCELLATION + command.cancellation,
        content: `${command.hold} ${command.amount ?? 'all'}`,
      };
    case 'extend-expiry':
      return {
        name: `extension ${command.extension}`,
        content: `${command.asset} ${formatInstant(command.to)} ${command.reason} ${(command.lots ?? []).join(' ')}`,
      };
    case 'adjust-points': {
      const { adjustment, amount, asset, unit, reason, expiresAt } = command;
      const ends = amount > 0n ? ` ${expiresAt === undefined ? '' : formatInstant(expiresAt)}` : '';
      return { name: `adjustment ${adjustment}`, content: `${amount} ${asset} ${unit} ${reason}${ends}` };
    }
    case 'send-points': {
      const { transfer, amount, asset, toHolder } = command;
      return { name: `transfer ${transfer}`, content: `${amount} ${asset} to ${toHolder}` };
    }
    case 'receive-points': {
      const { transfer, lots, asset, from } = command;
      const amount = lots.reduce((sum, lot) => sum + lot.amount, 0n);
      return { name: `receipt ${transfer}`, content: `${amount} ${asset} from ${from}` };
    }
    case 'settle-lease':
      return { name: SETTLEMENT + command.hold, content: settlementText(command.amount, command) };
    case 'decide-late-settlement':
      return { name: LATE + command.hold, content: decisionText(command.reason, command.redemption) };
    case 'freeze-account':
    case 'unfreeze-account': {
      const { decision, reason, kind } = command;
      const pauses = kind === 'freeze-account' && command.pausesExpiry;
      return { name: `status ${decision}`, content: statusText(kind, reason, pauses) };
    }
    case 'carry-forward':
      return { name: `closing ${command.closing}`, content: '' };
    case 'import-points': {
      const { expected, asset, lots } = command;
      return { name: `import ${command.import}`, content: importText(String(expected), asset, lots.map(lineOf)) };
    }
    case 'exchange-points': {
      const { exchange, asset, amount, toAsset } = command;
      return { name: `exchange ${exchange}`, content: `${amount} ${asset} to ${toAsset}` };
    }
    case 'reactivate-lots':
      return {
        name: `reactivation ${command.reactivation}`,
        content: `${command.asset} ${(command.lots ?? []).join(' ')}`,
      };
    case 'place-mixed-hold':
      return saidByMixedHold(command);
    case 'grant-points':
    case 'top-up':
    case 'lend-points':
    case 'change-limit':
    case 'repay-credit':
    case 'refund-principal':
    case 'repay-loan':
      return saidByValueCommand(command);
    case 'leave-pool':
      return { name: `leave ${command.leave}`, content: command.member };
    case 'merge-account':
      return { name: `merge ${command.merge}`, content: command.into };
    case 'absorb-account':
      return { name: `absorption ${command.merge}`, content: command.from };
    case 'split-account':
      return { name: `split ${command.merge}`, content: command.from };
    case 'restore-account':
      return { name: `restoration ${command.merge}`, content: command.merge };
    default:
      return undefined;
  }
}

/** What a capture says beyond its amount, which the hold itself remembers: who accepts the points. */
export function captureText({ unit, store = '' }: Pick<CaptureHold, 'unit' | 'store'>): string {
  return `${unit} ${store}`;
}

export function captureName(hold: string): string {
  return `capture ${hold}`;
}

/** The slices that the caller of a hold named; the hold itself remembers what was drawn only while it is open. */
export function namedText(slices: NonNullable<PlaceHold['slices']>): string {
  return slices.map(({ lot, amount }) => `${amount} of ${lot}`).join(' ');
}

export function holdName(hold: string): string {
  return `hold ${hold}`;
}

/** What is said of a hold by its name: how it was placed, captured, settled late and decided. */
export const NAMED_BY_HOLD: readonly string[] = [holdName(''), captureName(''), SETTLEMENT, LATE, mixedName('')];

function slicesIn({ slices }: { readonly slices: readonly (readonly [string, string, string, string])[] }) {
  return slices.map(([lot, , , amount]) => ({ lot, amount: BigInt(amount) }));
}

function settlementText(amount: bigint, accepted: Pick<CaptureHold, 'unit' | 'store'>): string {
  return `${amount} ${captureText(accepted)}`;
}

function decisionText(reason: string, redemption = ''): string {
  return `${reason} ${redemption}`;
}

function statusText(kind: string, reason: string, pausesExpiry: boolean | undefined): string {
  return `${kind} ${reason}${pausesExpiry ? ' pausing expiry' : ''}`;
}

/** Thousands of lots are told apart by a hash of their lines. */
function importText(amount: string, asset: string, lines: readonly string[]): string {
  return `${amount} ${asset} ${contentHash(lines.join('\n'))}`;
}

function lineOf({ issuer, unitCost, amount, priority, activatedAt, expiresAt }: ArrivingLot): string {
  const ends = expiresAt === undefined ? '' : formatInstant(expiresAt);
  return `${issuer} ${unitCost} ${amount} ${priority} ${formatInstant(activatedAt)} ${ends}`;
}

function lotsIn({ slices, lots }: PointsImported['data']): string[] {
  return slices.map(([, issuer, unitCost, amount], index) => {
    const { priority = '0', activatedAt, expiresAt = '' } = lots[index]!;
    return `${issuer} ${unitCost} ${amount} ${priority} ${activatedAt} ${expiresAt}`;
  });
}
