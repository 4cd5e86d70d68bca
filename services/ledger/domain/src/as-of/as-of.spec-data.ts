import { type Instant, instant } from '@tallystick/vocabulary';
import type { AccountCommand } from '../account/account.commands';
import { accountDecider } from '../account/account.decider';
import type { AccountEvent } from '../account/account.events';
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
      next(history, event, (on(1) + index * 60_000) as Instant);
      state = accountDecider.evolve(state, event);
    }
  });
  return history;
}

/** Records the next event of an account. */
export function next(history: AccountHistory, event: AccountEvent, recordedAt = on(1)): void {
  const revision = history.length;
  history.take({ revision, position: String(revision), recordedAt, hash: `hash-${revision}`, event });
}

/**
 * Commands as one account gets them: the earlier decision first, and each purchase and return always of the same day, which
 * no later picture of it changes, and no grant in effect before its purchase.
 */
export function asTheyCome(commands: readonly AccountCommand[]): AccountCommand[] {
  const at = (one: AccountCommand): number => ('at' in one ? one.at : one.effectiveAt);
  return commands.map(ofItsDay).sort((a, b) => at(a) - at(b));
}

function ofItsDay(command: AccountCommand): AccountCommand {
  if (command.kind === 'reverse-unlinked') return { ...command, effectiveAt: dayOf(command.return.id) };
  if (command.kind !== 'apply-evaluation') return command;
  const effectiveAt = dayOf(command.purchase.id);
  const returns = command.returns.map((one) => ({ ...one, effectiveAt: dayOf(`${one.return.id}later`) }));
  const grants = command.grants.map(({ activatesAt, ...grant }) => {
    return {
      ...grant,
      ...(activatesAt !== undefined && { activatesAt: Math.max(activatesAt, effectiveAt) as Instant }),
    };
  });
  return { ...command, effectiveAt, returns, grants };
}

function dayOf(name: string): Instant {
  return on(1 + ([...name].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 20));
}
