import { join } from 'node:path';
import type { ServiceDefinition } from '@tallystick/hosting';
import { parse } from 'yaml';
import { ROOT, textOf, workspaceFiles } from './workspace';

/** What the tests read of a container of docker-compose.yml. */
export interface Container {
  readonly image?: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly secrets?: readonly string[];
  readonly volumes?: readonly string[];
  readonly profiles?: readonly string[];
  readonly ports?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly networks?: { readonly default: { readonly ipv4_address: string } };
}

/** docker-compose.yml as Compose reads it, with the defaults of its variables filled in. */
export interface ComposeFile {
  readonly services: Readonly<Record<string, Container>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
  readonly volumes: Readonly<Record<string, null>>;
}

export const COMPOSE_FILE = 'docker-compose.yml';

const VARIABLE = /\$\{[A-Z_]+:([-?])([^}]*)\}/g;

/** Reads the file. A variable that must be set reads as an address that nobody has. */
export function readComposeFile(): ComposeFile {
  const filled = (_: unknown, value: unknown): unknown =>
    typeof value === 'string'
      ? value.replace(VARIABLE, (_all, kind, said) => (kind === '-' ? said : 'https://required.invalid'))
      : value;
  return parse(textOf(COMPOSE_FILE), filled, { merge: true }) as ComposeFile;
}

/** The services that are a process of their own, by their folder: their main.ts serves them alone. */
export function servicesAlone(): readonly string[] {
  const mains = workspaceFiles().filter((path) => /^services\/[^/]+\/src\/main\.ts$/.test(path));
  return mains.filter((path) => textOf(path).includes('serveAlone(')).map((path) => path.split('/')[1]!);
}

/** What a service tells its host, read from its main.ts: the test is to notice a service that nobody has listed. */
export async function definitionOf(service: string): Promise<ServiceDefinition> {
  const said = (await import(join(ROOT, 'services', service, 'src/main'))) as Readonly<
    Record<string, ServiceDefinition>
  >;
  const definition = Object.values(said).find(({ name }) => name === service);
  if (!definition) throw new Error(`services/${service}/src/main.ts says no definition of ${service}`);
  return definition;
}
