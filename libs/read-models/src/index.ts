export * from './projection';
export * from './projection-handler';
export * from './projection-runner';
export { consumerOf, createProjectionTables } from './tables';
