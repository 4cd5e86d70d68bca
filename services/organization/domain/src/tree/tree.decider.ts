import { type Decider, reject, type Rejection, UnknownEvent } from '@tallystick/decider';
import { compareText } from '@tallystick/vocabulary';
import type { TreeCommand } from './tree.commands';
import { NODE_LEVELS, type NodeDeclaration, type NodeDeclared, type TreeEvent } from './tree.events';
import { TREE_REFUSALS, type TreeRefusal } from './tree.rejections';
import { nodeAt, type NodeVersion, type TreeState, unitAt } from './tree.state';

/**
 * The organization tree of one tenant: group, units, brands, regions and stores, each effective-dated (capabilities M1).
 * Moving a node affects what happens from `validFrom` on; what lies below it is declared again where its unit changes.
 */
export const treeDecider: Decider<TreeState, TreeCommand, TreeEvent, TreeRefusal> = {
  kind: 'tree',
  initial: () => ({ versions: new Map() }),
  decide(command, state) {
    let draft = copyOf(state);
    const events: TreeEvent[] = [];
    for (const declaration of command.nodes) {
      const fault = faultOf(declaration, draft);
      if (fault) return fault;
      if (stands(declaration, draft)) continue;
      for (const event of [declared(declaration, draft), ...moved(declaration, draft)]) {
        events.push(event);
        draft = treeDecider.evolve(draft, event);
      }
    }
    return events;
  },
  evolve(state, { data }) {
    const versions = (state.versions.get(data.node) ?? []).filter((one) => one.validFrom !== data.validFrom);
    versions.push(data);
    versions.sort((a, b) => compareText(a.validFrom, b.validFrom));
    state.versions.set(data.node, versions);
    return state;
  },
  invariants(state) {
    const broken: string[] = [];
    for (const [node, versions] of state.versions) {
      for (const version of versions) {
        if (version.kind !== 'group' && unitAt(state, node, version.validFrom) === undefined) {
          broken.push(`${node} lies in no unit at ${version.validFrom}`);
        }
      }
    }
    return broken;
  },
  refusals: TREE_REFUSALS,
  upcast(type, version, data) {
    if (type !== 'NodeDeclared' || version !== 1) throw new UnknownEvent(type, version);
    return { type, version, data: data as NodeDeclared['data'] };
  },
};

function faultOf(declaration: NodeDeclaration, state: TreeState): Rejection<TreeRefusal> | undefined {
  const { node, kind, parent, validFrom } = declaration;
  const known = state.versions.get(node)?.[0];
  if (known && known.kind !== kind) return reject('node-kind-conflict', { node, kind, known: known.kind });
  if (kind === 'unit' && (!declaration.legalEntity || !declaration.ownership)) {
    return reject('unit-legal-entity-missing', { node });
  }
  if (kind === 'store' && !declaration.zone) return reject('store-zone-missing', { node });
  if (kind === 'group') return undefined;
  if (parent === undefined) return reject('node-parent-missing', { node });
  const above = nodeAt(state, parent, validFrom);
  if (!above) return reject('node-parent-unknown', { node, parent, validFrom });
  if (NODE_LEVELS.indexOf(above.kind) >= NODE_LEVELS.indexOf(kind)) {
    return reject('node-level-invalid', { node, kind, parent, parentKind: above.kind });
  }
  if (kind !== 'unit' && unitAt(state, parent, validFrom) === undefined) {
    return reject('node-level-invalid', { node, kind, parent, parentKind: above.kind });
  }
  return undefined;
}

function stands(declaration: NodeDeclaration, state: TreeState): boolean {
  const current = nodeAt(state, declaration.node, declaration.validFrom);
  if (!current) return false;
  return FIELDS.every((field) => current[field] === declaration[field]);
}

const FIELDS = ['kind', 'name', 'parent', 'format', 'legalEntity', 'ownership', 'zone', 'open'] as const;

function declared(declaration: NodeDeclaration, state: TreeState): NodeDeclared {
  const { node, kind, parent, validFrom } = declaration;
  const unit = kind === 'unit' ? node : parent === undefined ? undefined : unitAt(state, parent, validFrom);
  return event(declaration, unit);
}

/** The nodes below that change their unit because this one moves. */
function moved(declaration: NodeDeclaration, state: TreeState): NodeDeclared[] {
  const { validFrom } = declaration;
  const after = treeDecider.evolve(copyOf(state), declared(declaration, state));
  const events: NodeDeclared[] = [];
  for (const node of [...state.versions.keys()].sort(compareText)) {
    const current: NodeVersion | undefined = nodeAt(state, node, validFrom);
    if (!current || node === declaration.node || current.kind === 'group') continue;
    const unit = unitAt(after, node, validFrom);
    if (unit !== current.unit) events.push(event({ ...current, validFrom }, unit));
  }
  return events;
}

function event(declaration: NodeDeclaration, unit: string | undefined): NodeDeclared {
  return { type: 'NodeDeclared', version: 1, data: unit === undefined ? declaration : { ...declaration, unit } };
}

function copyOf(state: TreeState): TreeState {
  return { versions: new Map([...state.versions].map(([node, versions]) => [node, [...versions]])) };
}
