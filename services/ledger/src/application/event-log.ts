import type { EventStore, LogPage, Position } from '@tallystick/decider';

/** The ledger's log as an auditor of one tenant may read it: every event, as stored. */
export class EventLog {
  constructor(private readonly store: EventStore) {}

  /** Events of a tenant behind a position; `next` also passes over those of others. */
  page(tenant: string, after: Position | undefined, max: number): Promise<LogPage> {
    const streamPrefixes = [`account-${tenant}_`, `assets-${tenant}_`, `merges-${tenant}_`, `violation-${tenant}_`];
    return this.store.readAll({ after, max, filter: { streamPrefixes } });
  }
}
