import {
  type CommandResult,
  type EventMetadata,
  type EventStore,
  eventsOfCommand,
  Executor,
  type SnapshotStore,
  streamName,
} from '@tallystick/decider';
import {
  type AssetDeclaration,
  type AssetDeclared,
  assetsDecider,
  type AssetsRefusal,
  type AssetsState,
  type AssetVersion,
  type DeclareAssets,
} from '@tallystick/ledger-domain';
import type { Instant } from '@tallystick/vocabulary';
import { ProgramAssets } from './program-assets';

/** How long what was read of a program counts, in ms. */
const FRESH_FOR = 1_000;

export interface AssetDirectoryOptions {
  readonly store: EventStore;
  readonly snapshots: SnapshotStore;
  /** The server's clock: from when on a declaration counts. */
  readonly now: () => Instant;
  /** The zone of a program; `undefined` while it is not known. */
  readonly zoneOf: (tenant: string, program: string) => Promise<string | undefined>;
}

interface Known {
  readonly assets: ProgramAssets;
  /** Changes with what the assets are made of. */
  readonly madeOf: string;
  readonly readAt: number;
}

/** Which assets a program has, and on which terms: kept in memory and read again once a second at most. */
export class AssetDirectory {
  private readonly executor: Executor<AssetsState, DeclareAssets, AssetDeclared, AssetsRefusal>;
  private readonly known = new Map<string, Known>();

  constructor(private readonly options: AssetDirectoryOptions) {
    const { store, snapshots } = options;
    this.executor = new Executor({ decider: assetsDecider, store, snapshots, capacity: 1_000 });
  }

  /** Declares assets of a program, all or none. */
  async declare(
    tenant: string,
    program: string,
    assets: readonly AssetDeclaration[],
    metadata: EventMetadata,
  ): Promise<CommandResult<AssetDeclared, AssetsRefusal>> {
    const stream = streamName('assets', tenant, program);
    const command = { kind: 'declare-assets', assets, at: this.options.now() } as const;
    const result = await this.executor.execute({ stream, command, metadata });
    this.known.delete(keyOf(tenant, program));
    return result;
  }

  /** How many assets a command has declared, for its repetition. */
  async declaredBy(tenant: string, program: string, command: string): Promise<number> {
    return (await eventsOfCommand(this.options.store, streamName('assets', tenant, program), command)).length;
  }

  /** What is declared, by name of the asset. */
  async declared(tenant: string, program: string): Promise<readonly AssetVersion[]> {
    const { state } = await this.executor.load(streamName('assets', tenant, program));
    return [...state.assets.values()].map((versions) => versions.at(-1)!).sort((a, b) => (a.asset < b.asset ? -1 : 1));
  }

  /** The assets of a program as they were a second ago, or later. */
  async assetsOf(tenant: string, program: string): Promise<ProgramAssets> {
    const known = this.known.get(keyOf(tenant, program));
    if (known && performance.now() - known.readAt < FRESH_FOR) return known.assets;
    return this.read(tenant, program, known);
  }

  drain(): Promise<void> {
    return this.executor.drain();
  }

  private async read(tenant: string, program: string, known: Known | undefined): Promise<ProgramAssets> {
    const [{ state, revision }, zone] = await Promise.all([
      this.executor.load(streamName('assets', tenant, program)),
      this.options.zoneOf(tenant, program),
    ]);
    const madeOf = `${revision} ${zone}`;
    // What is the same keeps the dates that it has worked out.
    const assets = known?.madeOf === madeOf ? known.assets : new ProgramAssets(state.assets, zone);
    this.known.set(keyOf(tenant, program), { assets, madeOf, readAt: performance.now() });
    return assets;
  }
}

function keyOf(tenant: string, program: string): string {
  return `${tenant}/${program}`;
}
