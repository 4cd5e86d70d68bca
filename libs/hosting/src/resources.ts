import type { EventStore } from '@tallystick/decider';
import type { Publisher } from '@tallystick/messaging';
import { PostgresPublisher } from '@tallystick/messaging/postgres';
import { createPool, type Pool } from '@tallystick/postgres';
import type { Instant } from '@tallystick/vocabulary';
import { onIdleFault } from './idle-fault';
import { isOnKafka, openKafkaPublisher } from './kafka';
import type { Neighbours } from './neighbours';
import { rolesOf } from './roles';
import type { ServiceDefinition, ServiceResources } from './service';
import type { Settings } from './settings';
import { openStore } from './stores';
import { tracedStore } from './traced-store';

/** A service's resources, and how they are given back. */
export interface OpenResources extends ServiceResources {
  /** Of the service's database, under its own role. */
  readonly url: string;
  close(): Promise<void>;
}

/** Opens pools, log and publisher of one service; its log is known to its neighbours from then on. */
export async function openResources(
  definition: ServiceDefinition,
  settings: Settings,
  url: string,
  neighbours: Neighbours,
): Promise<OpenResources> {
  const { name: service } = definition;
  const size = Number(settings['TALLY_POOL_SIZE'] ?? 6);
  let isClosing = false;
  // What the server ends while we end it ourselves is no news.
  const onFault = (fault: Error): void => (isClosing ? undefined : onIdleFault(fault));
  // Both: projections and reviews are hot as well, and a plan made on an empty table must not read it whole later.
  const hot = { byIndex: true, searchPath: service, onIdleFault: onFault };
  const pool = createPool(url, { max: size, applicationName: `tallystick-${service}`, pipelined: true, ...hot });
  const writer = createPool(url, { max: 2, applicationName: `tallystick-${service}-log`, ...hot });
  try {
    const opened = await openStore(definition, settings, { reader: pool, writer });
    const store = tracedStore(opened, service);
    neighbours.hasStore(service, store);
    const publisher = isOnKafka(settings) ? await openKafkaPublisher(service, settings) : publisherOf(pool, neighbours);
    let closing: Promise<void> | undefined;
    return {
      service,
      url,
      roles: rolesOf(settings),
      pool,
      schema: service,
      store,
      snapshots: store.snapshots,
      publisher,
      now: () => Date.now() as Instant,
      settings,
      close: () => {
        isClosing = true;
        return (closing ??= closeAll(publisher, store, [writer, pool]));
      },
    };
  } catch (error) {
    await Promise.all([pool.end(), writer.end()]);
    throw error;
  }
}

function publisherOf(pool: Pool, neighbours: Neighbours): Publisher {
  return new PostgresPublisher({
    pool,
    lead: { behind: () => neighbours.behind() },
    onAppended: (topic) => neighbours.wake(topic),
  });
}

async function closeAll(publisher: Publisher, store: EventStore, pools: readonly Pool[]): Promise<void> {
  await publisher.close();
  await store.close();
  await Promise.all(pools.map((pool) => pool.end()));
}
