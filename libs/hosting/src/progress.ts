import type { Position } from '@tallystick/decider';
import type { Health } from '@tallystick/http';
import type { BusServer, Lag } from '@tallystick/messaging';
import type { Metrics } from '@tallystick/observability';

/** How far one consumer is on one topic, partitions taken together. */
export interface Hop {
  readonly consumer: string;
  readonly topic: string;
  /** The last position that every partition has settled; absent where this process cannot see it. */
  readonly position?: Position;
  /** Records (or log positions) that the slowest partition is behind, whoever holds it. */
  readonly behind: number;
  /** How many of them this process holds. */
  readonly partitions: number;
}

/** A loop beside the bus that reports its progress: a projection, the relay. */
export interface ProgressSource {
  /** What it works on as soon as it holds partitions of it; absent where it always does. */
  follows?(): readonly { readonly consumer: string; readonly topic: string }[];
  /** False once one of its loops has ended without being asked to. */
  healthy(): boolean;
  /** Every partition, whoever works on it: what the status and the figures tell. */
  lag(): readonly Lag[] | Promise<readonly Lag[]>;
  /** What this process itself works on, where that is less: no other's partition makes it unready. */
  heldLag?(): readonly Lag[] | Promise<readonly Lag[]>;
}

/**
 * Groups partitions to hops, one for each consumer and topic; what is followed without holding a partition is a hop of
 * none, so that nobody takes it for one that has arrived.
 */
export function hopsOf(
  lags: readonly Lag[],
  follows: readonly { readonly consumer: string; readonly topic: string }[] = [],
): readonly Hop[] {
  const hops = new Map<string, Hop>(
    follows.map(({ consumer, topic }) => [`${consumer}\0${topic}`, { consumer, topic, behind: 0, partitions: 0 }]),
  );
  for (const { consumer, topic, position, behind, isElsewhere } of lags) {
    const key = `${consumer}\0${topic}`;
    const known = hops.get(key);
    hops.set(key, {
      consumer,
      topic,
      position: known?.position !== undefined && known.position < position ? known.position : position,
      behind: Math.max(known?.behind ?? 0, behind),
      partitions: (known?.partitions ?? 0) + (isElsewhere ? 0 : 1),
    });
  }
  return [...hops.values()];
}

/** Makes a source's progress part of a service's health and figures. */
export function watchProgress(name: string, source: ProgressSource, health: Health, metrics: Metrics): void {
  const held = async (): Promise<readonly Lag[]> => (source.heldLag ? source.heldLag() : source.lag());
  health.watch({
    name,
    alive: () => source.healthy(),
    // A sum moves when any partition moves, and it does not matter which.
    position: async () => String((await held()).reduce((sum, { position }) => sum + BigInt(position), 0n)),
    behind: async () => Math.max(0, ...(await held()).map(({ behind }) => behind)),
  });
  metrics.gauge(
    `tally_${name}_behind`,
    'Records behind the head, by consumer and topic',
    ['consumer', 'topic'],
    async (gauge) => {
      gauge.reset();
      for (const { consumer, topic, behind } of hopsOf(await source.lag())) gauge.labels(consumer, topic).set(behind);
    },
  );
  metrics.gauge(
    `tally_${name}_held_behind`,
    'Records behind the head, by consumer and topic, in what this process itself works on',
    ['consumer', 'topic'],
    async (gauge) => {
      gauge.reset();
      for (const { consumer, topic, behind } of hopsOf(await held())) gauge.labels(consumer, topic).set(behind);
    },
  );
}

/** The progress of a bus server, with what it is behind looked up anew. */
export function progressOf(bus: BusServer): ProgressSource {
  return {
    healthy: () => bus.healthy(),
    follows: () => bus.follows(),
    lag: () => bus.groupLag(),
    heldLag: async () => {
      await bus.behind();
      return bus.lag();
    },
  };
}
