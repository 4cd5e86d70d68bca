import { scenario } from '@tallystick/decider';
import type { AccountCommand } from './account.commands';
import { accountDecider } from './account.decider';
import type { AccountEvent, ReversedItem } from './account.events';

export const account = scenario(accountDecider);

type Outcome = readonly AccountEvent[] | { readonly rejected: string };

/** The events of a decision that is expected to be no refusal. */
export function eventsOf(outcome: Outcome): readonly AccountEvent[] {
  if ('rejected' in outcome) throw new Error(outcome.rejected);
  return outcome;
}

/** The events that the commands make one after the other. */
export function history(...commands: readonly AccountCommand[]): AccountEvent[] {
  const events: AccountEvent[] = [];
  for (const command of commands) {
    const { outcome } = account.given(...events).when(command);
    events.push(...eventsOf(outcome()));
  }
  return events;
}

/** What the last events say of reversals: who took how much from where, and what was not there. */
export function reversalsIn(outcome: Outcome): string[] {
  return eventsOf(outcome).flatMap((event) => {
    if (event.type !== 'PointsReversed' && event.type !== 'ReversalRecalculated') return [];
    const items = event.data.items.map(textOf).join('; ');
    return [`${event.type} ${event.data.reversal.id}: ${items}`];
  });
}

function textOf({ asset, taken, uncollectable, slices }: ReversedItem): string {
  const parts = slices?.map(({ lot, amount }) => `${amount} of ${lot.split(':')[1]}`).join(', ') ?? '';
  return `${taken} ${asset}${parts && ` (${parts})`}, ${uncollectable} uncollectable`;
}
