import type { EventStore } from '@tallystick/decider';
import type { ServiceDefinition } from '@tallystick/hosting';
import type { Pool } from '@tallystick/postgres';
import { type Projection, rebuild, type RebuildReport } from '@tallystick/read-models';
import { contractSource } from './contract-source';

/** What a projection is rebuilt from and where its tables are. */
export interface RebuildPlace {
  /** Connections of the schemas' owner. */
  readonly pool: Pool;
  readonly logOf: (service: string) => Promise<EventStore>;
  readonly onProgress?: (applied: number) => void;
}

/** Rebuilds one projection of a service beside its live rows, where the logs are the topics (see `rebuild`). */
export async function rebuildProjection(
  definition: ServiceDefinition,
  projection: Projection,
  { pool, logOf, onProgress }: RebuildPlace,
): Promise<RebuildReport> {
  const { name: service } = definition;
  const target = { pool, schema: service, onProgress };
  if (projection.source === 'log') {
    return rebuild({ ...target, projection, store: await logOf(service), service });
  }
  const source = contractSource((topic) => publicationsOf(definition, topic), logOf);
  return rebuild({ ...target, projection, source, consumer: service });
}

function publicationsOf({ name, hears }: ServiceDefinition, topic: string): ServiceDefinition['publications'] {
  const found = hears.find(({ topics }) => topics.includes(topic));
  if (!found) throw new Error(`${name} hears nobody who says ${topic}`);
  return found;
}
