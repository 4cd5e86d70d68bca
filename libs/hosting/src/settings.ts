import { readFileSync } from 'node:fs';
import type { Role, ServiceDefinition } from './service';

export type Environment = Readonly<Record<string, string | undefined>>;

/** One setting: its form is checked at boot, and deploy/ is checked against the list (capabilities O10). */
export interface SettingForm {
  readonly name: string;
  readonly meaning: string;
  /** `key`: 32 bytes or more in base64, made in the data folder where it is missing and this is not production. */
  readonly kind: 'text' | 'url' | 'list' | 'whole' | 'key' | 'choice';
  readonly choices?: readonly string[];
  /** Of a `whole`: a lesser one is refused, and why. */
  readonly least?: { readonly value: number; readonly since: string };
  readonly default?: string;
  /** The only role that needs it: where a process lacks the role, a key is neither made nor missed. */
  readonly role?: Role;
  /** Also taken from the file that `<name>_FILE` names. */
  readonly secret?: boolean;
}

/** What every service knows (design §7). */
export const SETTINGS: readonly SettingForm[] = [
  { name: 'DATABASE_URL', kind: 'url', secret: true, meaning: 'PostgreSQL, as the owner of the schemas' },
  { name: 'TALLY_STORE', kind: 'choice', choices: ['postgres', 'eventstoredb'], default: 'postgres', meaning: 'Where the log lies' },
  { name: 'EVENTSTOREDB_URL', kind: 'url', secret: true, meaning: 'EventStoreDB, where TALLY_STORE=eventstoredb' },
  { name: 'TALLY_BUS', kind: 'choice', choices: ['postgres', 'kafka'], default: 'postgres', meaning: 'What carries the contracts' },
  { name: 'KAFKA_BROKERS', kind: 'list', meaning: 'host:port of the brokers, where TALLY_BUS=kafka' },
  { name: 'TALLY_ROLES', kind: 'list', meaning: 'What the process does: http, consumer, projector, relay, clock, sealer; default all' },
  { name: 'TALLY_PORT', kind: 'whole', default: '8080', meaning: 'Port to listen on; 0 = a free one' },
  { name: 'TALLY_HOST', kind: 'text', default: '127.0.0.1', meaning: 'Address to listen on' },
  { name: 'TALLY_DATA', kind: 'text', meaning: 'Folder of local keys and passwords' },
  { name: 'TALLY_STATUS_OF', kind: 'list', meaning: 'Addresses of the other processes of the suite, whose progress GET /v1/status tells with its own; it hands them the caller’s token' },
  { name: 'TALLY_TENANT', kind: 'text', default: 'demo', meaning: 'Tenant of the outside topics' },
  { name: 'TALLY_PROGRAM', kind: 'text', default: 'main', meaning: 'Program of the outside topics' },
  { name: 'TALLY_BINDINGS', kind: 'text', meaning: 'JSON file that binds outside topics: open, topic-per-unit or signed; absent: open' },
  { name: 'OIDC_ISSUER', kind: 'url', meaning: 'Issuer of access tokens; absent: the local issuer, on loopback only' },
  { name: 'OIDC_JWKS_URL', kind: 'url', meaning: 'Its keys; default <issuer>/.well-known/jwks.json' },
  { name: 'OIDC_AUDIENCE', kind: 'text', meaning: 'The audience tokens must name; default tallystick/<service>' },
  { name: 'TALLY_INSIDE', kind: 'list', meaning: 'CIDR ranges that see metrics and API pages, beside loopback' },
  { name: 'TALLY_LOG_LEVEL', kind: 'choice', choices: ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], default: 'info', meaning: 'Least level that is logged' },
  { name: 'TALLY_POOL_SIZE', kind: 'whole', default: '6', least: { value: 6, since: 'a step may hold one connection while it needs another' }, meaning: 'Connections of a service for reading and consuming; 6 or more' },
  { name: 'TALLY_BATCH', kind: 'whole', default: '500', meaning: 'Records that a consumer takes at once, at most' },
  { name: 'TALLY_TOPIC_RETENTION_HOURS', kind: 'whole', default: '168', meaning: 'How long the Postgres bus keeps a record of an outside topic that every consumer has settled; 0 = no longer' },
  { name: 'TALLY_CURSOR_KEY', kind: 'key', secret: true, meaning: 'Authenticates list cursors; the same on all replicas' },
  { name: 'TALLY_ORIGIN', kind: 'text', default: 'tallystick.local', meaning: 'Names the installation in checkpoints: an address without scheme; the log of a service is <origin>/<service>' },
  { name: 'TALLY_SEAL_KEY', kind: 'key', secret: true, role: 'sealer', meaning: 'Ed25519 seed (32 bytes) that signs checkpoints; only sealers may read it' },
  { name: 'TALLY_FORMER_SEAL_KEYS', kind: 'list', meaning: 'Verifier keys of checkpoints that were signed before the key was changed' },
  { name: 'TALLY_WITNESSES', kind: 'list', meaning: 'Who cosigns checkpoints: <address> <verifier key>' },
  { name: 'OTEL_EXPORTER_OTLP_ENDPOINT', kind: 'url', meaning: 'Where traces are sent, OTLP over HTTP; absent: none are made' },
]; // prettier-ignore

