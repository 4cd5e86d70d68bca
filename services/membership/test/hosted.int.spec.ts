import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { START } from '@tallystick/decider';
import { type BootedServices, bootServices } from '@tallystick/hosting';
import { createPool } from '@tallystick/postgres';
import { startTestDatabase, type TestDatabase } from '@tallystick/testing';
import { membershipDefinition } from '../src';
import { membershipParts } from '../src/membership.parts';
import { accountOf, batchOf, POLICY, program, PROGRAM, TENANT } from './membership-fixture';

const MARCH = '2026-03-01T10:00:00.000Z';

let folder: string;
let database: TestDatabase;
let booted: BootedServices;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'membership-'));
  database = await startTestDatabase();
  booted = await bootServices([membershipDefinition], { DATABASE_URL: database.url, TALLY_DATA: folder });
});

afterAll(async () => {
  await booted?.close();
  await database?.drop();
  rmSync(folder, { recursive: true, force: true });
});

describe('membership under its own role on the bus', () => {
  it('hears its own tier policy and reviews whoever holds growth', async () => {
    const { resources } = booted.services[0]!;
    const owner = createPool(database.url, { max: 1, applicationName: 'membership-test' });
    await owner.query(
      `insert into membership.growth_fact_v1 values (1200, '${MARCH}', '${MARCH}', '${accountOf('m-1')}', 1, '${TENANT}', 'm-1')`,
    );
    await owner.end();
    const { commands, policies } = membershipParts(resources);
    await policies.programDeclared(batchOf([program()]));
    const metadata = { actor: 'user:test', commandId: '22222222-2222-4222-8222-222222222222' };
    await commands.declareTierPolicy(TENANT, PROGRAM, POLICY, metadata);
    const types = async (): Promise<string[]> =>
      (await resources.store.readAll({ after: START, max: 10 })).events.map(({ type }) => type);
    while (!(await types()).includes('TierChanged')) await resources.store.changed(200);
    await expect(types()).resolves.toEqual(['TierPolicyDeclared', 'TierChanged']);
    const { state } = await commands.member(TENANT, 'm-1');
    expect(state.history).toEqual([{ tier: 'silver', validFrom: MARCH }]);
  });
});
