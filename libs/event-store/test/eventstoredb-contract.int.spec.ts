import { eventStoreContract } from '@tallystick/testing';
import { eventStoreDbHarness } from './eventstoredb-harness';
import { wireDoubleAddress } from './wire-double-address';

eventStoreContract('EventStoreDB (wire double)', async () => eventStoreDbHarness(await wireDoubleAddress()), {
  recordedInOrder: false,
  positionOnRetry: false,
  volume: 2_000,
});
