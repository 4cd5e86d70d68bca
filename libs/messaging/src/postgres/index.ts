export * from './outside-retention';
export * from './outside-topics';
export * from './postgres-bus-server';
export * from './publisher';
