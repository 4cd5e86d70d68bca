import type { AccountEvent } from '../account.events';
import { evolveAccount } from '../account.evolve';
import type { AccountState } from '../account.state';
import { forkAccount } from '../fork';

/** Events of one command that follow from each other: each step sees the account as the steps before it leave it. */
export class Draft {
  readonly events: AccountEvent[] = [];
  private copy?: AccountState;
  private folded = 0;

  constructor(private readonly given: AccountState) {}

  /** The account after the events so far; the given one stays as it is. */
  get state(): AccountState {
    if (this.events.length === 0) return this.given;
    let copy = this.copy ?? forkAccount(this.given);
    while (this.folded < this.events.length) copy = evolveAccount(copy, this.events[this.folded++]!);
    this.copy = copy;
    return copy;
  }

  /** True where something was taken back, so that lots with more left may be due to it. */
  get hasReversals(): boolean {
    return this.given.lastReversal !== undefined;
  }

  /** True where something is owed, so that what is earned may be due to it. */
  get hasDebts(): boolean {
    return this.given.debts !== undefined;
  }

  add(events: readonly AccountEvent[]): void {
    for (const event of events) this.events.push(event);
  }
}
