export * from './database';
export * from './event-store';
export * from './bus';
