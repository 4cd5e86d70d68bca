import { eventStoreContract } from '@tallystick/testing';
import { postgresHarness } from './postgres-harness';

eventStoreContract('Postgres', postgresHarness, {
  recordedInOrder: true,
  positionOnRetry: true,
  filteredReads: 10_000,
});
