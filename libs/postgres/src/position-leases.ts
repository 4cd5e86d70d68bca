import { int4Column } from './columns';
import type { Connection, Pool } from './pool';
import { inTransaction } from './transaction';

/** A partition that is ours until the lease runs out. */
export interface PositionLease {
  readonly partition: number;
  /** Grows with every claim: what a former holder still does under its own is refused (`move_checkpoint`, TS001). */
  readonly epoch: number;
  /** The last settled position, 20 digits; exclusive start of what comes next. */
  readonly position: string;
}

export interface LeaseOptions {
  /** How long a silent member keeps its partitions; claim again at about a third of it. By the database's clock. */
  readonly leaseMs: number;
}

/** `seen`: 0 where another member took us for dead and forgot us. */
interface Renewal {
  readonly seen: number;
  readonly others: number;
  readonly rank: number;
  readonly held: readonly PositionLease[];
}

const POSITION_WIDTH = 20;

/** How many of `partitions` the member at `rank` of `members` holds: every share differs by at most one. */
export function fairShare(partitions: number, members: number, rank: number): number {
  return Math.floor(partitions / members) + (rank < partitions % members ? 1 : 0);
}

/** Rows in ascending order: a renewal and a checkpoint of the same holder never wait for each other in a circle. */
const RENEWED = `
  mine as (
    select partition from consumer_position
     where consumer = $1 and topic = $2 and owner = $3 and partition = any ($4::int[])
     order by partition for update),
  renewed as (
    update consumer_position as place set lease_until = now() + $5 * interval '1 millisecond'
      from mine where place.consumer = $1 and place.topic = $2 and place.partition = mine.partition
    returning place.partition, place.epoch, lpad(place.position::text, ${POSITION_WIDTH}, '0') as position)`;

const RENEW = `with ${RENEWED} select partition, epoch, position from renewed`;

/** In one round trip: says that we live, renews what we hold, and tells how many live beside us and before us. */
const RENEW_ALONE = `
  with seen as (
    update consumer_member set seen_until = now() + $5 * interval '1 millisecond'
     where consumer = $1 and topic = $2 and member = $3 returning joined_at, member),
  others as (
    select joined_at, member from consumer_member
     where consumer = $1 and topic = $2 and seen_until >= now() and member <> $3),
  ${RENEWED}
  select (select count(*)::int from seen) as seen,
         (select count(*)::int from others) as others,
         (select count(*)::int from others join seen
             on (others.joined_at, others.member) < (seen.joined_at, seen.member)) as rank,
         coalesce((select json_agg(renewed order by partition) from renewed), '[]') as held`;

/** A row that another member holds on to is left: two that take each other for dead must not wait for each other. */
const FORGET_GONE = `
  delete from consumer_member where consumer = $1 and topic = $2 and member in (
    select member from consumer_member
     where consumer = $1 and topic = $2 and seen_until < now() order by member for update skip locked)`;

const ANNOUNCE = `
  insert into consumer_member (consumer, topic, member, seen_until)
  values ($1, $2, $3, now() + $4 * interval '1 millisecond')
  on conflict (consumer, topic, member) do update set seen_until = excluded.seen_until`;

const MEMBERS = `
  select member from consumer_member where consumer = $1 and topic = $2 and seen_until >= now() order by joined_at, member`;

const CREATE_MISSING = `
  insert into consumer_position (consumer, topic, partition)
  select $1, $2, wanted.partition from unnest($3::int[]) as wanted (partition)
   where not exists (
     select 1 from consumer_position as place
      where place.consumer = $1 and place.topic = $2 and place.partition = wanted.partition)
  on conflict do nothing`;

const TAKE = `
  with open as (
    select partition from consumer_position
     where consumer = $1 and topic = $2 and partition = any ($4::int[])
       and (owner is null or (owner <> $3 and lease_until < now()))
     order by partition limit $6 for update skip locked)
  update consumer_position as place
     set owner = $3, epoch = place.epoch + 1, lease_until = now() + $5 * interval '1 millisecond'
    from open where place.consumer = $1 and place.topic = $2 and place.partition = open.partition
  returning place.partition, place.epoch, lpad(place.position::text, ${POSITION_WIDTH}, '0') as position`;

