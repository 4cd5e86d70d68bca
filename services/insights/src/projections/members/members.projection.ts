import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { membership } from '@tallystick/contracts';
import type { BusRecord } from '@tallystick/messaging';
import { type Connection, int8Column, textColumn, timestamptzColumn, uuidColumn } from '@tallystick/postgres';
import type { ContractProjection, TableName } from '@tallystick/read-models';
import { type Instant, instant } from '@tallystick/vocabulary';

/** Members and the periods of their tiers; nothing personal (capabilities B1, design §6 "Privacy"). */
export const membersProjection: ContractProjection = {
  source: 'contracts',
  name: 'members',
  version: 1,
  tables: ['dim_member', 'dim_member_tier'],
  ddl: readFileSync(join(__dirname, 'members.table.sql'), 'utf8'),
  apply: {
    'membership.member-enrolled.v1': (connection, records, table) =>
      enrolled(connection, oncePerMember(records as readonly BusRecord<membership.MemberEnrolled>[]), table),
    'membership.tier-changed.v1': async (connection, records, table) => {
      for (const record of newestPerMember(records as readonly BusRecord<membership.TierChanged>[])) {
        await tierChanged(connection, record, table);
      }
    },
  },
};

/** One statement may not meet a row twice; the last says the same as the first. */
function oncePerMember(
  records: readonly BusRecord<membership.MemberEnrolled>[],
): readonly BusRecord<membership.MemberEnrolled>[] {
  return [...new Map(records.map((record) => [`${record.tenant}/${record.message.member}`, record])).values()];
}

async function enrolled(
  connection: Connection,
  records: readonly BusRecord<membership.MemberEnrolled>[],
  table: TableName,
): Promise<void> {
  const messages = records.map(({ message }) => message);
  await connection.query(
    `insert into ${table('dim_member')} as known (tenant, member, account, program, enrolled_at, unit, store, last_position)
     select * from unnest($1::text[], $2::text[], $3::uuid[], $4::text[], $5::timestamptz[], $6::text[], $7::text[], $8::bigint[])
     on conflict (tenant, member) do update set enrolled_at = excluded.enrolled_at, unit = excluded.unit,
       store = excluded.store, last_position = greatest(known.last_position, excluded.last_position)`,
    [
      textColumn(records.map(({ tenant }) => tenant)),
      textColumn(messages.map(({ member }) => member)),
      uuidColumn(messages.map(({ account }) => account)),
      textColumn(messages.map(({ program }) => program)),
      timestamptzColumn(messages.map(({ enrolledAt }) => instant(enrolledAt))),
      textColumn(messages.map(({ unit }) => unit)),
      textColumn(messages.map(({ store }) => store)),
      int8Column(records.map(({ position }) => position)),
    ],
  );
}

/** A tier change says the whole history, so the newest of a batch stands for all. */
function newestPerMember(records: readonly BusRecord<membership.TierChanged>[]): BusRecord<membership.TierChanged>[] {
  const newest = new Map<string, BusRecord<membership.TierChanged>>();
  for (const record of records) {
    const name = `${record.tenant}/${record.message.member}`;
    if ((newest.get(name)?.message.revision ?? -1) < record.message.revision) newest.set(name, record);
  }
  return [...newest.values()];
}

async function tierChanged(
  connection: Connection,
  { tenant, position, message }: BusRecord<membership.TierChanged>,
  table: TableName,
): Promise<void> {
  const { rowCount } = await connection.query(
    `insert into ${table('dim_member')} as known (tenant, member, account, program, tier, tier_valid_from, tier_revision, last_position)
     values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (tenant, member) do update set tier = excluded.tier, tier_valid_from = excluded.tier_valid_from,
       tier_revision = excluded.tier_revision, last_position = greatest(known.last_position, excluded.last_position)
     where known.tier_revision < excluded.tier_revision`,
    [
      tenant,
      message.member,
      message.account,
      message.program,
      message.tier,
      message.validFrom,
      message.revision,
      position,
    ],
  );
  if (rowCount === 0) return;
  await connection.query(`delete from ${table('dim_member_tier')} where tenant = $1 and member = $2`, [
    tenant,
    message.member,
  ]);
  const { history } = message;
  await connection.query(
    `insert into ${table('dim_member_tier')}
     select $1, $2, * , $6::bigint from unnest($3::text[], $4::timestamptz[], $5::timestamptz[])`,
    [
      tenant,
      message.member,
      textColumn(history.map(({ tier }) => tier)),
      timestamptzColumn(history.map(({ validFrom }) => instant(validFrom))),
      timestamptzColumn(history.map((_, index) => endOf(history, index))),
      position,
    ],
  );
}

function endOf(history: membership.TierChanged['history'], index: number): Instant | null {
  const next = history[index + 1];
  return next ? instant(next.validFrom) : null;
}
