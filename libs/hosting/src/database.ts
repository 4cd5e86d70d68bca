import { join } from 'node:path';
import { EVENT_LOG_MIGRATIONS } from '@tallystick/event-store/postgres';
import { IDEMPOTENCY_MIGRATIONS } from '@tallystick/http';
import { BUS_SCHEMA, createOutsideTopics, holdOutsideTopics } from '@tallystick/messaging/postgres';
import { DEAD_LETTER_MIGRATIONS } from '@tallystick/messaging';
import { log } from '@tallystick/observability';
import {
  CONSUMER_MIGRATIONS,
  createPool,
  ensureServiceRoles,
  migrate,
  type MigrationSet,
  type Pool,
} from '@tallystick/postgres';
import { SEALING_MIGRATIONS } from '@tallystick/sealing';
import { onIdleFault } from './idle-fault';
import { rememberInstallation } from './installation';
import type { ServiceDefinition } from './service';
import { databaseSetting, type Settings } from './settings';

/** Every migration of a service's schema, in order: the log and its seal, consumers, dead letters, idempotency keys, its own tables. */
export function migrationsOf(definition: ServiceDefinition): readonly MigrationSet[] {
  const { name, migrations } = definition;
  return [
    EVENT_LOG_MIGRATIONS,
    SEALING_MIGRATIONS,
    CONSUMER_MIGRATIONS,
    DEAD_LETTER_MIGRATIONS,
    { name: 'idempotency', folder: IDEMPOTENCY_MIGRATIONS },
    ...(migrations ? [{ name, folder: migrations }] : []),
  ];
}

/**
 * Makes the schemas of these services and of the logs they hear as far as they lie in `DATABASE_URL`, and a role for each
 * service where the owner may do that. Answers the address under which each service runs. Two starters at once are safe.
 */
export async function prepareDatabase(
  definitions: readonly ServiceDefinition[],
  settings: Settings,
): Promise<ReadonlyMap<string, string>> {
  const urls = new Map<string, string>();
  for (const definition of definitions) {
    const url = settings[databaseSetting(definition.name)] ?? settings['DATABASE_URL'];
    if (url) urls.set(definition.name, url);
  }
  for (const [ownerUrl, owned] of byOwner(definitions, settings)) {
    const owner = createPool(ownerUrl, { max: 2, applicationName: 'tallystick-owner', onIdleFault });
    try {
      await migrateAll(owner, owned, settings);
    } finally {
      await owner.end();
    }
    if (ownerUrl !== settings['DATABASE_URL']) continue;
    for (const [service, url] of Object.entries(await rolesOf(ownerUrl, owned, settings))) urls.set(service, url);
  }
  return urls;
}

/** Who owns a service's schema: `DATABASE_URL`, or the service's own address where that is all there is. */
export function ownerUrlOf({ name }: ServiceDefinition, settings: Settings): string | undefined {
  return settings['DATABASE_URL'] ?? settings[databaseSetting(name)];
}

function byOwner(
  definitions: readonly ServiceDefinition[],
  settings: Settings,
): ReadonlyMap<string, readonly ServiceDefinition[]> {
  const owners = new Map<string, ServiceDefinition[]>();
  for (const definition of definitions) {
    const url = ownerUrlOf(definition, settings);
    if (url) owners.set(url, [...(owners.get(url) ?? []), definition]);
  }
  return owners;
}

async function migrateAll(owner: Pool, definitions: readonly ServiceDefinition[], settings: Settings): Promise<void> {
  await createOutsideTopics(owner, [...new Set(definitions.flatMap(({ outsideTopics }) => outsideTopics))]);
  for (const { name, outsideTopics } of definitions) await holdOutsideTopics(owner, name, outsideTopics);
  const here = new Set(definitions.map(({ name }) => name));
  const heard = new Set(definitions.flatMap(({ hears }) => hears.map(({ service }) => service)));
  for (const service of heard) {
    if (!here.has(service) && !settings[databaseSetting(service)]) {
      await migrate(owner, service, [EVENT_LOG_MIGRATIONS]);
    }
  }
  for (const definition of definitions) {
    const applied = await migrate(owner, definition.name, migrationsOf(definition));
    await rememberInstallation(owner, definition.name, settings);
    if (applied.length > 0) log().info({ schema: definition.name, count: applied.length }, 'migrations applied');
  }
}

/** A role each, where passwords have a place; an installation without a data folder names its roles' addresses itself. */
async function rolesOf(
  ownerUrl: string,
  definitions: readonly ServiceDefinition[],
  settings: Settings,
): Promise<Readonly<Record<string, string>>> {
  const folder = settings['TALLY_DATA'];
  const ours = definitions.filter(({ name }) => !settings[databaseSetting(name)]);
  if (!folder || ours.length === 0) return {};
  const { pathname } = new URL(ownerUrl);
  const roles = ours.map(({ name, hears, outsideTopics }) => ({
    service: name,
    hears: hears.map(({ service }) => service).filter((service) => !settings[databaseSetting(service)]),
    writes: outsideTopics.length > 0 ? [BUS_SCHEMA] : [],
  }));
  const { urls, sqlToRun } = await ensureServiceRoles(ownerUrl, roles, {
    passwordsFolder: join(folder, 'roles'),
    rolePrefix: `tallystick_${pathname.slice(1).replace(/^tallystick_?/, '')}_`,
  });
  if (sqlToRun) {
    log().warn(
      'the given role may not create roles: the services run under it, without isolation; an administrator would run the following',
    );
    for (const statement of sqlToRun.split('\n')) if (statement) log().warn(statement);
  }
  return urls;
}
