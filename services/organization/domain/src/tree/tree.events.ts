import type { DomainEvent } from '@tallystick/decider';

/** The levels of the tree from the top down; a node lies below a node of a higher level. */
export const NODE_LEVELS = ['group', 'unit', 'brand', 'region', 'store'] as const;
export type NodeKind = (typeof NODE_LEVELS)[number];
export type Ownership = 'own' | 'franchise' | 'partner';

/** A node of the organization tree as it is from `validFrom` on (capabilities M1). */
export interface NodeDeclaration {
  readonly node: string;
  readonly kind: NodeKind;
  readonly name: string;
  readonly parent?: string;
  /** RFC 3339 in UTC, as `formatInstant` writes it. */
  readonly validFrom: string;
  readonly format?: string;
  readonly legalEntity?: string;
  readonly ownership?: Ownership;
  /** IANA zone; needed on a store. */
  readonly zone?: string;
  /** False: the node takes no purchases from `validFrom` on. */
  readonly open: boolean;
}

/** `unit` is the business unit that the node lies in at `validFrom`; absent on the group. */
export type NodeDeclared = DomainEvent<'NodeDeclared', NodeDeclaration & { readonly unit?: string }>;

export type TreeEvent = NodeDeclared;
