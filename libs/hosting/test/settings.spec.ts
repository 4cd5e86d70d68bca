import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettings, rolesOf, settingForms } from '../src';
import { withLocalKeys } from '../src/local-keys';
import { counterDefinition, echoDefinition } from './two-services';

const folder = mkdtempSync(join(tmpdir(), 'tallystick-settings-'));
afterAll(() => rmSync(folder, { recursive: true }));

const DATABASE_URL = 'postgres://owner@127.0.0.1:5432/tally';
const read = (environment: Record<string, string>) => readSettings([echoDefinition], { DATABASE_URL, ...environment });

describe('Settings', () => {
  it('have defaults', () => {
    expect(read({})).toMatchObject({
      TALLY_STORE: 'postgres',
      TALLY_BUS: 'postgres',
      TALLY_PORT: '8080',
      TALLY_HOST: '127.0.0.1',
    });
  });

  it.each([
    [{ TALLY_STROE: 'postgres' }, 'TALLY_STROE is not a setting'],
    [{ TALLY_STORE: 'mongodb' }, 'TALLY_STORE is none of postgres, eventstoredb'],
    [{ TALLY_STORE: 'eventstoredb' }, 'EVENTSTOREDB_URL is missing'],
    [{ TALLY_BUS: 'kafka' }, 'KAFKA_BROKERS is missing'],
    [{ TALLY_PORT: '80a' }, 'TALLY_PORT is no whole number'],
    [{ TALLY_POOL_SIZE: '5' }, 'TALLY_POOL_SIZE is less than 6: a step may hold one connection while it needs another'],
    [{ DATABASE_URL: 'nonsense' }, 'DATABASE_URL is no URL'],
    [{ DATABASE_URL: '' }, 'DATABASE_URL or ECHO_DATABASE_URL is missing'],
    [{ TALLY_CURSOR_KEY: 'c2hvcnQ=' }, 'TALLY_CURSOR_KEY is not 32 bytes in base64'],
    [{ ECHO_DATABASE_URL_FILE: '/nowhere/at/all' }, 'ECHO_DATABASE_URL_FILE cannot be read'],
  ])('refuse %j', (environment, fault) => {
    expect(() => read(environment)).toThrow(fault);
  });

  it('take the least pool size', () => {
    expect(read({ TALLY_POOL_SIZE: '6' })['TALLY_POOL_SIZE']).toBe('6');
  });

  it('tell everything that is wrong at once', () => {
    expect(() => read({ TALLY_PORT: 'x', TALLY_X: '1' })).toThrow(
      /TALLY_PORT is no whole number; TALLY_X is not a setting/,
    );
  });

  it('take secrets from files, and refuse both at once', () => {
    const file = join(folder, 'url');
    writeFileSync(file, 'postgres://echo:secret@db/tally\n');
    expect(read({ ECHO_DATABASE_URL_FILE: file })['ECHO_DATABASE_URL']).toBe('postgres://echo:secret@db/tally');
    expect(() => read({ DATABASE_URL_FILE: file })).toThrow('DATABASE_URL and DATABASE_URL_FILE are both set');
  });

  it('name a database for each service and for each that it hears', () => {
    const names = settingForms([echoDefinition]).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['ECHO_DATABASE_URL', 'COUNTER_DATABASE_URL']));
    expect(settingForms([counterDefinition]).map(({ name }) => name)).not.toContain('ECHO_DATABASE_URL');
  });
});

describe('Roles', () => {
  it('are all of them by default, else those that are named', () => {
    expect(rolesOf({}).size).toBe(6);
    expect([...rolesOf({ TALLY_ROLES: 'http, projector' })]).toEqual(['http', 'projector']);
    expect(() => rolesOf({ TALLY_ROLES: 'http,cook' })).toThrow('cook is none of');
  });
});

describe('Keys that are not set', () => {
  it('are made once in the data folder, and never in production', () => {
    const forms = settingForms([echoDefinition]);
    const settings = { TALLY_DATA: folder };
    const first = withLocalKeys(settings, forms, {});
    expect(withLocalKeys(settings, forms, {})).toEqual(first);
    expect(Buffer.from(first['TALLY_CURSOR_KEY'] ?? '', 'base64').length).toBe(32);
    expect(() => withLocalKeys(settings, forms, { NODE_ENV: 'production' })).toThrow('TALLY_CURSOR_KEY is missing');
    expect(() => withLocalKeys({}, forms, {})).toThrow('TALLY_DATA is missing');
  });
});
