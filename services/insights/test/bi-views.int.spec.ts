import { randomBytes } from 'node:crypto';
import { createPool, type Pool, quoteIdentifier, quoteLiteral } from '@tallystick/postgres';
import { openPostgresEventStore } from '@tallystick/event-store/postgres';
import type { ServiceDefinition } from '@tallystick/hosting';
import type { ContractProjection } from '@tallystick/read-models';
import { EventChain } from '@tallystick/testing';
import { insightsDefinition } from '../src';
import { purchasesProjection } from '../src/projections/purchases/purchases.projection';
import { InsightsFixture, node, purchase } from './insights-fixture';

const DENIED = '42501';
const PURCHASES = 'campaigns.purchase-recorded.v1';
const NODES = 'organization.node-declared.v1';

let insights: InsightsFixture;
let analyst: Pool;
let login: string;

beforeAll(async () => {
  insights = await InsightsFixture.start();
  login = `analyst_${randomBytes(6).toString('hex')}`;
  const password = randomBytes(12).toString('hex');
  await insights.owner.query(
    `create role ${quoteIdentifier(login)} login password ${quoteLiteral(password)} in role tallystick_bi`,
  );
  analyst = createPool(insights.urlFor(login, password), { max: 2, applicationName: 'analyst' });
  await insights.owner.query(
    `create table membership.vault_member (tenant text);
     create table ledger.balance (points bigint)`,
  );
  await insights.hear(PURCHASES, purchase('P1'));
});

afterAll(async () => {
  await analyst?.end();
  await insights?.owner.query(`drop role ${quoteIdentifier(login)}`);
  await insights?.stop();
});

const codeOf = (statement: string): Promise<string> =>
  analyst.query(statement).then(
    () => 'done',
    (error: { code: string }) => error.code,
  );

async function viewsOfBi(): Promise<string[]> {
  const { rows } = await insights.owner.query<{ name: string }>(
    "select table_name as name from information_schema.tables where table_schema = 'bi' order by 1",
  );
  return rows.map(({ name }) => name);
}

describe('the role tallystick_bi', () => {
  it('reads every view', async () => {
    const views = await viewsOfBi();
    expect(views).toEqual([
      'freshness',
      'member_tiers',
      'members',
      'points_movements',
      'purchase_lines',
      'purchases',
      'returns',
      'units',
    ]);
    for (const view of views) expect([view, await codeOf(`select * from bi.${view}`)]).toEqual([view, 'done']);
    const { rows } = await analyst.query('select purchase_id from bi.purchases');
    expect(rows).toEqual([{ purchase_id: 'P1' }]);
  });

  it.each([
    'insights.fact_purchase',
    'insights.fact_purchase_v1',
    'insights.consumer_position',
    'insights.event',
    'ledger.event',
    'ledger.balance',
    'membership.vault_member',
  ])('does not read %s', async (table) => {
    await expect(codeOf(`select * from ${table}`)).resolves.toBe(DENIED);
  });

  it.each([
    'update bi.purchases set total = 0',
    'delete from bi.purchases',
    "insert into bi.members (tenant) values ('x')",
    'create table bi.own (id int)',
    'create schema own',
    'drop view bi.purchases',
    'create or replace view bi.purchases as select 1',
    'set role postgres',
  ])('may not: %s', async (statement) => {
    await expect(codeOf(statement)).resolves.toBe(DENIED);
  });

  it('may not log in itself, and is meant to read only and not for long', async () => {
    const { rows } = await insights.owner.query(
      "select rolcanlogin, rolsuper, rolcreaterole, rolbypassrls, rolconfig from pg_roles where rolname = 'tallystick_bi'",
    );
    expect(rows).toEqual([
      {
        rolcanlogin: false,
        rolsuper: false,
        rolcreaterole: false,
        rolbypassrls: false,
        rolconfig: ['default_transaction_read_only=on', 'statement_timeout=60s'],
      },
    ]);
  });
});

describe('the views', () => {
  it('are the same after another boot, with two starters at once', async () => {
    const before = await viewsOfBi();
    await Promise.all([insights.bootAgain(), insights.bootAgain()]);
    await expect(viewsOfBi()).resolves.toEqual(before);
    await expect(codeOf('select * from bi.purchases')).resolves.toBe('done');
  });

  it('survive a rebuild of what they show, for whoever reads them', async () => {
    await expect(insights.rebuild(purchasesProjection)).resolves.toMatchObject({ equal: true });
    await insights.hear(PURCHASES, purchase('P2'));
    const { rows } = await analyst.query('select purchase_id from bi.purchases order by 1');
    expect(rows).toEqual([{ purchase_id: 'P1' }, { purchase_id: 'P2' }]);
  });
});

describe('bi.freshness', () => {
  const freshness = async (topic: string): Promise<object | undefined> => {
    const { rows } = await analyst.query<Record<string, unknown>>('select * from bi.freshness where topic = $1', [
      topic,
    ]);
    return rows[0];
  };

  it('says how far a topic is behind the log that it is heard from, and since when', async () => {
    await insights.lease(NODES);
    await insights.hear(NODES, node('hz-001', 0));
    const store = await openPostgresEventStore({
      pool: insights.owner,
      schema: 'organization',
      service: 'organization',
    });
    const chain = new EventChain('tree-demo');
    await store.append(chain.stream, 'none', chain.next(3));
    await store.close();
    const [second] = await insights.rows('select recorded_at from organization.event where position = 2');
    await expect(freshness(NODES)).resolves.toEqual({
      topic: NODES,
      last_position: '1',
      head: '3',
      behind: '2',
      oldest_unseen_at: (second as { recorded_at: Date }).recorded_at,
    });
    await insights.hear(NODES, node('hz-001', 1), node('hz-001', 2));
    await expect(freshness(NODES)).resolves.toMatchObject({ last_position: '3', behind: '0', oldest_unseen_at: null });
  });

  it('compares no offsets of another bus with the log', async () => {
    await expect(freshness(PURCHASES)).resolves.toMatchObject({ head: null, behind: null, oldest_unseen_at: null });
  });
});

describe('a projection whose version is raised', () => {
  const raised = (definitionOfTables: string): ContractProjection => ({
    ...purchasesProjection,
    version: purchasesProjection.version + 1,
    ddl: definitionOfTables,
  });
  const release = (projection: ContractProjection): ServiceDefinition => ({
    ...insightsDefinition,
    projections: () => insightsDefinition.projections().map((one) => (one.name === projection.name ? projection : one)),
  });
  const seen = async (): Promise<unknown> =>
    (await analyst.query('select purchase_id, total from bi.purchases order by 1')).rows;

  it('is shown by the views of bi once it is rebuilt, to whoever reads them', async () => {
    const before = await seen();
    const { ddl } = purchasesProjection;
    const next = raised(`${ddl}; alter table {{fact_purchase}} add column channel text`);
    await insights.bootAgain(release(next));
    expect(await seen()).toEqual(before);
    await insights.rebuild(next);
    expect(await seen()).toEqual(before);
    await insights.bootAgain(release(next));
    expect(await seen()).toEqual(before);
    const { rows } = await insights.owner.query('select channel from insights.fact_purchase limit 1');
    expect(rows).toEqual([{ channel: null }]);
  });
});
