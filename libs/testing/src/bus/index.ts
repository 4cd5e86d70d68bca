export { BUS_CONTRACT_CASES, type BusCapabilities, busContract } from './bus.suite';
export { Effects, seqOf } from './effects';
export {
  type BusHarness,
  type BusMember,
  gate,
  type Mark,
  markRecord,
  marks,
  type MemberOptions,
  type MemberProcess,
  until,
} from './harness';
export { type KafkaBroker, startKafka, whyNoKafka } from './kafka-broker';
