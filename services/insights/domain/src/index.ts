export * from './star/row-key';
