export * from './logs';
export * from './metrics';
export * from './nest-log';
export * from './scope';
export * from './tracing';
