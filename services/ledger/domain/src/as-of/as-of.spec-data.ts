import { type Instant, instant } from '@tallystick/vocabulary';
import type { AccountCommand } from '../account/account.commands';
import { accountDecider } from '../account/account.decider';
import { january } from '../account/account.examples';
import { AccountHistory } from './history';

export const on = (day: number): Instant => instant(january(day));

/** Each command is recorded a minute after the one before; what is refused is no part of the history. */
export function recorded(commands: readonly AccountCommand[], history = new AccountHistory()): AccountHistory {
  let state = accountDecider.initial();
  commands.forEach((command, index) => {
    const outcome = accountDecider.decide(command, state);
    if ('rejected' in outcome) return;
    for (const event of outcome) {
      const revision = history.events.length;
      const recordedAt = (on(1) + index * 60_000) as Instant;
      history.take({ revision, position: String(revision), recordedAt, hash: `hash-${revision}`, event });
      state = accountDecider.evolve(state, event);
    }
  });
  return history;
}
