import type { AccountEvent, HoldPlaced } from '@tallystick/ledger-domain';
import type { RecordedEvent } from '@tallystick/decider';

/** What a page adds to one balance; what is owed is counted up, though its book goes down. */
export interface BalanceChange {
  readonly account: string;
  readonly asset: string;
  readonly tenant: string;
  readonly program: string;
  readonly holder: string;
  available: bigint;
  pending: bigint;
  held: bigint;
  uncollectable: bigint;
  deficit: bigint;
  revision: number;
  position: string;
}

/** What a lot is by its grant. */
export interface LotTerms {
  readonly issuer: string;
  readonly store: string;
  readonly unitCost: string;
  readonly priority: number;
  readonly effectiveAt: number;
  readonly activatesAt: number | null;
  readonly expiresAt: number | null;
  readonly revision: number;
}

/** The parts of a lot, and what a page adds to each (capabilities L3); granted is their sum. */
export const LOT_PARTS = ['pending', 'available', 'held', 'spent', 'expired', 'reversed', 'moved'] as const;
export type LotPart = (typeof LOT_PARTS)[number];

/** What a page adds to one lot; `terms` where it grants or amends it. */
export interface LotChange extends Record<LotPart, bigint> {
  readonly account: string;
  readonly lot: string;
  readonly asset: string;
  /** True where the lot begins in this page. */
  readonly begins: boolean;
  terms?: LotTerms;
  /** Where its date was moved. */
  extendedTo?: number;
  granted: bigint;
}

/** What a page makes of a hold; `captured` and `cancelled` are what it adds. */
export interface HoldChange {
  readonly account: string;
  readonly tenant: string;
  readonly hold: string;
  readonly placed?: Pick<HoldPlaced['data'], 'asset' | 'amount' | 'unit' | 'store' | 'effectiveAt' | 'until'>;
  state: 'open' | 'captured' | 'released' | 'lapsed';
  captured: bigint;
  cancelled: bigint;
  revision: number;
}

/** An event of an account, read once. */
export interface JournalEntry {
  readonly account: string;
  readonly tenant: string;
  readonly recorded: RecordedEvent;
  readonly event: AccountEvent;
}
