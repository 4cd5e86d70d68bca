export * from './account-movements.v1';
export * from './account-decisions.v1';
