import { scenario } from '@tallystick/decider';
import type { DeclareNodes } from './tree.commands';
import { treeDecider } from './tree.decider';
import type { NodeDeclaration, NodeDeclared } from './tree.events';

const JANUARY = '2026-01-01T00:00:00.000Z';
const JUNE = '2026-06-01T00:00:00.000Z';

const group: NodeDeclaration = { node: 'g', kind: 'group', name: 'Group', validFrom: JANUARY, open: true };
const market = unit('market');
const park = unit('park');
const east: NodeDeclaration = {
  node: 'east',
  kind: 'region',
  name: 'East',
  parent: 'market',
  validFrom: JANUARY,
  open: true,
};
const store: NodeDeclaration = {
  node: 'm-1',
  kind: 'store',
  name: 'One',
  parent: 'east',
  validFrom: JANUARY,
  zone: 'Asia/Shanghai',
  open: true,
};

function unit(node: string): NodeDeclaration {
  return {
    node,
    kind: 'unit',
    name: node,
    parent: 'g',
    validFrom: JANUARY,
    legalEntity: 'L',
    ownership: 'own',
    open: true,
  };
}
const told = (declaration: NodeDeclaration, unitOf?: string): NodeDeclared => ({
  type: 'NodeDeclared',
  version: 1,
  data: unitOf === undefined ? declaration : { ...declaration, unit: unitOf },
});
const declare = (...nodes: NodeDeclaration[]): DeclareNodes => ({ kind: 'declare-nodes', nodes });
const tree = scenario(treeDecider);
const history = [told(group), told(market, 'market'), told(park, 'park'), told(east, 'market'), told(store, 'market')];

describe('declare nodes', () => {
  it('declares a tree from the top down and names the unit that each node lies in', () => {
    tree
      .given()
      .when(declare(group, market, park, east, store))
      .then(...history);
  });

  it('says nothing new for a declaration that already stands', () => {
    tree
      .given(...history)
      .when(declare(store, market))
      .thenNothing();
  });

  it('moves a store from an instant on', () => {
    const there = { ...store, parent: 'park', validFrom: JUNE };
    tree
      .given(...history)
      .when(declare(there))
      .then(told(there, 'park'));
  });

  it('declares again what lies below a region that moves to another unit', () => {
    const moved = { ...east, parent: 'park', validFrom: JUNE };
    tree
      .given(...history)
      .when(declare(moved))
      .then(told(moved, 'park'), told({ ...store, validFrom: JUNE }, 'park'));
  });

  it('refuses a node whose parent is not known at that time', () => {
    tree.given(told(group)).when(declare(east)).thenRefused('node-parent-unknown');
  });

  it('refuses a node without a parent', () => {
    tree
      .given(told(group))
      .when(declare({ ...market, parent: undefined }))
      .thenRefused('node-parent-missing');
  });

  it('refuses a store below a store', () => {
    tree
      .given(...history)
      .when(declare({ ...store, node: 'm-2', parent: 'm-1' }))
      .thenRefused('node-level-invalid');
  });

  it('refuses a store below the group without a unit between them', () => {
    tree
      .given(...history)
      .when(declare({ ...store, node: 'm-2', parent: 'g' }))
      .thenRefused('node-level-invalid');
  });

  it('refuses a unit without legal entity or ownership', () => {
    tree
      .given(told(group))
      .when(declare({ ...market, legalEntity: undefined }))
      .thenRefused('unit-legal-entity-missing');
  });

  it('refuses a store without a zone', () => {
    tree
      .given(...history)
      .when(declare({ ...store, node: 'm-2', zone: undefined }))
      .thenRefused('store-zone-missing');
  });

  it('refuses to make a store a unit', () => {
    tree
      .given(...history)
      .when(declare({ ...unit('m-1'), validFrom: JUNE }))
      .thenRefused('node-kind-conflict');
  });
});
