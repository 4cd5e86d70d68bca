import type { AccountEvent, Posting } from '../account.events';
import { accountDecider } from '../account.decider';
import type { AccountCommand } from '../account.commands';
import type { AccountState } from '../account.state';
import { account, eventsOf, history } from '../account.spec-data';
import { fold } from '@tallystick/decider';
import type { SliceRow } from './decision.events';

/** The account after commands of which none is refused. */
export function after(...commands: readonly AccountCommand[]): AccountState {
  return fold(accountDecider, history(...commands));
}

/** What a command says on top of a history of commands, a line per event: its slices and what it books. */
export function told(before: readonly AccountCommand[], command: AccountCommand): string[] {
  return eventsOf(outcome(before, command)).map(lineOf);
}

/** The decision on top of a history of commands. */
export function outcome(before: readonly AccountCommand[], command: AccountCommand) {
  return account
    .given(...history(...before))
    .when(command)
    .outcome();
}

/** The books of POINTS that are not zero, the obligation left out. */
export function standing(state: AccountState): Record<string, number> {
  const { score: _, 'issuer-obligation': __, ...books } = state.books.get('POINTS')!;
  return Object.fromEntries(
    Object.entries(books)
      .filter(([, amount]) => amount !== 0n)
      .map(([book, amount]) => [book, Number(amount)]),
  );
}

function lineOf({ type, data }: AccountEvent): string {
  const slices = 'slices' in data ? slicesText(data.slices) : '';
  const released = 'released' in data && data.released.length > 0 ? ` free ${slicesText(data.released)}` : '';
  const at = 'effectiveAt' in data ? data.effectiveAt.slice(8, 10) : '';
  const postings = 'postings' in data ? data.postings.map(legText).join(' ') : '';
  return `${type} on ${at}:${slices && ` ${slices}`}${released} | ${postings}`;
}

function slicesText(slices: readonly SliceRow[]): string {
  return slices.map(([lot, , , amount]) => `${amount} of ${lot.split(':')[1]}`).join(', ');
}

function legText([book, , issuer, amount]: Posting): string {
  return `${book}/${issuer} ${amount}`;
}
