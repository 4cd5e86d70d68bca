export { MemoryEventStore, MemorySnapshots } from './memory/memory-event-store';
export * from './simulate';
export { findPlanted, type PlantedFinding, plantedTable } from './planted/find-planted';
export { PLANTED_BUGS, type PlantedBug } from './planted/planted-bugs';
export { findAllPlanted, type ManySeeds, simulateMany } from './threads/many';
export type { Work, WorkSource } from './work/work';
