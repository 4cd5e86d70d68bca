export { type EventStoreDbOptions, type EventStoreDbStore, openEventStoreDb } from './open';
