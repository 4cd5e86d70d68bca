import { PurchaseIntake } from '@tallystick/campaigns/application/purchase-intake';
import { ReturnIntake } from '@tallystick/campaigns/application/return-intake';
import { RuleSets } from '@tallystick/campaigns/application/rule-sets';
import { SurroundingsReader } from '@tallystick/campaigns/application/surroundings';
import { TierReevaluation } from '@tallystick/campaigns/application/tier-reevaluation';
import { whenPurchasePublishedRecordIt } from '@tallystick/campaigns/policies/when-purchase-published-record-it';
import { whenPurchaseRecordedIndexIt } from '@tallystick/campaigns/policies/when-purchase-recorded-index-it';
import { whenReturnPublishedRecordIt } from '@tallystick/campaigns/policies/when-return-published-record-it';
import { whenTierChangedReevaluate } from '@tallystick/campaigns/policies/when-tier-changed-reevaluate';
import type { EventStore, SnapshotStore } from '@tallystick/decider';
import { AccountDecisions } from '@tallystick/ledger/application/account-decisions';
import { AccountMerges } from '@tallystick/ledger/application/account-merges';
import { AssetDirectory } from '@tallystick/ledger/application/asset-directory';
import { PassingTime } from '@tallystick/ledger/application/passing-time';
import { whenDayEndedBookExpiry } from '@tallystick/ledger/policies/when-day-ended-book-expiry';
import { whenMinuteEndedLapseHolds } from '@tallystick/ledger/policies/when-minute-ended-lapse-holds';
import { whenPointsSentReceive } from '@tallystick/ledger/policies/when-points-sent-receive';
import { whenPurchaseQualifiedAccrue } from '@tallystick/ledger/policies/when-purchase-qualified-accrue';
import { whenReturnQualifiedReverse } from '@tallystick/ledger/policies/when-return-qualified-reverse';
import { MemberCommands } from '@tallystick/membership/application/member-commands';
import { type Batch, type BatchHandler, TopicLoop } from '@tallystick/messaging';
import { MemoryEventStore } from '../memory/memory-event-store';
import type { SimulatedTime } from '../world/simulated-time';
import type { Random } from '../world/random';
import { type Scheduler, SimulatedProcess } from '../world/scheduler';
import { MemoryPurchaseIndex, MemoryReference, MemoryTierRows } from './campaigns-rows';
import type { Disk, ServiceName } from './disk';
import { whenGrowthChangedReviewTiers } from './growth-review';
import { PROGRAM } from './program';
import { dueAccounts, ToldAccounts } from './ledger-rows';
import { relay } from './relay';

/** Of the simulated program. */
const ZONE = 'Asia/Shanghai';
const BATCH = 6;
const RENEW_MS = 3_000;
/** Fewer than there are members, so that states are forgotten and folded again. */
const STATES_KEPT = 2;
const PURCHASES_KEPT = { states: 20, receipts: 20 };

/** What each topic of a service is done with; a policy takes the messages of its own topic. */
type Handlers = Readonly<Record<string, BatchHandler<never>>>;

export interface Campaigns {
  readonly purchases: PurchaseIntake;
  readonly returns: ReturnIntake;
  readonly ruleSets: RuleSets;
}

/** One running process of a service, its memory and all. */
export interface Running {
  readonly process: SimulatedProcess;
  readonly loops: readonly TopicLoop[];
  readonly campaigns?: Campaigns;
  readonly accounts?: ToldAccounts;
  readonly decisions?: AccountDecisions;
}

/** The services' own application classes and policies over one disk, each in a process that may be killed. */
export class Suite {
  readonly running = new Map<ServiceName, Running>();
  /** What ended a delivery loop of itself: never while the code is right. */
  readonly deaths: string[] = [];

  constructor(
    readonly disk: Disk,
    private readonly scheduler: Scheduler,
    private readonly time: SimulatedTime,
    private readonly random: Random,
    /** False where nobody spends: then nobody waits for transfers and the clock either. */
    private readonly hasSpending: boolean,
  ) {}

  /** Starts a service's process; one that ran before is killed first, and all that it remembered is lost. */
  start(service: ServiceName): void {
    const before = this.running.get(service);
    if (before) {
      before.process.kill();
      this.disk.parts.died(this.disk.services[service]);
    }
    for (const loop of before?.loops ?? []) void loop.stop();
    const process = new SimulatedProcess(service, this.scheduler);
    const { log, snapshots } = this.disk.services[service];
    const store = new MemoryEventStore(log, process);
    const { handlers, ...parts } = this.build(service, process, store, snapshots.port(process));
    const loops = Object.entries(handlers).map(([topic, handler]) => this.loop(service, process, topic, handler));
    for (const loop of loops) loop.start();
    void relay(service, this.disk, store, process, this.random);
    this.running.set(service, { process, loops, ...parts });
  }

