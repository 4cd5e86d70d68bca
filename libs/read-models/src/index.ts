export * from './insert-new';
export * from './projection';
export * from './projection-handler';
export * from './projection-runner';
export * from './rebuild';
export type { ContractSource } from './replay';
export { consumerOf, createProjectionTables } from './tables';
