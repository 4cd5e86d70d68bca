import { partsOf, streamName, tenantOf } from './stream-name';

describe('streamName', () => {
  it.each([
    ['tree-demo', 'tree', 'demo', []],
    ['account-demo_A', 'account', 'demo', ['A']],
    ['purchase-big-group_till-1_P:1.2-3', 'purchase', 'big-group', ['till-1', 'P:1.2-3']],
  ])('%s holds its kind, tenant and parts', (name, kind, tenant, parts) => {
    expect(streamName(kind, tenant, ...parts)).toBe(name);
    expect(tenantOf(name)).toBe(tenant);
    expect(partsOf(name)).toEqual(parts);
  });
});
