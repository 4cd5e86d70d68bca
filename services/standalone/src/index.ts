export * from './client/connect';
export * from './client/progress';
export * from './client/run-file';
export * from './client/settled';
export * from './client/suite-client';
export * from './program/apply';
export * from './program/program-file';
export * from './suite';
