export { MemoryEventStore, MemorySnapshots } from './memory/memory-event-store';
export * from './simulate';
