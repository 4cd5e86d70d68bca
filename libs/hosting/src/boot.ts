import { log } from '@tallystick/observability';
import { type Authentication, openAuthentication } from './authentication';
import { ownerUrlOf, prepareDatabase } from './database';
import { isOnKafka, prepareKafka } from './kafka';
import { withLocalKeys } from './local-keys';
import { Neighbours } from './neighbours';
import { prepareProjections } from './projections';
import { type OpenResources, openResources } from './resources';
import { type RunningService, startService } from './running-service';
import { Sealing } from './sealing';
import type { ServiceDefinition } from './service';
import { type Environment, readSettings, settingForms, type Settings } from './settings';
import { prepareViews } from './views';

/** Services that were booted together, and who vouches for their callers. */
export interface BootedServices {
  readonly services: readonly RunningService[];
  readonly settings: Settings;
  readonly authentication: Authentication;
  close(): Promise<void>;
}

/**
 * Boots services in one process: checks their settings, brings their schemas up to date, opens every log before the first
 * consumer starts (a hop in one process reads from memory), then starts what `TALLY_ROLES` asks for.
 */
export async function bootServices(
  definitions: readonly ServiceDefinition[],
  environment: Environment,
): Promise<BootedServices> {
  const forms = settingForms(definitions);
  const settings = withLocalKeys(readSettings(definitions, environment), forms, environment);
  const authentication = await openAuthentication(settings, environment);
  const urls = await prepareDatabase(definitions, settings);
  if (isOnKafka(settings)) await prepareKafka(definitions, settings);
  const neighbours = new Neighbours();
  let sealing: Sealing | undefined;
  const open: { readonly definition: ServiceDefinition; readonly resources: OpenResources }[] = [];
  const services: RunningService[] = [];
  const close = async (): Promise<void> => {
    // All stop consuming before any gives its log back, since neighbours read it.
    await Promise.all(services.map((service) => service.stopConsuming()));
    for (const service of services.toReversed()) await service.close();
    for (const { resources } of open.slice(services.length)) await resources.close();
    await sealing?.close();
  };
  try {
    for (const definition of definitions) {
      const url = urls.get(definition.name);
      if (url === undefined) throw new Error(`there is no database for ${definition.name}`);
      const resources = await openResources(definition, settings, url, neighbours);
      open.push({ definition, resources });
      await prepareProjections(definition, resources, ownerUrlOf(definition, settings) ?? url);
      await prepareViews(definition, ownerUrlOf(definition, settings) ?? url);
    }
    sealing = await Sealing.open(settings);
    for (const { definition, resources } of open) {
      services.push(await startService(definition, resources, { neighbours, authentication, sealing }));
    }
  } catch (error) {
    await close().catch((fault: unknown) => log().error({ err: fault }, 'not everything could be given back'));
    throw error;
  }
  return { services, settings, authentication, close };
}