/** Settings of a process, checked. Secrets are read from their files; defaults are filled in. */
export type Settings = Readonly<Record<string, string | undefined>>;

/** Every setting of these services: the general ones, `<SERVICE>_DATABASE_URL` of each and of whom it hears, its own. */
export function settingForms(definitions: readonly ServiceDefinition[]): readonly SettingForm[] {
  const services = new Set(definitions.flatMap(({ name, hears }) => [name, ...hears.map(({ service }) => service)]));
  const databases = [...services].map((service): SettingForm => ({
    name: databaseSetting(service),
    kind: 'url',
    secret: true,
    meaning: `PostgreSQL of ${service}, as its own role; default: the one of DATABASE_URL`,
  }));
  const own = definitions.flatMap(({ settings = [] }) => settings);
  return [...new Map([...SETTINGS, ...databases, ...own].map((form) => [form.name, form])).values()];
}

/** `LEDGER_DATABASE_URL` for `ledger`. */
export function databaseSetting(service: string): string {
  return `${service.toUpperCase().replaceAll('-', '_')}_DATABASE_URL`;
}

/**
 * Reads and checks the settings of services that share a process. Everything that is wrong is told at once: a value
 * that breaks its form, a `TALLY_…` name that nobody knows, a setting that another one demands.
 */
export function readSettings(definitions: readonly ServiceDefinition[], environment: Environment): Settings {
  const forms = settingForms(definitions);
  const faults: string[] = [];
  const settings: Record<string, string | undefined> = {};
  for (const form of forms) {
    const value = valueOf(form, environment, faults);
    const fault = value === undefined ? undefined : faultIn(form, value);
    if (fault) faults.push(`${form.name} ${fault}`);
    settings[form.name] = value;
  }
  const known = new Set(forms.flatMap(({ name, secret }) => (secret ? [name, `${name}_FILE`] : [name])));
  for (const name of Object.keys(environment)) {
    if (name.startsWith('TALLY_') && !known.has(name)) faults.push(`${name} is not a setting`);
  }
  faults.push(...demands(definitions, settings));
  if (faults.length > 0) throw new Error(`The settings are not right: ${faults.join('; ')}`);
  return settings;
}

function valueOf(form: SettingForm, environment: Environment, faults: string[]): string | undefined {
  const given = environment[form.name];
  const file = form.secret ? environment[`${form.name}_FILE`] : undefined;
  if (given && file) faults.push(`${form.name} and ${form.name}_FILE are both set`);
  if (given) return given;
  if (!file) return form.default;
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    faults.push(`${form.name}_FILE cannot be read`);
    return undefined;
  }
}

function faultIn({ kind, choices = [], least }: SettingForm, value: string): string | undefined {
  switch (kind) {
    case 'url':
      return URL.canParse(value) ? undefined : 'is no URL';
    case 'whole':
      if (!/^[0-9]{1,9}$/.test(value)) return 'is no whole number';
      return least && Number(value) < least.value ? `is less than ${least.value}: ${least.since}` : undefined;
    case 'key':
      return Buffer.from(value, 'base64').length >= 32 ? undefined : 'is not 32 bytes in base64';
    case 'choice':
      return choices.includes(value) ? undefined : `is none of ${choices.join(', ')}`;
    default:
      return undefined;
  }
}

function demands(definitions: readonly ServiceDefinition[], settings: Settings): readonly string[] {
  const faults: string[] = [];
  if (settings['TALLY_STORE'] === 'eventstoredb' && !settings['EVENTSTOREDB_URL']) {
    faults.push('EVENTSTOREDB_URL is missing for TALLY_STORE=eventstoredb');
  }
  if (settings['TALLY_BUS'] === 'kafka' && !settings['KAFKA_BROKERS']) {
    faults.push('KAFKA_BROKERS is missing for TALLY_BUS=kafka');
  }
  for (const { name } of definitions) {
    if (!settings['DATABASE_URL'] && !settings[databaseSetting(name)]) {
      faults.push(`DATABASE_URL or ${databaseSetting(name)} is missing`);
    }
  }
  return faults;
}

/** The entries of a list setting. */
export function listOf(value: string | undefined): readonly string[] {
  return (value ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}
