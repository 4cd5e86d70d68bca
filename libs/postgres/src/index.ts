export * from './columns';
export * from './faults';
export * from './launcher/embedded-postgres';
export * from './launcher/free-port';
export type { ServerProfile } from './launcher/profile';
export * from './pool';
export * from './transaction';
