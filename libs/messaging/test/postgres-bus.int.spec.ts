import { busContract } from '@tallystick/testing';
import { PostgresHarness } from './postgres-harness';

// One batch is with the handler, one is ready, and one fetch may bring 12 partitions of 50 records.
busContract('Postgres', () => PostgresHarness.start(), { boundedBy: 800 });
