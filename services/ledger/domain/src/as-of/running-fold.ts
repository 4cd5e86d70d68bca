import type { Instant } from '@tallystick/vocabulary';
import type { AccountEvent } from '../account/account.events';
import { evolveAccount } from '../account/account.evolve';
import { type AccountState, emptyAccount } from '../account/account.state';
import { countedIn, passTimeTo } from './as-of';
import { Placing } from './placing';

/** One account as of an instant, folded event by event without keeping them: for those who replay a whole log. */
export class RunningFold {
  private readonly placing = new Placing();
  private readonly state = emptyAccount();

  /** `at`: what has taken effect by then counts; absent: everything does, as it was booked. */
  constructor(private readonly at?: Instant) {}

  /** Takes the next event of the account. */
  take(event: AccountEvent): void {
    const from = this.placing.place(event);
    if (this.at === undefined) {
      evolveAccount(this.state, event);
      return;
    }
    if (from !== undefined && from > this.at) return;
    const counted = countedIn(this.state, event);
    if (counted) evolveAccount(this.state, counted);
  }

  /** The account after the last event, and after what time has done by the instant. Nothing is taken afterwards. */
  end(): AccountState {
    if (this.at !== undefined) passTimeTo(this.at, this.state);
    return this.state;
  }
}
