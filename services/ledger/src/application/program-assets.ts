import {
  type AssetKind,
  type AssetScope,
  type AssetTerms,
  type AssetVersion,
  type BalanceCap,
  BUILT_IN_ASSETS,
  CAP_WINDOWS,
  type Clawback,
  type EarnCaps,
  type EarnWindow,
  type GrantedAmount,
  lastDateOf,
  type SpendCap,
  termsOf,
  versionAt,
} from '@tallystick/ledger-domain';
import { addDays, type CalendarDate, dayNumber, formatDate, type Instant } from '@tallystick/vocabulary';
import { ZonedDays } from './zoned-days';

/** When a granted lot becomes available, when its turn comes and when it is over, and where it may be earned. */
export type Life = Pick<GrantedAmount, 'expiresAt' | 'activatesAt' | 'activatesOn' | 'priority' | 'scope'>;

const AT_ONCE_FOR_EVER: Life = {};
const DEFAULT_TERMS = termsOf();

/** Every declaration of an asset, oldest first, and what is worked out of it. */
interface Versions {
  readonly declared: readonly AssetVersion[];
  readonly workedOut: readonly Version[];
}

interface Version {
  readonly terms: AssetTerms;
  /** What holds whatever the day: all of it, where lots neither wait nor end. */
  readonly always: Life;
  readonly endures: boolean;
  /** By the day on which a lot was earned. */
  readonly lives: Map<number, Life>;
  /** By the day on which something was earned, where there are caps on it. */
  readonly caps: Map<number, EarnCaps>;
}

/**
 * What one program counts, as declared, and by which zone its days end. What it answers is a function of what was declared
 * and of when something happened, so the same purchase gets the same terms whenever it comes (capabilities L6, L13).
 */
export class ProgramAssets {
  private readonly versions: ReadonlyMap<string, Versions>;
  /** True where a cap on what is earned or had is, or was, in force for some asset. */
  readonly capsAccruals: boolean;
  private readonly days: ZonedDays | undefined;

  constructor(all: ReadonlyMap<string, readonly AssetVersion[]>, zone?: string) {
    this.days = zone === undefined ? undefined : new ZonedDays(zone);
    this.versions = new Map(
      [...all].map(([asset, declared]) => {
        return [asset, { declared, workedOut: declared.map(versionOf) }];
      }),
    );
    this.capsAccruals = [...all.values()].some((each) =>
      each.some(({ policy }) => policy?.caps?.earn !== undefined || policy?.caps?.balance !== undefined),
    );
  }

  /** True where some asset has more to say of a capture than points do: else a capture asks nothing of its asset. */
  get areRestricted(): boolean {
    for (const { declared } of this.versions.values()) {
      if (declared.some(({ kind, scope }) => scope !== undefined || kind === 'credit' || kind === 'stored'))
        return true;
    }
    return false;
  }

  /** `undefined` where the program does not know the asset; the built-in ones are always known. */
  kindOf(asset: string): AssetKind | undefined {
    return BUILT_IN_ASSETS[asset] ?? this.versions.get(asset)?.declared[0]?.kind;
  }

  /** Minor units of money that a unit of the asset costs whoever grants it at an instant, a rational. */
  unitCostOf(asset: string, at: Instant): string {
    return versionAt(this.versions.get(asset)?.declared ?? [], at)?.unitCost ?? '0';
  }

  /** The terms of an asset for what happens at an instant. */
  termsOf(asset: string, at: Instant): AssetTerms {
    return this.version(asset, at)?.terms ?? DEFAULT_TERMS;
  }

  /** Where an asset may be earned and spent at an instant; absent: everywhere. */
  scopeOf(asset: string, at: Instant): AssetScope | undefined {
    return this.version(asset, at)?.always.scope;
  }

  /** When what is owed from an instant on is overdue: so many days later, that day included; `undefined` without a zone. */
  dueAt(at: Instant, days: number): Instant | undefined {
    return this.days?.startOf(addDays(this.days.dateOf(at), days + 1));
  }

  /** Which declaration of an asset is in force at an instant: from when it counts. */
  versionOf(asset: string, at: Instant): string {
    return versionAt(this.versions.get(asset)?.declared ?? [], at)?.validFrom ?? 'default';
  }

  /** What a reversal may take of lots that were earned at an instant; absent: the default. */
  clawbackOf(asset: string, at: Instant): Clawback | undefined {
    return this.version(asset, at)?.terms.clawback;
  }

  /** When the day and the month of an instant began; `undefined` where the zone is not known yet. */
  beginningsOf(at: Instant): { readonly day: Instant; readonly month: Instant } | undefined {
    if (!this.days) return undefined;
    const date = this.days.dateOf(at);
    return { day: this.days.startOf(date), month: this.days.startOf({ ...date, day: 1 }) };
  }

