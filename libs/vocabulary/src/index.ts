export * from './amount';
export * from './calendar';
export * from './ids';
export * from './instant';
export * from './rational';
export * from './split';
