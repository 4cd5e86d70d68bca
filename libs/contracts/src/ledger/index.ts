export * from './account-decisions.v1';
export * from './account-grants.v1';
export * from './account-movements.v1';
export * from './dispute-changed.v1';
export * from './points-sent.v1';
