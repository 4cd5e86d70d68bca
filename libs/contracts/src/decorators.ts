export * from './declaration/contract';
export * from './declaration/field-decorators';
