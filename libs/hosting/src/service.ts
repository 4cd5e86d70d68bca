import type { DynamicModule } from '@nestjs/common';
import type { EventStore, SnapshotStore } from '@tallystick/decider';
import type { Publications, Publisher } from '@tallystick/messaging';
import type { Pool } from '@tallystick/postgres';
import type { Projection } from '@tallystick/read-models';
import type { Instant } from '@tallystick/vocabulary';
import type { SettingForm } from './settings';

/** What a process of a service does; roles can be scaled apart (`TALLY_ROLES`, comma separated). */
export const ROLES = ['http', 'consumer', 'projector', 'relay', 'clock', 'sealer'] as const;
export type Role = (typeof ROLES)[number];

/** What a service gets from whoever hosts it. Only `main.ts` and the module bind these; the rest sees ports. */
export interface ServiceResources {
  readonly service: string;
  readonly roles: ReadonlySet<Role>;
  /** The service's schema is first on the search path; its role may write nothing else. */
  readonly pool: Pool;
  readonly schema: string;
  readonly store: EventStore;
  readonly snapshots: SnapshotStore;
  /** Writes to `purchases.v1` and `returns.v1`. */
  readonly publisher: Publisher;
  /** Wall clock of application code; domain code has none. */
  readonly now: () => Instant;
  readonly settings: Readonly<Record<string, string | undefined>>;
}

/** One deployable: the same shape for every service, read by standalone and by the service's own `main.ts`. */
export interface ServiceDefinition {
  readonly name: string;
  /** Stream kinds that the service owns. */
  readonly kinds: readonly string[];
  readonly publications: Publications;
  /** What the producers of the contracts it hears announce, by producer (for the Postgres bus). */
  readonly hears: readonly Publications[];
  /** Topics of publishers outside that it hears. */
  readonly outsideTopics: readonly string[];
  /** First path segments behind `/v1/` that it answers, e.g. `accounts`. */
  readonly paths: readonly string[];
  /** Folder with the service's own `NNNN-name.sql` migrations (tables that are no projection). */
  readonly migrations?: string;
  /** SQL file of views for readers of the database, run by the owner at each boot once the projections' tables are there. */
  readonly views?: string;
  /** Settings of its own, beside those that every service knows. */
  readonly settings?: readonly SettingForm[];
  projections(): readonly Projection[];
  module(resources: ServiceResources): DynamicModule;
}
