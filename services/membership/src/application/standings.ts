import { type GrowthFact, reached, type TierPolicy, type Window } from '@tallystick/membership-domain';
import type { Instant } from '@tallystick/vocabulary';
import { LRUCache } from 'lru-cache';

/** Where a member stands in the window of the newest fact. */
interface Standing {
  window: Window;
  score: bigint;
  /** The member's present level: in a window that is not closed, the highest reached in it or carried into it. */
  level: number;
  last: Instant;
}

/** What a standing is judged by. */
export interface StandingTerms {
  readonly policy: TierPolicy;
  readonly windowOf: (at: Instant) => Window;
  /** Windows that ended by then are closed: a fact that comes late for one may change what followed. */
  readonly reviewedUntil: Instant;
}

/**
 * Tells in constant time that a fact changes no tier: it is the newest of its member, lies in the window of the one before
 * and either leaves the level that the window's score reaches as it was, or the window is not closed yet and the member
 * holds that level. Whatever it cannot tell is reviewed in full. Forgets everything when what it rests on (the
 * policy, the zone, the review date, the assignment of keys, what was taken out of order) changes.
 */
export class Standings {
  private readonly standings = new LRUCache<string, Standing>({ max: 200_000 });
  private restsOn = '';

  /** Must be called before a batch with all that the remembered standings rest on. */
  restOn(identity: string): void {
    if (identity === this.restsOn) return;
    this.standings.clear();
    this.restsOn = identity;
  }

  /** True where the facts (of one member, in order of arrival) surely change no tier; they are then counted in. */
  absorbs(member: string, facts: readonly GrowthFact[], { policy, windowOf, reviewedUntil }: StandingTerms): boolean {
    const standing = this.standings.get(member);
    if (!standing) return false;
    const { start, next } = standing.window;
    const isClosed = next !== undefined && next <= reviewedUntil;
    let { score, last } = standing;
    let scored = reached(policy, score);
    for (const { amount, effectiveAt, earnedAt } of facts) {
      const window = windowOf(effectiveAt);
      if (effectiveAt <= last || window.start !== start || earnedAt < window.start) return false;
      score += amount;
      last = effectiveAt;
      const level = reached(policy, score);
      if (level !== scored && (isClosed || level > standing.level)) return false;
      scored = level;
    }
    standing.score = score;
    standing.last = last;
    return true;
  }

  /** Remembers where a member stands after a full review of these facts. */
  remember(member: string, facts: readonly GrowthFact[], level: number, windowOf: (at: Instant) => Window): void {
    if (facts.length === 0) return;
    const last = facts.reduce((latest, { effectiveAt }) => (effectiveAt > latest ? effectiveAt : latest), 0 as Instant);
    const window = windowOf(last);
    let score = 0n;
    for (const fact of facts) {
      if (fact.earnedAt >= window.start && fact.effectiveAt >= window.start) score += fact.amount;
    }
    this.standings.set(member, { window, score, level, last });
  }

  forget(member: string): void {
    this.standings.delete(member);
  }
}
