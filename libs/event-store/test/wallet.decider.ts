import { type Decider, type DomainEvent, reject, UnknownEvent } from '@tallystick/decider';

export type WalletCommand =
  | { readonly kind: 'deposit' | 'spend'; readonly id: string; readonly amount: bigint }
  | { readonly kind: 'sweep'; readonly id: string }
  | { readonly kind: 'break' };

export type WalletEvent = DomainEvent<'Deposited' | 'Spent', { readonly id: string; readonly amount: string }>;

export interface Wallet {
  balance: bigint;
  readonly done: Set<string>;
}

interface WalletSnapshot {
  readonly balance: string;
  readonly done: readonly string[];
}

/** How often a decider was asked and told, for tests of who is asked when. */
export interface Counts {
  decided: number;
  evolved: number;
}

/** The smallest decider that has a balance to lose: it deposits, spends what is there, in part or all of it, and does each thing once. */
export function walletDecider(
  counts: Counts = { decided: 0, evolved: 0 },
): Decider<Wallet, WalletCommand, WalletEvent, 'too-little'> {
  return {
    kind: 'account',
    initial: () => ({ balance: 0n, done: new Set() }),
    decide(command, state) {
      counts.decided += 1;
      if (command.kind === 'break') throw new Error('a defect');
      const { id } = command;
      const amount = command.kind === 'sweep' ? state.balance : command.amount;
      if (state.done.has(id) || amount === 0n) return [];
      if (command.kind === 'spend' && state.balance < amount)
        return reject('too-little', { balance: `${state.balance}` });
      return [
        { type: command.kind === 'deposit' ? 'Deposited' : 'Spent', version: 1, data: { id, amount: `${amount}` } },
      ];
    },
    evolve(state, { type, data }) {
      counts.evolved += 1;
      state.balance += type === 'Spent' ? -BigInt(data.amount) : BigInt(data.amount);
      state.done.add(data.id);
      return state;
    },
    invariants: ({ balance }) => (balance < 0n ? ['a balance is never negative'] : []),
    refusals: {
      'too-little': {
        family: 'conflict',
        retryable: false,
        precedence: 1,
        title: { en: 'Too little', zh: '余额不足' },
      },
    },
    upcast(type, version, data) {
      if (version !== 1 || (type !== 'Spent' && type !== 'Deposited')) throw new UnknownEvent(type, version);
      return { type, version, data: data as WalletEvent['data'] };
    },
    snapshot: {
      version: 1,
      every: 5,
      encode: ({ balance, done }): WalletSnapshot => ({ balance: `${balance}`, done: [...done] }),
      decode(snapshot) {
        const { balance, done } = snapshot as WalletSnapshot;
        return { balance: BigInt(balance), done: new Set(done) };
      },
    },
  };
}
