import type { LateSettlementDecided, LeaseSettledLate } from '@tallystick/ledger-domain';
import { type CarryingData, type GoneRow } from './carried-rows';
import type { JournalEntry } from './changes';

/** A late settlement that waits for a decision. */
export interface WaitingRow extends Pick<LeaseSettledLate['data'], 'asset' | 'amount' | 'unit' | 'store' | 'program'> {
  readonly account: string;
  readonly tenant: string;
  readonly lease: string;
  readonly till: string;
  readonly receivedAt: string;
}

export type DecidedRow = LateSettlementDecided['data'] & { readonly account: string };

/** What was settled late in a page, what was decided on it, and what left its account by a merge or came by one, in order. */
export class LateSums {
  readonly waiting: WaitingRow[] = [];
  readonly decided: DecidedRow[] = [];
  private readonly left = new Map<string, GoneRow>();

  /** Rows that left their accounts and did not come back in the page. */
  get gone(): readonly GoneRow[] {
    return [...this.left.values()];
  }

  add({ account, tenant }: JournalEntry, { type, data }: LeaseSettledLate | LateSettlementDecided): void {
    if (type === 'LateSettlementDecided') {
      this.decided.push({ account, ...data });
      return;
    }
    this.waiting.push({ account, tenant, ...data, lease: data.hold, receivedAt: data.effectiveAt });
  }

  leave({ account }: JournalEntry, { late = [] }: CarryingData): void {
    for (const { lease } of late) this.left.set(`${account} ${lease}`, { account, name: lease });
  }

  come({ account, tenant }: JournalEntry, { late = [], holds, program }: CarryingData): void {
    for (const { lease, effectiveAt: receivedAt, ...same } of late) {
      // What left in the same page is there still.
      if (this.left.delete(`${account} ${lease}`)) continue;
      const { asset, till } = holds.find(({ hold }) => hold === lease)!;
      this.waiting.push({ account, tenant, program, lease, asset, till: till!, receivedAt, ...same });
    }
  }
}
