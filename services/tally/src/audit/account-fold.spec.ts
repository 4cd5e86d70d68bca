import { canonicalJson, NO_HASH, type RecordedEvent } from '@tallystick/decider';
import { accountDecider, type AccountEvent, type AccountState } from '@tallystick/ledger-domain';
import { instant } from '@tallystick/vocabulary';
import { accrualOf, reversalOf, streamOf } from '../bench/tasks/account-commands';
import { AccountFold } from './account-fold';

const BUYER = 'm-1';

/** What the commands make of one account, one after the other. */
function history(rules: readonly string[]): { events: AccountEvent[]; state: AccountState } {
  let state = accountDecider.initial();
  const events: AccountEvent[] = [];
  const carryOut = ({ command }: ReturnType<typeof accrualOf>) => {
    for (const event of accountDecider.decide(command, state) as AccountEvent[]) {
      events.push(event);
      state = accountDecider.evolve(state, event);
    }
  };
  rules.forEach((rule, index) => {
    const item = accrualOf(index, BUYER);
    if (item.command.kind !== 'apply-evaluation') throw new Error('no accrual');
    const grants = item.command.grants.map((grant) => ({
      ...grant,
      allocation: grant.allocation.map(([line, , amount]) => [line, rule, amount] as const),
    }));
    carryOut({ ...item, command: { ...item.command, grants } });
  });
  carryOut(reversalOf(0, BUYER));
  return { events, state };
}

function recorded(event: AccountEvent, revision: number): RecordedEvent {
  const data = Buffer.from(canonicalJson(event.data));
  const stored = { id: `id-${revision}`, data, metadata: Buffer.alloc(0), prevHash: NO_HASH, hash: NO_HASH };
  const place = { stream: streamOf(BUYER), revision, position: String(revision), recordedAt: instant(NOON) };
  return { ...event, ...stored, ...place };
}

const NOON = '2026-01-01T12:00:00.000Z';

describe('the fold of a log of accounts', () => {
  it('holds what the ledger itself holds, whatever its rules are called', () => {
    const { events, state } = history(['base', 'a]]', '["b","c","d"]', '"allocation":[]', 'back\\slash', '规则', '']);
    const fold = new AccountFold();
    fold.take(events.map(recorded));
    const account = streamOf(BUYER).split('_')[1]!;
    expect(fold.available()).toEqual(
      new Map([...state.books].map(([asset, { available }]) => [`${account}/${asset}`, available])),
    );
    expect([...state.books.keys()]).toEqual(['POINTS', 'GROWTH']);
    expect([...fold.broken()]).toEqual([]);
    expect(fold.accounts).toBe(1);
  });

  it('leaves streams of other kinds alone', () => {
    const fold = new AccountFold();
    fold.take(
      history(['base'])
        .events.map(recorded)
        .map((event) => ({ ...event, stream: 'assets-bench_main' })),
    );
    expect(fold.accounts).toBe(0);
  });
});
