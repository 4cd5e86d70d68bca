import type { TierUsed } from '@tallystick/campaigns-domain';
import type { Place } from './places';

/** Who bought, as a message names it, and in whose program. */
export interface Buyer {
  readonly tenant: string;
  readonly program: string;
  readonly id?: string;
  readonly cardToken?: string;
}

/** What a program says about purchases. */
export interface ProgramTerms {
  /** Absent: no limit. */
  readonly acceptFromDays?: number;
  readonly referenceWaitMs: number;
}

/** A member's tier history and the revision of the member's stream that told it. */
export interface HeardTiers {
  readonly revision: number;
  readonly history: readonly TierUsed[];
}

/** What was known when a batch was looked up; every answer is of one moment. */
export interface LookUps {
  /** Differs where stores, programs or rule sets have changed. */
  readonly version: string;
  storeAt(tenant: string, store: string, at: string): Place | undefined;
  termsOf(tenant: string, program: string): ProgramTerms;
  /** The member; `undefined` for a card that is not known. */
  memberOf(buyer: Buyer): string | undefined;
  /** `undefined` where no history was heard, or tiers were not asked for. */
  tiersOf(account: string): HeardTiers | undefined;
}

/** Port of the rows that other services' contracts left here. */
export interface Reference {
  lookUp(buyers: readonly Buyer[], withTiers: boolean): Promise<LookUps>;
  /** The present tier histories of accounts; those without one are absent. */
  tiersOf(accounts: readonly string[]): Promise<ReadonlyMap<string, HeardTiers>>;
  /** Makes every process read stores, programs and rule sets again. */
  raiseVersion(): Promise<void>;
}
