export * from './bus';
export * from './partition';
