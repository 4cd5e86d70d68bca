import {
  type AssetKind,
  type AssetTerms,
  type AssetVersion,
  BUILT_IN_ASSETS,
  type Clawback,
  type GrantedAmount,
  lastDateOf,
  termsOf,
  versionAt,
} from '@tallystick/ledger-domain';
import { addDays, dayNumber, type Instant } from '@tallystick/vocabulary';
import { ZonedDays } from './zoned-days';

/** When a granted lot becomes available and when it is over. */
export type Life = Pick<GrantedAmount, 'expiresAt' | 'activatesAt' | 'activatesOn'>;

const AT_ONCE_FOR_EVER: Life = {};
const DEFAULT_TERMS = termsOf();

/** Every declaration of an asset, oldest first, and what is worked out of it. */
interface Versions {
  readonly declared: readonly AssetVersion[];
  readonly workedOut: readonly Version[];
}

interface Version {
  readonly terms: AssetTerms;
  /** By the day on which a lot was earned. */
  readonly lives: Map<number, Life>;
}

/**
 * What one program counts, as declared, and by which zone its days end. What it answers is a function of what was declared
 * and of when something happened, so the same purchase gets the same terms whenever it comes (capabilities L6, L13).
 */
export class ProgramAssets {
  private readonly versions: ReadonlyMap<string, Versions>;
  private readonly days: ZonedDays | undefined;

  constructor(all: ReadonlyMap<string, readonly AssetVersion[]>, zone?: string) {
    this.days = zone === undefined ? undefined : new ZonedDays(zone);
    this.versions = new Map(
      [...all].map(([asset, declared]) => {
        const workedOut = declared.map(({ policy }) => ({ terms: termsOf(policy), lives: new Map<number, Life>() }));
        return [asset, { declared, workedOut }];
      }),
    );
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
    if (!version || (!version.terms.expiry && !version.terms.maturity)) return AT_ONCE_FOR_EVER;
    if (!this.days) return undefined;
    const date = this.days.dateOf(at);
    const key = dayNumber(date);
    let life = version.lives.get(key);
    if (!life) {
      life = lifeFrom(date, version.terms, this.days);
      version.lives.set(key, life);
    }
    return life;
  }

  private version(asset: string, at: Instant): Version | undefined {
    const versions = this.versions.get(asset);
    if (!versions) return undefined;
    const { declared, workedOut } = versions;
    const inForce = declared.length === 1 ? declared[0] : versionAt(declared, at);
    return workedOut[declared.indexOf(inForce!)];
  }
}

function lifeFrom(date: ReturnType<ZonedDays['dateOf']>, terms: AssetTerms, days: ZonedDays): Life {
  const { expiry, expiryFrom, maturity } = terms;
  const active = maturity?.days === undefined ? undefined : addDays(date, Number(maturity.days));
  const begins = expiryFrom === 'activation' && active ? active : date;
  return {
    ...(active && { activatesAt: days.startOf(active) }),
    ...(maturity?.on !== undefined && { activatesOn: maturity.on }),
    ...(expiry && { expiresAt: days.startOf(addDays(lastDateOf(expiry, begins), 1)) }),
  };
}
