import { type Decider, type DomainEvent, reject, type Rejection, UnknownEvent } from '@tallystick/decider';
import { formatInstant, type Instant } from '@tallystick/vocabulary';
import { ACCOUNT_REFUSALS, type AccountRefusal } from '../account/account.rejections';

/** Which account becomes a part of which. */
interface Merge {
  /** The caller's name of it, unique in its program. */
  readonly merge: string;
  readonly program: string;
  readonly from: string;
  readonly fromHolder: string;
  readonly into: string;
  readonly intoHolder: string;
}

/** Two accounts are to be one. */
export type MergeDecided = DomainEvent<'MergeDecided', Merge & { readonly effectiveAt: string }>;
/** They are two again, and may be merged anew under another name. */
export type MergeUndone = DomainEvent<'MergeUndone', Merge & { readonly effectiveAt: string }>;
export type MergesEvent = MergeDecided | MergeUndone;

/** Decides that an account is to become a part of another one of its program (capabilities M4). */
export interface DecideMerge extends Merge {
  readonly kind: 'decide-merge';
  readonly at: Instant;
}

/** Records that both accounts stand for themselves again. */
export interface RecordUnmerge {
  readonly kind: 'record-unmerge';
  readonly merge: string;
  readonly at: Instant;
}

/** A merge as it stands. */
export interface MergeState extends Merge {
  readonly effectiveAt: string;
  undone: boolean;
}

export interface MergesState {
  /** Every merge by its name, those that were undone too. */
  readonly merges: Map<string, MergeState>;
  /** By account that is a part of another one: its merge. */
  readonly merged: Map<string, MergeState>;
}

type Outcome = readonly MergesEvent[] | Rejection<AccountRefusal>;

/**
 * Every merge of one program in one stream, so that they have one order: an account becomes a part of one that is none
 * itself, and so no chain of them ever ends where it began (trust page, I15).
 */
export const mergesDecider: Decider<MergesState, DecideMerge | RecordUnmerge, MergesEvent, AccountRefusal> = {
  kind: 'merges',
  initial: () => ({ merges: new Map(), merged: new Map() }),
  decide: (command, state) => (command.kind === 'decide-merge' ? decided(command, state) : undone(command, state)),
  evolve(state, { type, data }) {
    const known = state.merges.get(data.merge);
    if (type === 'MergeUndone') {
      if (known) known.undone = true;
      state.merged.delete(data.from);
      return state;
    }
    const merge = { ...data, undone: false };
    state.merges.set(data.merge, merge);
    state.merged.set(data.from, merge);
    return state;
  },
  invariants: cycles,
  refusals: ACCOUNT_REFUSALS,
  upcast(type, version, data) {
    if (version !== 1 || (type !== 'MergeDecided' && type !== 'MergeUndone')) throw new UnknownEvent(type, version);
    return { type, version, data } as MergesEvent;
  },
};

function decided(command: DecideMerge, { merges, merged }: MergesState): Outcome {
  const { merge, program, from, fromHolder, into, intoHolder, at } = command;
  const known = merges.get(merge);
  if (known) {
    return known.from === from && known.into === into ? [] : reject('decision-conflict', { name: `merge ${merge}` });
  }
  if (from === into) return reject('merge-into-itself', { account: from });
  for (const account of [from, into]) {
    const before = merged.get(account);
    if (before) {
      return reject('member-merged', { account, merge: before.merge, into: before.into, member: before.intoHolder });
    }
  }
  const data = { merge, program, from, fromHolder, into, intoHolder, effectiveAt: formatInstant(at) };
  return [{ type: 'MergeDecided', version: 1, data }];
}

function undone({ merge, at }: RecordUnmerge, { merges }: MergesState): Outcome {
  const known = merges.get(merge);
  if (!known) return reject('merge-unknown', { merge });
  if (known.undone) return [];
  const { undone: _, ...said } = known;
  return [{ type: 'MergeUndone', version: 1, data: { ...said, effectiveAt: formatInstant(at) } }];
}

function cycles({ merged }: MergesState): string[] {
  const broken: string[] = [];
  for (const account of merged.keys()) {
    let at: string | undefined = account;
    for (let steps = 0; at !== undefined && steps <= merged.size; steps++) at = merged.get(at)?.into;
    if (at !== undefined) broken.push(`account ${account} is merged in a cycle`);
  }
  return broken;
}
