import { campaignsPublications } from '@tallystick/campaigns/publications';
import type { Position } from '@tallystick/decider';
import { ledgerPublications } from '@tallystick/ledger/publications';
import type { AccountCommand } from '@tallystick/ledger-domain';
import type { GrowthFact } from '@tallystick/membership-domain';
import { membershipPublications } from '@tallystick/membership/publications';
import type { Publications } from '@tallystick/messaging';
import type { Instant } from '@tallystick/vocabulary';
import type { Calls } from '../memory/calls';
import { type FetchLimit, MemoryBus, MemorySource } from '../memory/memory-bus';
import { MemorySnapshots } from '../memory/memory-event-store';
import { MemoryLog, type MemoryLogOptions } from '../memory/memory-log';
import { MemoryKeeper, type MemoryKeeperOptions, MemoryProgress } from '../memory/memory-progress';
import { CampaignsRows } from './campaigns-rows';

export type ServiceName = 'campaigns' | 'ledger' | 'membership';

export const SERVICES: readonly ServiceName[] = ['campaigns', 'ledger', 'membership'];

/** A topic as one consumer's loop reads it. */
export interface SourceOptions {
  readonly topic: string;
  readonly bus: MemoryBus;
  readonly calls: Calls;
  readonly limit: FetchLimit;
  readonly consumer: ServiceName;
  readonly progress: MemoryProgress;
}

/** What a suite is built of; a planted bug brings a part of its own. */
export interface Parts {
  log(service: ServiceName, options: MemoryLogOptions): MemoryLog;
  bus(now: () => Instant): MemoryBus;
  progress(): MemoryProgress;
  keeper(options: MemoryKeeperOptions): MemoryKeeper;
  source(options: SourceOptions): MemorySource;
  /** What a service's death takes with it beside what the process remembered. */
  died(disk: ServiceDisk): void;
  readonly publications: Readonly<Record<ServiceName, Publications>>;
  /** Whether a relay notes how far it is before what it has read is published. */
  readonly savesBeforePublishing: boolean;
}

export const PARTS: Parts = {
  log: (_service, options) => new MemoryLog(options),
  bus: (now) => new MemoryBus(now),
  progress: () => new MemoryProgress(),
  keeper: (options) => new MemoryKeeper(options),
  source: ({ topic, bus, calls, limit }) => new MemorySource(topic, bus, calls, limit),
  died: () => undefined,
  publications: { campaigns: campaignsPublications, ledger: ledgerPublications, membership: membershipPublications },
  savesBeforePublishing: false,
};

/** What one service keeps where no crash reaches. */
export interface ServiceDisk {
  readonly log: MemoryLog;
  readonly snapshots: MemorySnapshots;
  readonly progress: MemoryProgress;
  /** How far its relay has published the log. */
  relayed: Position | undefined;
}

/** Everything that outlives the processes. */
export class Disk {
  readonly bus: MemoryBus;
  readonly services: Readonly<Record<ServiceName, ServiceDisk>>;
  readonly rows: CampaignsRows;
  /** Growth facts by `<account>/<revision>`, and whose they are. */
  readonly growth = new Map<string, GrowthFact & { readonly member: string }>();

  /** What the ledger's accounts were told, by the id of the command; the last counts. */
  readonly told = new Map<string, AccountCommand>();

  constructor(
    readonly parts: Parts,
    now: () => Instant,
    /** True where positions of consumers move together with their effects. */
    readonly movesWithEffects: boolean,
  ) {
    this.bus = parts.bus(now);
    const disk = (service: ServiceName): ServiceDisk => {
      const progress = parts.progress();
      const log = parts.log(service, { now, moveCheckpoints: (checkpoints) => progress.move(checkpoints) });
      return { log, snapshots: new MemorySnapshots(), progress, relayed: undefined };
    };
    this.services = { campaigns: disk('campaigns'), ledger: disk('ledger'), membership: disk('membership') };
    this.rows = new CampaignsRows((checkpoints) => this.services.campaigns.progress.move(checkpoints));
  }
}
