import type { RefusalTable } from '@tallystick/decider';

export type TreeRefusal =
  | 'node-parent-missing'
  | 'node-parent-unknown'
  | 'node-level-invalid'
  | 'node-kind-conflict'
  | 'unit-legal-entity-missing'
  | 'store-zone-missing';

/** Why a declaration is refused. The first that applies, by precedence, answers. */
export const TREE_REFUSALS: RefusalTable<TreeRefusal> = {
  'node-kind-conflict': {
    family: 'conflict',
    retryable: false,
    precedence: 1,
    title: { en: 'The node is already known as another kind', zh: '该节点已登记为其他类型' },
  },
  'node-parent-missing': {
    family: 'invalid',
    retryable: false,
    precedence: 2,
    title: { en: 'Every node but the group needs a parent', zh: '除集团外,每个节点都必须有上级' },
  },
  'node-parent-unknown': {
    family: 'invalid',
    retryable: false,
    precedence: 3,
    title: { en: 'The parent is not known at that time', zh: '在该时间点上级节点尚不存在' },
  },
  'node-level-invalid': {
    family: 'invalid',
    retryable: false,
    precedence: 4,
    title: { en: 'A node lies below a node of a higher level', zh: '节点必须位于更高层级的节点之下' },
  },
  'unit-legal-entity-missing': {
    family: 'invalid',
    retryable: false,
    precedence: 5,
    title: {
      en: 'A unit names its legal entity and its kind of ownership',
      zh: '业态单位必须注明法人主体及所有权类型',
    },
  },
  'store-zone-missing': {
    family: 'invalid',
    retryable: false,
    precedence: 6,
    title: { en: 'A store names its time zone', zh: '门店必须注明时区' },
  },
};
