import { accountDecider } from './account.decider';
import { forkAccount } from './fork';

describe('a fork of an account', () => {
  it('shares nothing that is new to it', () => {
    const given = { ...accountDecider.initial(), later: { names: new Map([['a', { count: 1 }]]), list: [[1]] } };
    const fork = forkAccount(given) as typeof given;
    fork.later.names.get('a')!.count = 2;
    fork.later.list[0]!.push(2);
    expect(given.later).toEqual({ names: new Map([['a', { count: 1 }]]), list: [[1]] });
  });
});
