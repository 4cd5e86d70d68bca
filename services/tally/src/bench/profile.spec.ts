import { type CpuProfile, selfTimes } from './profile';

const frame = (functionName: string, url: string, lineNumber: number) => ({ functionName, url, lineNumber });

const PROFILE: CpuProfile = {
  nodes: [
    { id: 1, callFrame: frame('(idle)', '', -1) },
    { id: 2, callFrame: frame('write', 'file:///x/dist/libs/decider/src/canonical-json.js', 9) },
    { id: 3, callFrame: frame('write', 'file:///x/dist/libs/decider/src/canonical-json.js', 9) },
    { id: 4, callFrame: frame('(garbage collector)', '', -1) },
  ],
  samples: [1, 2, 3, 4, 2],
  timeDeltas: [50_000, 1_000, 2_000, 4_000, 3_000],
};

describe('the profile of a measured process', () => {
  it('is the time in each function itself, wherever it was called from, of the time not idle', () => {
    expect(selfTimes(PROFILE, 10)).toEqual([
      { what: 'write libs/decider/src/canonical-json.js:10', ms: 6, share: 0.6 },
      { what: '(garbage collector)', ms: 4, share: 0.4 },
    ]);
  });

  it('shows no more functions than asked for', () => {
    expect(selfTimes(PROFILE, 1)).toHaveLength(1);
  });
});
