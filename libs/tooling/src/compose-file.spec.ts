import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettings, type SettingForm, settingForms } from '@tallystick/hosting';
import { parse } from 'yaml';
import { COMPOSE_FILE, type Container, definitionOf, readComposeFile, servicesAlone } from './compose-file';
import { ROOT, textOf, workspaceFiles } from './workspace';

const BY_DIGEST = /^[a-z0-9./-]+:[A-Za-z0-9._-]+@sha256:[0-9a-f]{64}$/;
const DOCKERFILE = 'deploy/docker/Dockerfile';

const { services: containers, secrets, volumes } = readComposeFile();
const services = servicesAlone();
const all = Object.entries(containers);

// The services' modules are compiled on the way.
jest.setTimeout(120_000);

describe('the containers', () => {
  it('are one for each service that is a process of its own, built here and running its program', () => {
    const built = all.filter(([name, { build }]) => build && name !== 'witness');
    const programs = built.map(([name, { command }]) => [name, command]);
    expect(programs.sort()).toEqual(services.map((name) => [name, [`dist/services/${name}/src/main.js`]]));
    expect(services.length).toBeGreaterThan(5);
  });

  it('have a witness among them for who asks for it, with data of its own and no secret of the suite', () => {
    const { command, profiles, secrets: given, volumes: own, depends_on: needs } = containers['witness']!;
    expect(command?.[0]).toBe('dist/services/witness/src/main.js');
    expect({ profiles, given, own, needs }).toEqual({
      ...{ profiles: ['witness'], given: [], needs: {} },
      own: ['witness:/var/lib/tallystick'],
    });
  });

  it('stand beside Kafka, EventStoreDB, PostgreSQL, Prometheus and Grafana', () => {
    const others = all.filter(([, { build }]) => !build).map(([name]) => name);
    expect(others.sort()).toEqual(['eventstoredb', 'grafana', 'kafka', 'postgres', 'prometheus']);
  });

  it('come from an image with its digest, or from our Dockerfile', () => {
    const loose = all.filter(([, { image, build }]) =>
      build ? image !== undefined || build.dockerfile !== DOCKERFILE : !BY_DIGEST.test(image ?? ''),
    );
    expect(loose.map(([name]) => name)).toEqual([]);
  });

  it('are asked for their health', () => {
    expect(all.filter(([, { healthcheck }]) => !healthcheck?.test.length).map(([name]) => name)).toEqual([]);
  });

  it('wait until what they need is healthy', () => {
    const waits = all.flatMap(([, { depends_on: needs = {} }]) => Object.entries(needs));
    expect(waits.filter(([name, { condition }]) => condition !== 'service_healthy' || !containers[name])).toEqual([]);
    for (const name of services) {
      expect(Object.keys(containers[name]?.depends_on ?? {})).toEqual(['kafka', 'postgres', 'eventstoredb']);
    }
  });

  it('publish their ports on loopback only, and no port twice', () => {
    const ports = all.flatMap(([, { ports = [] }]) => ports);
    const onLoopback = ports.map((port) => /^127\.0\.0\.1:(\d+):\d+$/.exec(port)?.[1]);
    expect(onLoopback).not.toContain(undefined);
    expect(new Set(onLoopback).size).toBe(ports.length);
  });

  it('keep data in named volumes, and see files of the workspace without changing them', () => {
    const mounts = all.flatMap(([, { volumes: mounted = [] }]) => mounted);
    const odd = mounts.filter((mount) => {
      const [source = '', , mode] = mount.split(':');
      return source.startsWith('./') ? mode !== 'ro' || !existsSync(join(ROOT, source)) : !(source in volumes);
    });
    expect(odd).toEqual([]);
  });
});

