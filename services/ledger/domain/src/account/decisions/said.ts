import { formatInstant } from '@tallystick/vocabulary';
import type { DecisionCommand } from './decision.commands';
import type { DecisionEvent, ExpiryNoticed } from './decision.events';
import { saidByMixedHold, saidByValueCommand, saidOfGrant, saidOfMixedHold, saidOfWithdrawal } from './said-of-values';

/** The name of a decision that its caller gave, and all that it said: the same again is known, anything else refused. */
export interface Said {
  readonly name: string;
  readonly content: string;
}

/** What an event says of the decision that it carries out; absent where holds or lots themselves remember it. */
export function saidOf(event: DecisionEvent): Said | undefined {
  switch (event.type) {
    case 'HoldPlaced':
      return saidOfMixedHold(event.data);
    case 'RedemptionCancelled': {
      const { cancellation, hold, amount, whole } = event.data;
      // A part of a mixed hold is cancelled with the whole; no other name of a hold has a tilde.
      return { name: `cancellation ${cancellation}`, content: `${hold.split('~')[0]} ${whole ? 'all' : amount}` };
    }
    case 'ExpiryExtended': {
      const { extension, asset, reason, lots, asked = [] } = event.data;
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
    case 'PointsImported':
      return { name: `import ${event.data.import}`, content: `${event.data.amount} ${event.data.asset}` };
    case 'PointsExchanged': {
      const { exchange, asset, amount, toAsset } = event.data;
      return { name: `exchange ${exchange}`, content: `${amount} ${asset} to ${toAsset}` };
    }
    case 'PointsGranted':
      return saidOfGrant(event.data);
    case 'PointsWithdrawn':
      return saidOfWithdrawal(event.data);
    case 'LotsReactivated': {
      const { reactivation, asset, asked = [] } = event.data;
      return { name: `reactivation ${reactivation}`, content: `${asset} ${asked.join(' ')}` };
    }
    case 'CreditOverdue':
    case 'LoanOverdue':
      return { name: overdueName(event.data.debt), content: event.data.amount };
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

/** A debt is said to be overdue once. */
export function overdueName(debt: string): string {
  return `overdue ${debt}`;
}

/** What a command says of itself, in the words of its event. */
export function saidBy(command: DecisionCommand): Said | undefined {
  switch (command.kind) {
    case 'cancel-redemption':
      return {
        name: `cancellation ${command.cancellation}`,
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
    case 'import-points':
      return { name: `import ${command.import}`, content: `${command.expected} ${command.asset}` };
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
    default:
      return undefined;
  }
}
