import { commandId } from '@tallystick/decider';
import { isFull, type NoteOverdue, type NoticeExpiry, type PassTime, type Threshold } from '@tallystick/ledger-domain';
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

type Passing = Pick<PassTime | NoteOverdue, 'kind'> | Pick<NoticeExpiry, 'kind' | 'thresholds'>;

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

  /** As `book`, on one account that is known to have something due. */
  bookOn(ended: TimeEnded, account: string): Promise<number> {
    const only = [{ account, due: new Date(ended.at) }];
    return this.each(ended, (after) => Promise.resolve(after ? [] : only), { kind: 'pass-time' });
  }

  /** Says on accounts that something ends soon, each threshold of a date once (capabilities L6). */
  notice(ended: TimeEnded, due: DuePages, thresholds: readonly Threshold[]): Promise<number> {
    return this.each(ended, due, { kind: 'notice-expiry', thresholds });
  }

  /** Says on accounts which debts were not repaid when they were due, once a debt (capabilities L22, CD2). */
  noteOverdue(ended: TimeEnded, due: DuePages): Promise<number> {
    return this.each(ended, due, { kind: 'note-overdue' });
  }

  private async each(ended: TimeEnded, due: DuePages, what: Passing): Promise<number> {
    let booked = 0;
    const faults: Error[] = [];
    for (let after: DueAccount | undefined; ;) {
      const page = await due(after, this.pageSize);
      booked += await this.pass(
        ended,
        page.map(({ account }) => account),
        what,
        faults,
      );
      if (page.length < this.pageSize) break;
      after = page.at(-1);
    }
    // One account that cannot be booked keeps no other from it; the message comes again for the sake of that one.
    const [fault] = faults;
    if (fault) throw fault;
    return booked;
  }

  private async pass(ended: TimeEnded, due: readonly string[], what: Passing, faults: Error[]): Promise<number> {
    const { tenant, at, correlationId, causationId } = ended;
    const items = [...new Set(due)].map((account) => {
      const id = `${account}@${formatInstant(at)}`;
      return {
        stream: accountStream(tenant, account),
        command: { ...what, tenant, account, at },
        metadata: {
          actor: 'svc:ledger',
          commandId: commandId(tenant, 'clock', what.kind, id),
          correlationId,
          causationId,
        },
        // A late fact may leave more to book by the same instant.
        idAt: (revision: number) => commandId(tenant, 'clock', what.kind, `${id}#${revision}`),
      };
    });
    const { results } = await this.accounts.executeMany(items);
    const more: string[] = [];
    results.forEach((result, index) => {
      if (result.kind === 'failed') faults.push(result.error);
      if (result.kind === 'rejected') faults.push(new Error(`time was refused: ${result.rejection.rejected}`));
      if (result.kind === 'appended' && isFull(result.events)) more.push(items[index]!.command.account);
    });
    const booked = results.filter(({ kind }) => kind === 'appended').length;
    return more.length > 0 ? booked + (await this.pass(ended, more, what, faults)) : booked;
  }
}
