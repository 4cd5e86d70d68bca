export * from './projection';
export * from './projection-handler';
export * from './projection-runner';
export * from './rebuild';
export type { ContractSource } from './replay';
export { insertOf, type NewRows, type RowStatement } from './row-statement';
export { consumerOf, createProjectionTables } from './tables';
