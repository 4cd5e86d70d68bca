import type { DomainEvent } from '@tallystick/decider';

/** A person belongs to the program. Nothing personal stands here: that is in the vault, under the member's key. */
export type MemberEnrolled = DomainEvent<
  'MemberEnrolled',
  { readonly program: string; readonly enrolledAt: string; readonly unit: string; readonly store: string }
>;

/** A random token names the member at tills; the number printed on a card never leaves the vault. */
export type CardIssued = DomainEvent<'CardIssued', { readonly cardToken: string; readonly issuedAt: string }>;

export interface TierPeriod {
  readonly tier: string;
  readonly validFrom: string;
}

export type TierCause = 'upgrade' | 'review' | 'correction';

/** The tier history is as told; `tier` and `validFrom` name the newest of its steps that differs from before (G3). */
export type TierChanged = DomainEvent<
  'TierChanged',
  {
    readonly program: string;
    readonly tier: string;
    readonly validFrom: string;
    readonly from: string;
    readonly cause: TierCause;
    /** Revision of the tier policy that it follows. */
    readonly policyVersion: string;
    readonly history: readonly TierPeriod[];
  }
>;

export type MemberEvent = MemberEnrolled | CardIssued | TierChanged;