describe('the Dockerfile', () => {
  const stages = [...textOf(DOCKERFILE).matchAll(/^FROM (\S+)/gm)].map(([, from]) => from);
  const [, base = ''] = /^ARG NODE_IMAGE=(\S+)$/m.exec(textOf(DOCKERFILE)) ?? [];

  it('builds every stage on one image of Node 20 with its digest', () => {
    expect(base).toMatch(BY_DIGEST);
    expect(base).toMatch(/^node:20\./);
    expect([...new Set(stages)]).toEqual(['${NODE_IMAGE}']);
  });

  it('runs as a user that is not root', () => {
    expect(/^USER (\S+)$/m.exec(textOf(DOCKERFILE))?.[1]).toBe('node');
  });
});

describe('the settings', () => {
  it.each(services)('of %s are ones that it knows, and all that it demands on Kafka in production', async (name) => {
    const definition = await definitionOf(name);
    const forms = settingForms([definition]);
    const given = containers[name]?.environment ?? {};
    const known = forms.flatMap((form) => (form.secret ? [form.name, `${form.name}_FILE`] : [form.name]));
    expect(Object.keys(given).filter((setting) => !known.includes(setting))).toEqual([]);

    const read = readSettings([definition], withFilesRead(given, forms));
    expect(read['TALLY_BUS']).toBe('kafka');
    const keys = forms.filter(({ kind }) => kind === 'key').map((form) => form.name);
    // The local issuer and made-up keys are for one machine; a container listens to others.
    const missing = [...keys, 'OIDC_ISSUER', 'TALLY_DATA'].filter((setting) => read[setting] === undefined);
    expect(missing).toEqual([]);
  });

  it('let the issuer of tokens be chosen, and start nothing without one', () => {
    expect(textOf(COMPOSE_FILE)).toMatch(/OIDC_ISSUER: \$\{OIDC_ISSUER:\?/);
  });

  it('lead to containers, at the port on which they listen', () => {
    const addresses = services.flatMap((name) => addressesIn(containers[name]));
    const known = [...services.map((name) => `${name}:${portOf(name)}`), 'kafka:9092', 'eventstoredb:2113'];
    expect(addresses.filter((address) => !known.includes(address))).toEqual([]);
    expect(new Set(addresses).size).toBeGreaterThan(services.length);
  });

  it('have one process tell the progress of all others, so that no two ask each other', () => {
    const telling = services.filter((name) => containers[name]?.environment?.['TALLY_STATUS_OF']);
    expect(telling).toHaveLength(1);
    const told = containers[telling[0]!]!.environment!['TALLY_STATUS_OF']!.split(',');
    const others = services.filter((name) => name !== telling[0]);
    expect(told.sort()).toEqual(others.map((name) => `http://${name}:${portOf(name)}`).sort());
  });
});

describe('the secrets', () => {
  it('are in files, never in the settings of a container', () => {
    const plain = all.flatMap(([name, { environment = {} }]) =>
      Object.entries(environment)
        .filter(([setting, value]) => /PASSWORD|SECRET|TOKEN|KEY/.test(setting) && !value.startsWith('/run/secrets/'))
        .map(([setting]) => `${name}: ${setting}`),
    );
    expect(plain).toEqual([]);
    expect(textOf(COMPOSE_FILE)).not.toMatch(/:\/\/[^\s/@]+:[^\s/@]+@/);
  });

  it('are given to every container that reads them, and to no other', () => {
    for (const [name, { environment = {}, secrets: given = [] }] of all) {
      const read = Object.values(environment).filter((value) => value.startsWith('/run/secrets/'));
      const inScript =
        name === 'postgres' ? [...textOf('deploy/postgres/10-owner.sh').matchAll(/\/run\/secrets\/[a-z-]+/g)] : [];
      const wanted = [...read, ...inScript.map(([path]) => path)].map((path) => path.slice('/run/secrets/'.length));
      expect([name, [...given].sort()]).toEqual([name, wanted.sort()]);
    }
  });

  it('are made by one command, which leaves those alone that are there', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tallystick-secrets-'));
    const made = (): Readonly<Record<string, string>> => {
      execFileSync(process.execPath, [join(ROOT, 'deploy/docker/make-secrets.mjs'), folder], { stdio: 'ignore' });
      return Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
    };
    try {
      const first = made();
      expect(Object.keys(first)).toEqual(Object.keys(secrets).sort());
      expect(first['database-url']).toContain(first['database-owner-password']?.trim());
      rmSync(join(folder, 'cursor-key'));
      expect(made()).toEqual({ ...first, 'cursor-key': expect.not.stringContaining(first['cursor-key']!) });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('lie where neither Git nor an image takes them', () => {
    const files = Object.values(secrets).map(({ file }) => file);
    expect(files.filter((file) => !file.startsWith('./deploy/docker/secrets/'))).toEqual([]);
    expect(textOf('.gitignore').split('\n')).toContain('deploy/docker/secrets/');
    expect(textOf('.dockerignore').split('\n')).toEqual(expect.arrayContaining(['*']));
    expect(textOf('.dockerignore')).not.toContain('!deploy');
  });
});

describe('Prometheus', () => {
  it('reads the figures of every service, at its port', () => {
    const { scrape_configs: jobs } = parse(textOf('deploy/monitoring/prometheus.yml')) as {
      scrape_configs: readonly { static_configs: readonly { targets: readonly string[] }[] }[];
    };
    const targets = jobs.flatMap((job) => job.static_configs.flatMap((group) => group.targets));
    expect([...targets].sort()).toEqual(services.map((name) => `${name}:${portOf(name)}`));
  });

  it('is inside for every service', () => {
    const address = containers['prometheus']?.networks?.default.ipv4_address;
    const inside = services.map((name) => containers[name]?.environment?.['TALLY_INSIDE']);
    expect([...new Set(inside)]).toEqual([`${address}/32`]);
  });
});

describe('the dashboard', () => {
  it('shows figures that the services have', () => {
    const shown = [...textOf('deploy/monitoring/grafana/dashboards/tallystick.json').matchAll(/\btally_[a-z_]+/g)];
    const names = new Set(shown.map(([name]) => name.replace(/_(bucket|count|sum)$/, '')));
    expect(names.size).toBeGreaterThan(5);
    expect([...names].filter((name) => !figures().has(name))).toEqual([]);
  });
});

/** As a container sees it: what a file holds stands for the file. */
function withFilesRead(
  given: Readonly<Record<string, string>>,
  forms: readonly SettingForm[],
): Readonly<Record<string, string>> {
  const entries = Object.entries(given).map(([setting, value]): [string, string] => {
    const form = forms.find(({ name }) => setting === `${name}_FILE`);
    return form ? [form.name, held(form)] : [setting, value];
  });
  return Object.fromEntries(entries);
}

function held({ kind }: SettingForm): string {
  return kind === 'key' ? Buffer.alloc(32).toString('base64') : 'postgres://owner@postgres:5432/tallystick';
}

function portOf(service: string): string | undefined {
  return containers[service]?.environment?.['TALLY_PORT'];
}

/** `host:port` of everything in the network of the containers that a service is told of. */
function addressesIn(container: Container | undefined): readonly string[] {
  const { OIDC_ISSUER: _, ...settings } = container?.environment ?? {};
  return Object.values(settings).flatMap((value) => value.match(/\b[a-z]+:\d{4}\b/g) ?? []);
}

/** Names of figures in the sources; those of a source of progress are made from its name. */
function figures(): ReadonlySet<string> {
  const sources = workspaceFiles().filter((path) => /^libs\/(hosting|observability)\/src\/.*\.ts$/.test(path));
  const text = sources.map(textOf).join('\n');
  const progress = [...text.matchAll(/\bruns\('([a-z]+)'/g)].map(([, name = '']) => name);
  const names = [...text.matchAll(/['`](tally_[a-z_${}]+)['`]/g)].map(([, name = '']) => name);
  return new Set(
    names.flatMap((name) => (name.includes('${') ? progress.map((of) => name.replace('${name}', of)) : [name])),
  );
}
