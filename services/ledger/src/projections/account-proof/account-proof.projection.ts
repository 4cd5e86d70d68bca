import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bodyOf, type EventStore, tenantOf } from '@tallystick/decider';
import { violationsDecider } from '@tallystick/ledger-domain';
import { int4Column, int8Column, textColumn, timestamptzColumn, uuidColumn } from '@tallystick/postgres';
import { insertOf, type LogProjection } from '@tallystick/read-models';
import { AccountProver } from '../../application/account-prover';

/** Proves every account event before it passes over it, and keeps the violations that were found as rows. */
export function accountProofProjection(): LogProjection {
  const provers = new WeakMap<EventStore, AccountProver>();
  return {
    source: 'log',
    name: 'account-proof',
    version: 1,
    tables: ['violation'],
    ddl: readFileSync(join(__dirname, 'account-proof.table.sql'), 'utf8'),
    async before(events, store) {
      const prover = provers.get(store) ?? new AccountProver(store);
      provers.set(store, prover);
      await prover.prove(events);
    },
    statements(events, table) {
      const found = events
        .filter(({ stream }) => stream.startsWith('violation-'))
        .map((event) => ({ event, ...violationsDecider.upcast(event.type, event.version, bodyOf(event)).data }));
      if (found.length === 0) return [];
      const columns = {
        found_at: timestamptzColumn(found.map(({ event }) => event.recordedAt)),
        position: int8Column(found.map(({ event }) => event.position)),
        account: uuidColumn(found.map(({ account }) => account)),
        revision: int4Column(found.map(({ revision }) => Number(revision))),
        tenant: textColumn(found.map(({ event }) => tenantOf(event.stream))),
        '"check"': textColumn(found.map(({ check }) => check)),
        what: textColumn(found.map(({ what }) => what)),
        test: textColumn(found.map(({ test }) => test)),
      };
      return [insertOf({ into: table('violation'), columns })];
    },
  };
}
