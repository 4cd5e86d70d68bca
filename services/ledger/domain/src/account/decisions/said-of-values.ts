import type { HoldPlaced } from './decision.events';
import type { GrantCommand, PlaceMixedHold, RefundPrincipal, RepayLoan } from './grant.commands';
import type { PointsGranted, PointsWithdrawn } from './grant.events';
import type { Said } from './said';

/** What a grant says of the decision that it carries out; the names of each kind of grant are its own. */
export function saidOfGrant({ by, grant, asset, unit, slices, whole, amount: sum }: PointsGranted['data']): Said {
  // What is repaid may be lots of several accounts that are one now, and was asked for as one amount.
  const each = by === 'repayment' ? [sum] : slices.map(([, , , amount]) => amount);
  const amounts = whole ? 'all' : each.join(' ');
  return { name: `${by} ${grant}`, content: `${amounts} ${asset} ${unit}` };
}

/** What a withdrawal says of the decision that it carries out; absent where what was earned repays a loan. */
export function saidOfWithdrawal({ by, withdrawal, asset, unit, amount, whole, repaid }: PointsWithdrawn['data']) {
  if (withdrawal === undefined) return undefined;
  const asked = whole ? 'all' : amount;
  switch (by) {
    case 'refund':
      return { name: `refund ${withdrawal}`, content: `${asked} ${asset} ${unit}` };
    case 'limit':
      return { name: `credit ${withdrawal}`, content: `-${amount} ${asset} ${unit}` };
    case 'loan-repayment':
      return { name: `loan-repayment ${withdrawal}`, content: `${asked} of ${repaid?.[0]?.[0] ?? ''}` };
  }
}

/** Between the name of a mixed hold and the asset of a part; no name that a caller gives has it. */
export const SEPARATOR = '~';

/** The name of the mixed hold that a hold is a part of; the hold's own name where it is none. */
export function wholeOfPart(hold: string): string {
  const at = hold.indexOf(SEPARATOR);
  return at < 0 ? hold : hold.slice(0, at);
}

/** Under which name a mixed hold is known. */
export function mixedName(hold: string): string {
  return `mixed-hold ${hold}`;
}

/** What a part of a mixed hold says of the whole; absent for a hold of one asset. */
export function saidOfMixedHold({ mixed, unit, store, ttlSeconds }: HoldPlaced['data']): Said | undefined {
  if (!mixed) return undefined;
  const { hold, asset, amount, assets } = mixed;
  return { name: mixedName(hold), content: mixedContent(amount, asset, assets, unit, store, ttlSeconds) };
}

export function saidByMixedHold({ hold, asset, amount, parts, unit, store, ttlSeconds }: PlaceMixedHold): Said {
  const assets = parts.map((part) => part.asset);
  return {
    name: mixedName(hold),
    content: mixedContent(String(amount), asset, assets, unit, store, String(ttlSeconds)),
  };
}

function mixedContent(
  amount: string,
  asset: string,
  assets: readonly string[],
  unit: string,
  store: string | undefined,
  ttlSeconds: string,
): string {
  return `${amount} ${asset} of ${assets.join(' ')} for ${unit} ${store ?? ''} ${ttlSeconds}`;
}

/** What such a command says of itself, in the words of its event. */
export function saidByValueCommand(command: GrantCommand | RefundPrincipal | RepayLoan): Said {
  switch (command.kind) {
    case 'grant-points':
      return said(command.by, command, String(command.amount));
    case 'top-up':
      return said('top-up', command, [command.principal, command.bonus].filter((part) => part > 0n).join(' '));
    case 'lend-points':
      return said('loan', command, String(command.amount));
    case 'change-limit':
      return said('credit', command, String(command.amount));
    case 'repay-credit':
      return said('repayment', command, String(command.amount ?? 'all'));
    case 'refund-principal':
      return said('refund', { ...command, grant: command.refund }, String(command.amount ?? 'all'));
    case 'repay-loan':
      return {
        name: `loan-repayment ${command.repayment}`,
        content: `${command.amount ?? 'all'} of loan:${command.loan}`,
      };
  }
}

function said(
  kind: string,
  { grant, asset, unit }: Pick<GrantCommand, 'grant' | 'asset' | 'unit'>,
  asked: string,
): Said {
  return { name: `${kind} ${grant}`, content: `${asked} ${asset} ${unit}` };
}