  /** What a running service hears. */
  topicsOf(service: ServiceName): readonly string[] {
    return this.running.get(service)!.loops.map(({ topic }) => topic);
  }

  private assets(store: EventStore, snapshots: SnapshotStore): AssetDirectory {
    return new AssetDirectory({ store, snapshots, now: () => this.time.now, zoneOf: () => Promise.resolve(ZONE) });
  }

  private build(
    service: ServiceName,
    process: SimulatedProcess,
    store: EventStore,
    snapshots: SnapshotStore,
  ): {
    readonly handlers: Handlers;
    readonly campaigns?: Campaigns;
    readonly accounts?: ToldAccounts;
    readonly decisions?: AccountDecisions;
  } {
    switch (service) {
      case 'campaigns':
        return this.campaigns(process, store);
      case 'ledger': {
        const accounts = new ToldAccounts(store, snapshots, STATES_KEPT, this.disk.told);
        const merges = new AccountMerges(store, snapshots, accounts);
        const application = { accounts, assets: this.assets(store, snapshots), merges };
        const handlers: Handlers = {
          'campaigns.purchase-qualified.v1': whenPurchaseQualifiedAccrue(application),
          'campaigns.return-qualified.v1': whenReturnQualifiedReverse(application),
        };
        const decisions = new AccountDecisions(store, accounts, () => this.time.now);
        return { handlers: { ...handlers, ...this.spending(process, application) }, accounts, decisions };
      }
      case 'membership': {
        const review = whenGrowthChangedReviewTiers(
          new MemberCommands(store, snapshots, STATES_KEPT),
          this.disk,
          process,
        );
        return { handlers: { 'ledger.growth-changed.v1': review } };
      }
    }
  }

  private spending(
    process: SimulatedProcess,
    application: { accounts: ToldAccounts; assets: AssetDirectory; merges: AccountMerges },
  ): Handlers {
    if (!this.hasSpending) return {};
    const time = new PassingTime(application.accounts);
    const due = dueAccounts(this.disk.services.ledger.log, process);
    return {
      'ledger.points-sent.v1': whenPointsSentReceive(application),
      'organization.minute-ended.v1': whenMinuteEndedLapseHolds(time, due),
      'organization.day-ended.v1': whenDayEndedBookExpiry(time, due),
    };
  }

  private campaigns(process: SimulatedProcess, store: EventStore): { handlers: Handlers; campaigns: Campaigns } {
    const { rows } = this.disk;
    const reference = new MemoryReference(rows, process);
    const ruleSets = new RuleSets(store, reference, () => this.time.now);
    const surroundings = new SurroundingsReader(reference, ruleSets);
    const purchases = new PurchaseIntake(store, surroundings, ruleSets, PURCHASES_KEPT);
    const returns = new ReturnIntake(store, surroundings, ruleSets, PURCHASES_KEPT.states);
    const index = new MemoryPurchaseIndex(rows, process);
    const reevaluation = new TierReevaluation(store, reference, ruleSets, PROGRAM);
    const heardBy = (stream: string): number | undefined => purchases.heardBy(stream);
    const handlers: Handlers = {
      'purchases.v1': whenPurchasePublishedRecordIt(purchases, PROGRAM),
      'returns.v1': whenReturnPublishedRecordIt(returns, PROGRAM),
      'membership.tier-changed.v1': whenTierChangedReevaluate(new MemoryTierRows(rows, process), index, reevaluation),
      'campaigns.purchase-recorded.v1': whenPurchaseRecordedIndexIt(index, reference, reevaluation, heardBy),
    };
    return { handlers, campaigns: { purchases, returns, ruleSets } };
  }

  private loop(
    consumer: ServiceName,
    process: SimulatedProcess,
    topic: string,
    handler: BatchHandler<never>,
  ): TopicLoop {
    const { disk, random, time } = this;
    const { progress } = disk.services[consumer];
    const { movesWithEffects, bus } = disk;
    const limit = (available: number): number => random.between(0, available);
    return new TopicLoop({
      source: disk.parts.source({ topic, bus, calls: process, limit, consumer, progress }),
      keeper: disk.parts.keeper({ consumer, topic, progress, calls: process, movesWithEffects }),
      handler: (batch: Batch<never>) => handler(batch),
      batchSize: BATCH,
      renewMs: RENEW_MS,
      giveUpAfterMs: 300_000,
      now: () => time.now,
      onFatal: (error) => this.deaths.push(`${consumer} on ${topic}: ${String(error)}${causeOf(error)}`),
    });
  }
}

function causeOf(error: unknown): string {
  return error instanceof Error && error.cause !== undefined ? `, since ${String(error.cause)}` : '';
}
