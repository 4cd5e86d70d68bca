import type { DomainEvent } from '@tallystick/decider';
import type { Decided } from './decision.events';

/** How much of each asset a member of a pool may hold and redeem within a day, or a month, of the program's zone. */
export interface PoolLimits {
  /** Absent: no limit. */
  readonly perDay?: string;
  readonly perMonth?: string;
}

/** A member of a pool and what he may spend. */
export interface PoolMember extends PoolLimits {
  readonly member: string;
}

/** An account of its own that several members fill and spend of (capabilities M5). */
export type PoolOpened = DomainEvent<
  'PoolOpened',
  Decided & { readonly owner: string; readonly members: readonly PoolMember[] }
>;

/** Somebody belongs to the pool, or may spend more or less than before. */
export type PoolMemberSet = DomainEvent<'PoolMemberSet', Decided & PoolMember>;

/** Somebody has left the pool; what was left of his own lots has been sent back to him before. */
export type PoolMemberLeft = DomainEvent<
  'PoolMemberLeft',
  Decided & { readonly leave: string; readonly member: string }
>;

export type PoolEvent = PoolOpened | PoolMemberSet | PoolMemberLeft;
