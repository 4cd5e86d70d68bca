import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Lag } from '@tallystick/messaging';
import { log } from '@tallystick/observability';
import { createPool } from '@tallystick/postgres';
import { consumerOf, createProjectionTables, type LogProjection, ProjectionRunner } from '@tallystick/read-models';
import { onIdleFault } from './idle-fault';
import type { ProgressSource } from './progress';
import type { OpenResources } from './resources';
import type { ServiceDefinition } from './service';

/** The running projections of a service. */
export interface OpenProjections extends ProgressSource {
  close(): Promise<void>;
}

/** Makes the tables of a service's projections as their owner; names those whose views still show an older version. */
export async function prepareProjections(
  definition: ServiceDefinition,
  resources: OpenResources,
  ownerUrl: string,
): Promise<void> {
  const projections = definition.projections();
  if (projections.length === 0) return;
  const owner = createPool(ownerUrl, { max: 1, applicationName: 'tallystick-owner', onIdleFault });
  try {
    for (const name of await createProjectionTables(owner, resources.schema, projections)) {
      log().warn({ projection: name }, 'the views still show an older version: rebuild the projection');
    }
  } finally {
    await owner.end();
  }
}

/** Runs the projections that live from the service's own log; the others live from what the service hears. */
export function startProjections(
  definition: ServiceDefinition,
  resources: OpenResources,
  onFatal: (error: unknown) => void,
): OpenProjections | undefined {
  const { pool, store, service, roles } = resources;
  if (!roles.has('projector')) return undefined;
  const member = `${hostname()}/${process.pid}/${randomUUID()}`;
  const running = definition
    .projections()
    .filter((projection): projection is LogProjection => projection.source === 'log')
    .map((projection) => {
      const onRetry = (err: unknown, attempt: number): void =>
        log().warn({ projection: projection.name, err, attempt }, 'a projection failed and will be tried again');
      const runner = new ProjectionRunner({ projection, store, pool, service, member, onRetry });
      return { projection, runner };
    });
  if (running.length === 0) return undefined;
  let isAlive = true;
  for (const { runner } of running) {
    runner.failed.catch((error: unknown) => {
      isAlive = false;
      onFatal(error);
    });
    runner.start();
  }
  return {
    healthy: () => isAlive,
    lag: () => Promise.all(running.map(({ projection, runner }) => lagOf(projection, runner, service))),
    close: async () => {
      await Promise.all(running.map(({ runner }) => runner.stop()));
    },
  };
}

async function lagOf(projection: LogProjection, runner: ProjectionRunner, service: string): Promise<Lag> {
  const { position, behind } = await runner.lag();
  return { consumer: consumerOf(projection), topic: `log:${service}`, partition: 0, position, behind };
}
