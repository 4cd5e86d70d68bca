/** A version of a unit or store; texts of time as `formatInstant` writes them. */
export interface NodeVersion {
  readonly tenant: string;
  readonly node: string;
  readonly kind: string;
  readonly validFrom: string;
  readonly unit?: string;
  readonly format?: string;
  readonly open: boolean;
}

/** Where a store stands at an instant. */
export interface Place {
  readonly unit: string;
  /** The store's own format of business, or its unit's. */
  readonly format?: string;
  readonly open: boolean;
}

/** Units and stores as of any instant. */
export class Places {
  private readonly versions = new Map<string, NodeVersion[]>();

  /** `versions` in order of `validFrom`. */
  constructor(versions: readonly NodeVersion[]) {
    for (const version of versions) {
      const key = keyOf(version.tenant, version.node);
      const known = this.versions.get(key);
      if (known) known.push(version);
      else this.versions.set(key, [version]);
    }
  }

  /** `undefined` for a store that is not known at that time, or lies in no unit. */
  storeAt(tenant: string, store: string, at: string): Place | undefined {
    const version = this.versionAt(tenant, store, at);
    if (version?.kind !== 'store' || version.unit === undefined) return undefined;
    const format = version.format ?? this.versionAt(tenant, version.unit, at)?.format;
    return { unit: version.unit, format, open: version.open };
  }

  private versionAt(tenant: string, node: string, at: string): NodeVersion | undefined {
    const versions = this.versions.get(keyOf(tenant, node)) ?? [];
    for (let i = versions.length - 1; i >= 0; i--) if (versions[i]!.validFrom <= at) return versions[i];
    return undefined;
  }
}

function keyOf(tenant: string, node: string): string {
  return `${tenant} ${node}`;
}
