import type { membership, organization } from '@tallystick/contracts';
import type { Checkpoint } from '@tallystick/decider';
import {
  boolColumn,
  type Connection,
  int4Column,
  inTransaction,
  moveCheckpoint,
  type Pool,
  textColumn,
} from '@tallystick/postgres';
import { formatInstant, instant } from '@tallystick/vocabulary';

/** A message and the tenant that its record was stamped with. */
export interface Told<Message> {
  readonly tenant: string;
  readonly message: Message;
}

/**
 * Keeps the rows of other services' contracts. Of two messages about one thing the higher revision counts, so order and
 * repetition do not matter. Rows, version and the consumer's position move in one transaction.
 */
export class ReferenceWriter {
  constructor(private readonly pool: Pool) {}

  nodesDeclared(told: readonly Told<organization.NodeDeclared>[], checkpoint?: Checkpoint): Promise<void> {
    return this.write(checkpoint, async (connection) => {
      const newest = newestOf(
        told,
        ({ tenant, message }) => `${tenant} ${message.node} ${formatInstant(instant(message.validFrom))}`,
      );
      await connection.query(
        `insert into node_version as known (tenant, node, valid_from, kind, unit, format, open, revision)
         select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::boolean[], $8::integer[])
         on conflict (tenant, node, valid_from) do update
           set kind = excluded.kind, unit = excluded.unit, format = excluded.format, open = excluded.open,
               revision = excluded.revision
         where known.revision < excluded.revision`,
        [
          textColumn(newest.map(({ tenant }) => tenant)),
          textColumn(newest.map(({ message }) => message.node)),
          textColumn(newest.map(({ message }) => formatInstant(instant(message.validFrom)))),
          textColumn(newest.map(({ message }) => message.kind)),
          textColumn(newest.map(({ message }) => message.unit ?? null)),
          textColumn(newest.map(({ message }) => message.format ?? null)),
          boolColumn(newest.map(({ message }) => message.open)),
          int4Column(newest.map(({ message }) => message.revision)),
        ],
      );
      await connection.query('update reference_version set version = version + 1');
    });
  }

  programsDeclared(told: readonly Told<organization.ProgramDeclared>[], checkpoint?: Checkpoint): Promise<void> {
    return this.write(checkpoint, async (connection) => {
      const newest = newestOf(told, ({ tenant, message }) => `${tenant} ${message.program}`);
      await connection.query(
        `insert into program_setting as known (tenant, program, accept_from_days, reference_wait_seconds, revision)
         select * from unnest($1::text[], $2::text[], $3::integer[], $4::integer[], $5::integer[])
         on conflict (tenant, program) do update
           set accept_from_days = excluded.accept_from_days, reference_wait_seconds = excluded.reference_wait_seconds,
               revision = excluded.revision
         where known.revision < excluded.revision`,
        [
          textColumn(newest.map(({ tenant }) => tenant)),
          textColumn(newest.map(({ message }) => message.program)),
          int4Column(newest.map(({ message }) => message.acceptPurchasesFromDays ?? null)),
          int4Column(newest.map(({ message }) => message.referenceWaitSeconds)),
          int4Column(newest.map(({ message }) => message.revision)),
        ],
      );
      await connection.query('update reference_version set version = version + 1');
    });
  }

  cardsIssued(told: readonly Told<membership.CardIssued>[], checkpoint?: Checkpoint): Promise<void> {
    return this.write(checkpoint, async (connection) => {
      await connection.query(
        `insert into card (tenant, card_token, member) select * from unnest($1::text[], $2::text[], $3::text[])
         on conflict do nothing`,
        [
          textColumn(told.map(({ tenant }) => tenant)),
          textColumn(told.map(({ message }) => message.cardToken)),
          textColumn(told.map(({ message }) => message.member)),
        ],
      );
    });
  }

  private write(checkpoint: Checkpoint | undefined, work: (connection: Connection) => Promise<void>): Promise<void> {
    return inTransaction(this.pool, async (connection) => {
      await work(connection);
      if (checkpoint) await moveCheckpoint(connection, checkpoint);
    });
  }
}

/** The message of the highest revision about each thing: one statement may touch a row once only. */
function newestOf<Message extends { readonly revision: number }>(
  told: readonly Told<Message>[],
  thing: (one: Told<Message>) => string,
): Told<Message>[] {
  const newest = new Map<string, Told<Message>>();
  for (const one of told) {
    const known = newest.get(thing(one));
    if (!known || known.message.revision <= one.message.revision) newest.set(thing(one), one);
  }
  return [...newest.values()];
}
