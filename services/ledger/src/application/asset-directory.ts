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
  type AssetKind,
  assetsDecider,
  type AssetsRefusal,
  type AssetsState,
  BUILT_IN_ASSETS,
  type DeclareAssets,
} from '@tallystick/ledger-domain';

/** How long an asset that was not found is not looked for again, in ms. */
const FORGET_AFTER = 1_000;

/** Which assets a program has. A kind never changes, so what is known is kept. */
export class AssetDirectory {
  private readonly executor: Executor<AssetsState, DeclareAssets, AssetDeclared, AssetsRefusal>;
  private readonly known = new Map<
    string,
    { readonly kinds: ReadonlyMap<string, AssetKind>; readonly readAt: number }
  >();

  constructor(
    private readonly store: EventStore,
    snapshots: SnapshotStore,
  ) {
    this.executor = new Executor({ decider: assetsDecider, store, snapshots, capacity: 1_000 });
  }

  /** Declares assets of a program, all or none. */
  declare(
    tenant: string,
    program: string,
    assets: readonly AssetDeclaration[],
    metadata: EventMetadata,
  ): Promise<CommandResult<AssetDeclared, AssetsRefusal>> {
    const stream = streamName('assets', tenant, program);
    return this.executor.execute({ stream, command: { kind: 'declare-assets', assets }, metadata });
  }

  /** How many assets a command has declared, for its repetition. */
  async declaredBy(tenant: string, program: string, command: string): Promise<number> {
    return (await eventsOfCommand(this.store, streamName('assets', tenant, program), command)).length;
  }

  /** What is declared, by name of the asset. */
  async declared(tenant: string, program: string): Promise<readonly AssetDeclaration[]> {
    const { state } = await this.executor.load(streamName('assets', tenant, program));
    return [...state.assets.values()].sort((a, b) => (a.asset < b.asset ? -1 : 1));
  }

  /** The kind of an asset as far as memory knows; the built-in ones are always known. */
  kindOf(tenant: string, program: string, asset: string): AssetKind | undefined {
    return BUILT_IN_ASSETS[asset] ?? this.known.get(keyOf(tenant, program))?.kinds.get(asset);
  }

  /** Reads a program's assets again, unless that was done a moment ago. */
  async refresh(tenant: string, program: string): Promise<void> {
    const key = keyOf(tenant, program);
    const last = this.known.get(key);
    if (last && performance.now() - last.readAt < FORGET_AFTER) return;
    const assets = await this.declared(tenant, program);
    this.known.set(key, { kinds: new Map(assets.map(({ asset, kind }) => [asset, kind])), readAt: performance.now() });
  }

  drain(): Promise<void> {
    return this.executor.drain();
  }
}

function keyOf(tenant: string, program: string): string {
  return `${tenant}/${program}`;
}
