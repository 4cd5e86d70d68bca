export * from './append-request';
export * from './append-many';
