import type { NodeDeclared } from './tree.events';

export type NodeVersion = NodeDeclared['data'];

/** Every version of every node, by `validFrom`; a later declaration for the same instant replaces the earlier. */
export interface TreeState {
  readonly versions: Map<string, NodeVersion[]>;
}

/** The version of a node in force at an instant (text as `formatInstant` writes it, which sorts as time does). */
export function nodeAt(state: TreeState, node: string, at: string): NodeVersion | undefined {
  const versions = state.versions.get(node) ?? [];
  for (let i = versions.length - 1; i >= 0; i--) if (versions[i]!.validFrom <= at) return versions[i];
  return undefined;
}

/** The business unit that a node lies in at an instant: itself, or the nearest unit above it. */
export function unitAt(state: TreeState, node: string, at: string): string | undefined {
  const seen = new Set<string>();
  for (let name: string | undefined = node; name !== undefined && !seen.has(name);) {
    seen.add(name);
    const version = nodeAt(state, name, at);
    if (version?.kind === 'unit') return version.node;
    name = version?.parent;
  }
  return undefined;
}
