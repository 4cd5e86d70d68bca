export * from './database';
export * from './event-store';
