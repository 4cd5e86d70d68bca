export { EventChain, type LinkOptions } from './event-chain';
export { contractCases, eventStoreContract } from './event-store.suite';
export { FaultyLink } from './faulty-link';
export {
  caughtUp,
  codeOf,
  collect,
  eventCount,
  eventsOf,
  type EventStoreCapabilities,
  type EventStoreHarness,
  idsOf,
  type OpenOptions,
  type StoreFaults,
} from './harness';
export { NodeLog } from './wire-double-log';
