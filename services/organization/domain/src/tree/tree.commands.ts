import type { NodeDeclaration } from './tree.events';

/** Declares nodes in the order given, so that a parent may come in the same command before its children. */
export interface DeclareNodes {
  readonly kind: 'declare-nodes';
  readonly nodes: readonly NodeDeclaration[];
}

export type TreeCommand = DeclareNodes;
