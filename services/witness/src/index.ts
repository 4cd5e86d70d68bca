export * from './cosigned-logs';
export * from './serve';
export * from './witness';
