export * from './obligation/obligation';
