import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { membership } from '@tallystick/contracts';
import type { BusRecord } from '@tallystick/messaging';
import { int4Column, int8Column, textColumn, timestamptzColumn, uuidColumn } from '@tallystick/postgres';
import type { ContractProjection, RowStatement, TableName } from '@tallystick/read-models';
import { compareText, type Instant, instant } from '@tallystick/vocabulary';

/** Members and the periods of their tiers; nothing personal (capabilities B1, design §6 "Privacy"). */
export const membersProjection: ContractProjection = {
  source: 'contracts',
  name: 'members',
  version: 1,
  tables: ['dim_member', 'dim_member_tier'],
  ddl: readFileSync(join(__dirname, 'members.table.sql'), 'utf8'),
  statements: {
    'membership.member-enrolled.v1': (records, table) => [
      enrolled(oncePerMember(records as readonly BusRecord<membership.MemberEnrolled>[]), table),
    ],
    'membership.tier-changed.v1': (records, table) =>
      tiersChanged(newestPerMember(records as readonly BusRecord<membership.TierChanged>[]), table),
  },
};

type OfMember = BusRecord<membership.MemberEnrolled | membership.TierChanged>;

const nameOf = ({ tenant, message }: OfMember): string => `${tenant}/${message.member}`;

/** In one order for both topics, so that two batches never wait for each other in a circle. */
function inOrder<One extends OfMember>(records: Iterable<One>): readonly One[] {
  return [...records].sort((a, b) => compareText(nameOf(a), nameOf(b)));
}

/** One statement may not meet a row twice; the last says the same as the first. */
function oncePerMember(
  records: readonly BusRecord<membership.MemberEnrolled>[],
): readonly BusRecord<membership.MemberEnrolled>[] {
  return inOrder(new Map(records.map((record) => [nameOf(record), record])).values());
}

function enrolled(records: readonly BusRecord<membership.MemberEnrolled>[], table: TableName): RowStatement {
  const messages = records.map(({ message }) => message);
  return {
    text: `insert into ${table('dim_member')} as known (tenant, member, account, program, enrolled_at, unit, store, last_position)
     select * from unnest($1::text[], $2::text[], $3::uuid[], $4::text[], $5::timestamptz[], $6::text[], $7::text[], $8::bigint[])
     on conflict (tenant, member) do update set enrolled_at = excluded.enrolled_at, unit = excluded.unit,
       store = excluded.store, last_position = greatest(known.last_position, excluded.last_position)`,
    values: [
      textColumn(records.map(({ tenant }) => tenant)),
      textColumn(messages.map(({ member }) => member)),
      uuidColumn(messages.map(({ account }) => account)),
      textColumn(messages.map(({ program }) => program)),
      timestamptzColumn(messages.map(({ enrolledAt }) => instant(enrolledAt))),
      textColumn(messages.map(({ unit }) => unit)),
      textColumn(messages.map(({ store }) => store)),
      int8Column(records.map(({ position }) => position)),
    ],
  };
}

/** A tier change says the whole history, so the newest of a batch stands for all. */
function newestPerMember(
  records: readonly BusRecord<membership.TierChanged>[],
): readonly BusRecord<membership.TierChanged>[] {
  const newest = new Map<string, BusRecord<membership.TierChanged>>();
  for (const record of records) {
    const known = newest.get(nameOf(record));
    if ((known?.message.revision ?? -1) < record.message.revision) newest.set(nameOf(record), record);
  }
  return inOrder(newest.values());
}

/** The periods go first: whether a change is news is told by the revision that the member's row still shows. */
function tiersChanged(records: readonly BusRecord<membership.TierChanged>[], table: TableName): RowStatement[] {
  return [removePeriods(records, table), insertPeriods(records, table), showTier(records, table)];
}

const isNews = (table: TableName, change: string): string => `
  not exists (select from ${table('dim_member')} as known
               where known.tenant = ${change}.tenant collate "C" and known.member = ${change}.member collate "C"
                 and known.tier_revision >= ${change}.revision)`;

function removePeriods(records: readonly BusRecord<membership.TierChanged>[], table: TableName): RowStatement {
  return {
    text: `delete from ${table('dim_member_tier')} as period
      using unnest($1::text[], $2::text[], $3::int[]) as change (tenant, member, revision)
      where period.tenant = change.tenant collate "C" and period.member = change.member collate "C"
        and ${isNews(table, 'change')}`,
    values: [
      textColumn(records.map(({ tenant }) => tenant)),
      textColumn(records.map(({ message }) => message.member)),
      int4Column(records.map(({ message }) => message.revision)),
    ],
  };
}

function insertPeriods(records: readonly BusRecord<membership.TierChanged>[], table: TableName): RowStatement {
  const periods = records.flatMap((record) =>
    record.message.history.map(({ tier, validFrom }, index) => {
      const validTo = endOf(record.message.history, index);
      return { record, tier, validFrom: instant(validFrom), validTo };
    }),
  );
  return {
    text: `insert into ${table('dim_member_tier')} (tenant, member, tier, valid_from, valid_to, last_position)
      select tenant, member, tier, valid_from, valid_to, position
        from unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::bigint[])
             as period (tenant, member, revision, tier, valid_from, valid_to, position)
       where ${isNews(table, 'period')}`,
    values: [
      textColumn(periods.map(({ record }) => record.tenant)),
      textColumn(periods.map(({ record }) => record.message.member)),
      int4Column(periods.map(({ record }) => record.message.revision)),
      textColumn(periods.map(({ tier }) => tier)),
      timestamptzColumn(periods.map(({ validFrom }) => validFrom)),
      timestamptzColumn(periods.map(({ validTo }) => validTo)),
      int8Column(periods.map(({ record }) => record.position)),
    ],
  };
}

function showTier(records: readonly BusRecord<membership.TierChanged>[], table: TableName): RowStatement {
  const messages = records.map(({ message }) => message);
  return {
    text: `insert into ${table('dim_member')} as known (tenant, member, account, program, tier, tier_valid_from, tier_revision, last_position)
     select * from unnest($1::text[], $2::text[], $3::uuid[], $4::text[], $5::text[], $6::timestamptz[], $7::int[], $8::bigint[])
     on conflict (tenant, member) do update set tier = excluded.tier, tier_valid_from = excluded.tier_valid_from,
       tier_revision = excluded.tier_revision, last_position = greatest(known.last_position, excluded.last_position)
     where known.tier_revision < excluded.tier_revision`,
    values: [
      textColumn(records.map(({ tenant }) => tenant)),
      textColumn(messages.map(({ member }) => member)),
      uuidColumn(messages.map(({ account }) => account)),
      textColumn(messages.map(({ program }) => program)),
      textColumn(messages.map(({ tier }) => tier)),
      timestamptzColumn(messages.map(({ validFrom }) => instant(validFrom))),
      int4Column(messages.map(({ revision }) => revision)),
      int8Column(records.map(({ position }) => position)),
    ],
  };
}

function endOf(history: membership.TierChanged['history'], index: number): Instant | null {
  const next = history[index + 1];
  return next ? instant(next.validFrom) : null;
}