const GIVE_BACK = `
  with mine as (
    select partition from consumer_position
     where consumer = $1 and topic = $2 and owner = $3 and partition = any ($4::int[])
     order by partition for update)
  update consumer_position as place set owner = null, lease_until = null
    from mine where place.consumer = $1 and place.topic = $2 and place.partition = mine.partition`;

const byPartition = (one: PositionLease, other: PositionLease): number => one.partition - other.partition;

/** Shares the partitions of consumers among the members that are alive, in the tables of the pool's schema. */
export class PositionLeases {
  private readonly joined = new Map<string, { consumer: string; topic: string }>();

  /** `member`: unique among all processes for all time (a host name and a random id, say). */
  constructor(
    private readonly pool: Pool,
    readonly member: string,
  ) {}

  /**
   * Says that we live, renews what we hold, gives back what exceeds our fair share and takes what is free or expired up
   * to it. Resolves with all that is ours now, by partition: what is missing there is no longer ours, and a higher epoch
   * than before means that another may have held it in between. To be called again before the lease runs out.
   */
  async claim(
    consumer: string,
    topic: string,
    partitions: readonly number[],
    { leaseMs }: LeaseOptions,
  ): Promise<readonly PositionLease[]> {
    const renewed = await this.renew(consumer, topic, partitions, leaseMs);
    if (renewed) return renewed;
    this.joined.set(`${consumer}\n${topic}`, { consumer, topic });
    return inTransaction(this.pool, async (connection) => {
      await connection.query(FORGET_GONE, [consumer, topic]);
      await connection.query(ANNOUNCE, [consumer, topic, this.member, leaseMs]);
      const members = await connection.query<{ member: string }>(MEMBERS, [consumer, topic]);
      const rank = members.rows.findIndex(({ member }) => member === this.member);
      const share = fairShare(partitions.length, members.rows.length, rank);
      await connection.query(CREATE_MISSING, [consumer, topic, int4Column(partitions)]);
      const scope = [consumer, topic, this.member, int4Column(partitions), leaseMs] as const;
      const held = [...(await connection.query<PositionLease>(RENEW, [...scope])).rows].sort(byPartition);
      await this.giveBack(connection, consumer, topic, held.splice(share));
      if (held.length === share) return held;
      const taken = await connection.query<PositionLease>(TAKE, [...scope, share - held.length]);
      return [...held, ...taken.rows].sort(byPartition);
    });
  }

  /** What is ours, renewed, where it is our fair share just now; undefined where something has to come or go. */
  private async renew(
    consumer: string,
    topic: string,
    partitions: readonly number[],
    leaseMs: number,
  ): Promise<readonly PositionLease[] | undefined> {
    if (!this.joined.has(`${consumer}\n${topic}`)) return undefined;
    const { rows } = await this.pool.query<Renewal>({
      name: 'renew-leases',
      text: RENEW_ALONE,
      values: [consumer, topic, this.member, int4Column(partitions), leaseMs],
    });
    const { seen, others, rank, held } = rows[0]!;
    return seen === 1 && held.length === fairShare(partitions.length, others + 1, rank) ? held : undefined;
  }

  /** Gives partitions back; who claims next starts where our last checkpoint ended. */
  async release(consumer: string, topic: string, partitions: readonly number[]): Promise<void> {
    await this.pool.query(GIVE_BACK, [consumer, topic, this.member, int4Column(partitions)]);
  }

  /** Leaves every consumer that we claimed for: others get our partitions with their next claim. */
  async close(): Promise<void> {
    const joined = [...this.joined.values()];
    this.joined.clear();
    await inTransaction(this.pool, async (connection) => {
      for (const { consumer, topic } of joined) {
        const scope = [consumer, topic, this.member];
        await connection.query('delete from consumer_member where consumer = $1 and topic = $2 and member = $3', scope);
        await connection.query(
          `update consumer_position set owner = null, lease_until = null
            where consumer = $1 and topic = $2 and owner = $3`,
          scope,
        );
      }
    });
  }

  private async giveBack(
    connection: Connection,
    consumer: string,
    topic: string,
    leases: readonly PositionLease[],
  ): Promise<void> {
    if (leases.length === 0) return;
    const partitions = int4Column(leases.map(({ partition }) => partition));
    await connection.query(GIVE_BACK, [consumer, topic, this.member, partitions]);
  }
}
