export * from './audit-log';
export * from './checkpoint-file';
export * from './checkpoint-topic';
export * from './cosigning';
export * from './sealed-tables';
export { SealBroken } from './sealed-tree';
export * from './sealer';
export * from './witness-client';
