import { eventStoreContract } from '@tallystick/testing';
import { postgresHarness } from './postgres-harness';

eventStoreContract('Postgres', postgresHarness, {
  recordedInOrder: true,
  positionOnRetry: true,
  volume: 10_000,
});
