export * from './clock/clock.decider';
export * from './program/program.decider';
export * from './tree/tree.commands';
export * from './tree/tree.decider';
export * from './tree/tree.events';
export * from './tree/tree.rejections';
export * from './tree/tree.state';
