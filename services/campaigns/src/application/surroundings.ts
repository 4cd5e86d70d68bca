import { type HeardTiers, type LookUps, type Reference } from './look-ups';
import type { RuleBook, TierUsed } from '@tallystick/campaigns-domain';
import { tierAt } from '@tallystick/campaigns-domain';
import { accountId } from '@tallystick/decider';
import { instant } from '@tallystick/vocabulary';
import type { Arrival, Taken } from './arrival';
import type { RuleSets } from './rule-sets';

/** What a message must have to be looked up. */
interface Located {
  readonly occurredAt: string;
  readonly store: string;
  readonly member?: { readonly id?: string; readonly cardToken?: string };
}

/** Everything about a message that is not in it, as of its `occurredAt`. */
export interface Surroundings {
  readonly unit: string;
  readonly format?: string;
  readonly member?: string;
  readonly account?: string;
  readonly tier?: TierUsed;
  readonly heard?: number;
  readonly rules: RuleBook;
}

export interface SurroundingsOptions {
  /** A closed store takes no purchases, but it takes goods back. */
  readonly needsOpenStore: boolean;
}

const MILLIS_PER_DAY = 86_400_000;

/** Looks batches of messages up, each batch in one small read where nothing has changed. */
export class SurroundingsReader {
  private tiersMatter = true;

  constructor(
    private readonly reference: Reference,
    private readonly ruleSets: RuleSets,
  ) {}

  /** One answer per message: its surroundings, or why it cannot be taken (yet). `contents` have their times in UTC. */
  async of(
    arrivals: readonly Arrival<unknown>[],
    contents: readonly Located[],
    options: SurroundingsOptions,
  ): Promise<readonly (Surroundings | Taken)[]> {
    const buyers = arrivals.flatMap(({ tenant, program }, index) => {
      const member = contents[index]!.member;
      return member ? [{ tenant, program, ...member }] : [];
    });
    // Batches overlap: what another one finds out meanwhile says nothing of what was looked up for this one.
    const withTiers = this.tiersMatter;
    let lookUps = await this.reference.lookUp(buyers, withTiers);
    const books = await this.books(arrivals, lookUps.version);
    const tiersMatter = [...books.values()].some((book) => book.dependsOnTier);
    if (tiersMatter && !withTiers) lookUps = await this.reference.lookUp(buyers, true);
    this.tiersMatter = tiersMatter;
    return arrivals.map((arrival, index) =>
      surround(arrival, contents[index]!, lookUps, books.get(`${arrival.tenant} ${arrival.program}`)!, options),
    );
  }

  private async books(arrivals: readonly Arrival<unknown>[], version: string): Promise<ReadonlyMap<string, RuleBook>> {
    const books = new Map<string, RuleBook>();
    for (const { tenant, program } of arrivals) {
      const key = `${tenant} ${program}`;
      if (!books.has(key)) books.set(key, await this.ruleSets.book(tenant, program, version));
    }
    return books;
  }
}

export function isTaken(value: Surroundings | Taken): value is Taken {
  return 'kind' in value;
}

function surround(
  { tenant, program, unit, receivedAt }: Arrival<unknown>,
  { occurredAt, store, member: reference }: Located,
  lookUps: LookUps,
  rules: RuleBook,
  { needsOpenStore }: SurroundingsOptions,
): Surroundings | Taken {
  const { acceptFromDays, referenceWaitMs } = lookUps.termsOf(tenant, program);
  if (acceptFromDays !== undefined && instant(occurredAt) < receivedAt - acceptFromDays * MILLIS_PER_DAY) {
    return { kind: 'refused', code: 'too-old', pointer: '/occurredAt' };
  }
  const place = lookUps.storeAt(tenant, store, occurredAt);
  if (!place) return { kind: 'waiting', code: 'unknown-store', giveUpAfterMs: referenceWaitMs };
  if (unit !== undefined && unit !== place.unit) return { kind: 'refused', code: 'scope-mismatch', pointer: '/store' };
  if (needsOpenStore && !place.open) return { kind: 'refused', code: 'store-closed', pointer: '/store' };
  const where = { unit: place.unit, ...(place.format === undefined ? {} : { format: place.format }), rules };
  if (!reference) return where;
  const member = lookUps.memberOf({ tenant, program, ...reference });
  if (member === undefined) return { kind: 'waiting', code: 'unknown-card', giveUpAfterMs: referenceWaitMs };
  const account = accountId(tenant, program, member);
  return { ...where, member, account, ...tierOf(lookUps.tiersOf(account), occurredAt) };
}

function tierOf(heard: HeardTiers | undefined, occurredAt: string): Pick<Surroundings, 'tier' | 'heard'> {
  if (!heard) return {};
  const tier = tierAt(heard.history, occurredAt);
  return { heard: heard.revision, ...(tier ? { tier } : {}) };
}