  /** The life of a lot that is earned at an instant; `undefined` where it ends by days and the zone is not known yet. */
  lifeOf(asset: string, at: Instant): Life | undefined {
    const version = this.version(asset, at);
    if (!version) return AT_ONCE_FOR_EVER;
    if (version.endures) return version.always;
    if (!this.days) return undefined;
    const date = this.days.dateOf(at);
    const key = dayNumber(date);
    let life = version.lives.get(key);
    if (!life) {
      life = { ...version.always, ...lifeFrom(date, version.terms, this.days) };
      version.lives.set(key, life);
    }
    return life;
  }

  /** The caps on what is earned of an asset at an instant; `unknown-program` where they need a zone that is not known yet. */
  earnCapsOf(asset: string, at: Instant): EarnCaps | 'unknown-program' | undefined {
    const version = this.version(asset, at);
    const { earn, onExceed = 'cut' } = version?.terms.caps ?? {};
    if (!version || !earn) return undefined;
    if (!this.days) return 'unknown-program';
    const date = this.days.dateOf(at);
    const day = dayNumber(date);
    let caps = version.caps.get(day);
    if (!caps) {
      const windows = CAP_WINDOWS.flatMap((window): EarnWindow[] => {
        const limit = earn[window];
        const begins = beginOf(window, date);
        return limit === undefined ? [] : [{ window, key: begins ? formatDate(begins) : '', limit: BigInt(limit) }];
      });
      caps = { onExceed, windows };
      version.caps.set(day, caps);
    }
    return caps;
  }

  /** What an account may have of an asset at most, as it is in force at an instant. */
  balanceCapOf(asset: string, at: Instant): BalanceCap | undefined {
    const { balance, onExceed = 'cut' } = this.version(asset, at)?.terms.caps ?? {};
    return balance === undefined ? undefined : { asset, most: BigInt(balance), onExceed };
  }

  /** The caps on what is spent of an asset at an instant; `unknown-program` as above. */
  spendCapsOf(asset: string, at: Instant): readonly SpendCap[] | 'unknown-program' | undefined {
    const spend = this.version(asset, at)?.terms.caps?.spend;
    if (!spend) return undefined;
    if (!this.days) return 'unknown-program';
    const { days } = this;
    const date = days.dateOf(at);
    return CAP_WINDOWS.flatMap((window): SpendCap[] => {
      const limit = spend[window];
      const begins = beginOf(window, date);
      if (limit === undefined) return [];
      return [{ window, limit: BigInt(limit), ...(begins && { from: days.startOf(begins) }) }];
    });
  }

  /** The program's date of an instant, `YYYY-MM-DD`; `undefined` while its zone is not known. */
  dateOf(at: Instant): string | undefined {
    return this.days && formatDate(this.days.dateOf(at));
  }

  /** When the program's day has ended that lies so many days behind that of an instant; `undefined` as for dates. */
  endOfDay(at: Instant, days: number): Instant | undefined {
    return this.days?.startOf(addDays(this.days.dateOf(at), days + 1));
  }

  private version(asset: string, at: Instant): Version | undefined {
    const versions = this.versions.get(asset);
    if (!versions) return undefined;
    const { declared, workedOut } = versions;
    const inForce = declared.length === 1 ? declared[0] : versionAt(declared, at);
    return workedOut[declared.indexOf(inForce!)];
  }
}

function versionOf({ policy, kind, scope }: AssetVersion): Version {
  const terms = termsOf(policy, kind);
  const place = placeOf(terms);
  const always = scope ? { ...place, scope } : place;
  return { terms, always, endures: !terms.expiry && !terms.maturity, lives: new Map(), caps: new Map() };
}

/** The usual place among lots is not said: every event pays for its bytes. */
function placeOf({ priority }: AssetTerms): Life {
  return priority === 0 ? AT_ONCE_FOR_EVER : { priority };
}

function lifeFrom(date: ReturnType<ZonedDays['dateOf']>, terms: AssetTerms, days: ZonedDays): Life {
  const { expiry, expiryFrom, maturity } = terms;
  const active = maturity?.days === undefined ? undefined : addDays(date, Number(maturity.days));
  const begins = expiryFrom === 'activation' && active ? active : date;
  return {
    ...placeOf(terms),
    ...(active && { activatesAt: days.startOf(active) }),
    ...(maturity?.on !== undefined && { activatesOn: maturity.on }),
    ...(expiry && { expiresAt: days.startOf(addDays(lastDateOf(expiry, begins), 1)) }),
  };
}

/** The date on which the window begins that a date lies in; absent for a transaction and for life. */
function beginOf(window: EarnWindow['window'], date: CalendarDate): CalendarDate | undefined {
  switch (window) {
    case 'day':
      return date;
    case 'week':
      // 1 January 1970 was a Thursday.
      return addDays(date, -((((dayNumber(date) + 3) % 7) + 7) % 7));
    case 'month':
      return { ...date, day: 1 };
    default:
      return undefined;
  }
}
