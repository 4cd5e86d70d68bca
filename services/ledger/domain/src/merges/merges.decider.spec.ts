import { accountId, fold, isRejection, scenario } from '@tallystick/decider';
import { instant } from '@tallystick/vocabulary';
import fc from 'fast-check';
import { january } from '../account/account.examples';
import { type DecideMerge, mergesDecider, type MergesEvent, type RecordUnmerge } from './merges.decider';

const merges = scenario(mergesDecider);
const accountOf = (holder: string) => accountId('demo', 'main', holder);

function merge(name: string, fromHolder: string, intoHolder: string): DecideMerge {
  const [from, into] = [accountOf(fromHolder), accountOf(intoHolder)];
  const said = { program: 'main', from, fromHolder, into, intoHolder, at: instant(january(5)) };
  return { kind: 'decide-merge', merge: name, ...said };
}

const undo = (name: string): RecordUnmerge => ({ kind: 'record-unmerge', merge: name, at: instant(january(6)) });

function after(...commands: readonly (DecideMerge | RecordUnmerge)[]): MergesEvent[] {
  const events: MergesEvent[] = [];
  for (const command of commands) {
    const decision = mergesDecider.decide(command, fold(mergesDecider, events));
    if (!isRejection(decision)) events.push(...decision);
  }
  return events;
}

const outcome = (before: readonly MergesEvent[], command: DecideMerge | RecordUnmerge) =>
  merges
    .given(...before)
    .when(command)
    .outcome();

describe('the merges of a program', () => {
  it('let an account become a part of another one, once by its name', () => {
    expect(outcome([], merge('M1', 'm-1', 'm-2'))).toMatchObject([
      { type: 'MergeDecided', data: { from: accountOf('m-1'), into: accountOf('m-2') } },
    ]);
    const decided = after(merge('M1', 'm-1', 'm-2'));
    expect(outcome(decided, merge('M1', 'm-1', 'm-2'))).toEqual([]);
    expect(outcome(decided, merge('M1', 'm-1', 'm-3'))).toMatchObject({ rejected: 'decision-conflict' });
  });

  it('refuse an account that is merged already, on either side, and name where it is', () => {
    const decided = after(merge('M1', 'm-1', 'm-2'));
    for (const again of [merge('M2', 'm-1', 'm-3'), merge('M2', 'm-3', 'm-1')]) {
      expect(outcome(decided, again)).toMatchObject({
        rejected: 'member-merged',
        facts: { account: accountOf('m-1'), into: accountOf('m-2'), member: 'm-2' },
      });
    }
    expect(outcome([], merge('M1', 'm-1', 'm-1'))).toMatchObject({ rejected: 'merge-into-itself' });
  });

  it('let it be merged anew once that was undone', () => {
    const apart = after(merge('M1', 'm-1', 'm-2'), undo('M1'));
    expect(outcome(apart, undo('M1'))).toEqual([]);
    expect(outcome(apart, merge('M2', 'm-1', 'm-3'))).toMatchObject([{ type: 'MergeDecided' }]);
    expect(outcome([], undo('M1'))).toMatchObject({ rejected: 'merge-unknown' });
  });

  it('never come to a cycle, whatever is asked in whatever order (I15)', () => {
    const holder = fc.constantFrom('m-1', 'm-2', 'm-3', 'm-4', 'm-5');
    const name = fc.nat({ max: 20 }).map((number) => `M${number}`);
    const command = fc.oneof(
      { weight: 4, arbitrary: fc.tuple(name, holder, holder).map(([id, from, into]) => merge(id, from, into)) },
      { weight: 1, arbitrary: name.map(undo) },
    );
    fc.assert(
      fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
        expect(mergesDecider.invariants(fold(mergesDecider, after(...commands)))).toEqual([]);
      }),
    );
  });
});
