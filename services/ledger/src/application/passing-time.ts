import { commandId } from '@tallystick/decider';
import type { NoticeExpiry, PassTime } from '@tallystick/ledger-domain';
import { formatInstant, type Instant } from '@tallystick/vocabulary';
import type { DueAccount, DuePages } from '../projections/account-book/due-accounts';
import { type AccountCommands, accountStream } from './account-commands';

/** The end of a day or a minute, as a message told it. */
export interface TimeEnded {
  readonly tenant: string;
  readonly at: Instant;
  readonly correlationId: string;
  readonly causationId: string;
}

type Passing = Pick<PassTime, 'kind'> | Pick<NoticeExpiry, 'kind' | 'days'>;

/**
 * Books on accounts what time has done by an instant. Which accounts that are is read from the read model, a page at a
 * time; what is booked is decided on each account's own stream. So a page that is read twice books nothing twice, and
 * what the read model has not shown yet is found by the next minute, or the next day: until then it is not spendable
 * either, since a decision books what is due before it (capabilities L5, L6).
 */
export class PassingTime {
  constructor(
    private readonly accounts: AccountCommands,
    private readonly pageSize = 500,
  ) {}

  /** Answers on how many accounts something was booked; throws where a store is away, so that the message comes again. */
  book(ended: TimeEnded, due: DuePages): Promise<number> {
    return this.each(ended, due, { kind: 'pass-time' });
  }

  /** Says on accounts that something ends soon, each threshold of a date once (capabilities L6). */
  notice(ended: TimeEnded, due: DuePages, days: readonly number[]): Promise<number> {
    return this.each(ended, due, { kind: 'notice-expiry', days });
  }

  private async each(ended: TimeEnded, due: DuePages, what: Passing): Promise<number> {
    let booked = 0;
    for (let after: DueAccount | undefined; ;) {
      const page = await due(after, this.pageSize);
      booked += await this.pass(
        ended,
        page.map(({ account }) => account),
        what,
      );
      if (page.length < this.pageSize) return booked;
      after = page.at(-1);
    }
  }

  private async pass(ended: TimeEnded, due: readonly string[], what: Passing): Promise<number> {
    const { tenant, at, correlationId, causationId } = ended;
    const items = [...new Set(due)].map((account) => ({
      stream: accountStream(tenant, account),
      command: { ...what, tenant, account, at },
      metadata: {
        actor: 'svc:ledger',
        commandId: commandId(tenant, 'clock', what.kind, `${account}@${formatInstant(at)}`),
        correlationId,
        causationId,
      },
    }));
    const { results } = await this.accounts.executeMany(items);
    let booked = 0;
    for (const result of results) {
      if (result.kind === 'failed') throw result.error;
      if (result.kind === 'rejected') throw new Error(`time was refused: ${result.rejection.rejected}`);
      if (result.kind === 'appended') booked += 1;
    }
    return booked;
  }
}
