import {
  accountId,
  bodyOf,
  type CommandItem,
  type CommandResult,
  commandId,
  type EventMetadata,
  type EventStore,
  Executor,
  type Position,
  type RecordedEvent,
  reject,
  type Rejection,
  type SnapshotStore,
  streamName,
} from '@tallystick/decider';
import {
  type AccountCommand,
  type AccountEvent,
  type AccountMerged,
  type AccountRefusal,
  type AccountSplit,
  type AccountState,
  type DecideMerge,
  type FactCommand,
  faultOfMerging,
  faultOfTakingIn,
  isHere,
  type MergeCommand,
  mergesDecider,
  type MergesEvent,
  type MergesState,
  type MergeState,
  type ReceivePoints,
  type RecordUnmerge,
} from '@tallystick/ledger-domain';
import { type Instant, instant } from '@tallystick/vocabulary';
import { type AccountCommands, accountStream } from './account-commands';
import { commandOf, newestFirst } from './newest-first';

/** Whose merge it is, and when. */
export interface MergeRequest {
  readonly tenant: string;
  readonly program: string;
  /** The account that becomes a part of another one. */
  readonly account: string;
  readonly merge: string;
  readonly at: Instant;
  readonly metadata: EventMetadata;
}

/** What a merge, or its undoing, came to. */
export type MergeResult =
  | {
      readonly kind: 'done';
      readonly into: string;
      readonly intoHolder: string;
      /** Where the last of its events lies: of the account that stands, or stands again. */
      readonly revision: number;
      readonly position: Position;
      readonly duplicate: boolean;
    }
  | { readonly kind: 'refused'; readonly rejection: Rejection<AccountRefusal> };

/** Where what an account had is now. */
export interface Standing {
  readonly account: string;
  readonly state: AccountState;
  /** The account that was asked for; absent where it stands for itself. */
  readonly of?: string;
}

/** A command for an account that may be a part of another one now. */
type Arriving = FactCommand | ReceivePoints;

/**
 * Makes two accounts one and two again. It is decided in one stream for all of the program, then carried out on each
 * account, step by step, every step once: whoever comes after a crash goes on with the steps that lack (decision 0030).
 */
export class AccountMerges {
  private readonly executor: Executor<MergesState, DecideMerge | RecordUnmerge, MergesEvent, AccountRefusal>;

  constructor(
    private readonly store: EventStore,
    snapshots: SnapshotStore,
    private readonly accounts: AccountCommands,
  ) {
    this.executor = new Executor({ decider: mergesDecider, store, snapshots, capacity: 1_000 });
  }

  /** Merges an account into that of another holder; the same again gets the first answer. */
  async merge(request: MergeRequest & { readonly intoHolder: string }): Promise<MergeResult> {
    const { tenant, program, account, merge, intoHolder, at, metadata } = request;
    const into = accountId(tenant, program, intoHolder);
    const source = await this.accounts.load(tenant, account);
    if (source.state.owner?.program !== program) return refused(reject('account-unknown', { account }));
    if (!(await this.registry(tenant, program)).merges.has(merge)) {
      const target = await this.accounts.load(tenant, into);
      if (!target.state.owner) return refused(reject('account-unknown', { account: into }));
      const fault = faultOfTakingIn(target.state, into) ?? faultOfMerging(source.state);
      if (fault) return refused(fault);
    }
    const said = { merge, program, from: account, fromHolder: source.state.owner.holder, into, intoHolder };
    const command = { kind: 'decide-merge', ...said, at } as const;
    const decided = await this.executor.execute({ stream: mergesStream(tenant, program), command, metadata });
    if (decided.kind === 'failed') throw decided.error;
    if (decided.kind === 'rejected') return refused(decided.rejection);
    const fault = await this.complete(tenant, program, merge);
    if (fault) return refused(fault);
    return this.done(tenant, program, merge, 'AccountAbsorbed', await this.isAgain(tenant, program, merge, metadata));
  }

  /** Undoes a merge of an account; the same again gets the first answer. */
  async unmerge(request: MergeRequest): Promise<MergeResult> {
    const { tenant, program, account, merge, at, metadata } = request;
    const { merges, merged } = await this.registry(tenant, program);
    const known = merges.get(merge);
    if (known?.from !== account) return refused(reject('merge-unknown', { merge }));
    const further = merged.get(known.into);
    if (!known.undone && further) {
      const { into, intoHolder: member } = further;
      return refused(reject('member-merged', { account: known.into, merge: further.merge, into, member }));
    }
    await this.complete(tenant, program, merge);
    const split = await this.carryOut(
      { kind: 'split-account', tenant, account: known.into, merge, from: account, at },
      metadata,
    );
    if (split.kind === 'rejected') return refused(split.rejection);
    await this.completeUnmerge(tenant, program, merge);
    const first = await this.find(tenant, known.into, 'AccountSplit', merge);
    const duplicate = first !== undefined && commandOf(first) !== metadata.commandId;
    return this.done(tenant, program, merge, 'AccountRestored', duplicate);
  }

  /**
   * Carries out what lacks of a merge that was decided; answers why nothing came of it where the account may not be given away,
   * or the other one not take in, any more: then it is undone.
   */
  async complete(tenant: string, program: string, merge: string): Promise<Rejection<AccountRefusal> | undefined> {
    const { merges } = await this.registry(tenant, program);
    const known = merges.get(merge);
    if (!known) return undefined;
    const { from, fromHolder, into, intoHolder } = known;
    if ((await this.accounts.load(tenant, into)).state.done.has(`absorption ${merge}`)) return undefined;
    if (known.undone) return reject('merge-undone', { account: from });
    // What was to come to it before comes first: once it has left, nothing comes to it any more.
    for (const earlier of merges.values()) {
      if (earlier.into === from && !earlier.undone) await this.complete(tenant, program, earlier.merge);
    }
    const at = instant(known.effectiveAt);
    const leaving = { kind: 'merge-account', tenant, account: from, merge, into, intoHolder, at } as const;
    const left = await this.carryOut(leaving, metadataOfStep(tenant, leaving.kind, from, merge));
    if (left.kind === 'rejected') {
      await this.recordUndone(tenant, program, known, at);
      return left.rejection;
    }
    const carried = await this.said<AccountMerged>(tenant, from, 'AccountMerged', merge);
    if (!carried) throw new Error(`${accountStream(tenant, from)} was not merged by ${merge}`);
    const taking = { kind: 'absorb-account', tenant, account: into, merge, from, fromHolder, carried, at } as const;
    const taken = await this.carryOut(taking, metadataOfStep(tenant, taking.kind, into, merge));
    if (taken.kind !== 'rejected') return undefined;
    const { rejected } = taken.rejection;
    if (!FOR_EVER.has(rejected)) throw new Error(`${taking.kind} ${merge} was refused: ${rejected}`);
    const back = { tenant, account: from, merge, from: into, carried, names: { ids: [], holds: [] }, at };
    await this.step({ kind: 'restore-account', ...back });
    await this.recordUndone(tenant, program, known, at);
    return taken.rejection;
  }

  /** Carries out what lacks of the undoing of a merge that the account which had taken in has begun. */
  async completeUnmerge(tenant: string, program: string, merge: string): Promise<void> {
    const known = (await this.registry(tenant, program)).merges.get(merge);
    if (!known || known.undone) return;
    const { from, into } = known;
    const split = await this.said<AccountSplit>(tenant, into, 'AccountSplit', merge);
    if (!split) return;
    const at = instant(split.effectiveAt);
    const restored = { tenant, account: from, merge, from: into, carried: split, names: split.names, at };
    await this.step({ kind: 'restore-account', ...restored });
    await this.recordUndone(tenant, program, known, at);
  }

  private async recordUndone(tenant: string, program: string, { merge, from }: MergeState, at: Instant): Promise<void> {
    const command = { kind: 'record-unmerge', merge, at } as const;
    const metadata = metadataOfStep(tenant, 'record-unmerge', from, merge);
    const result = await this.executor.execute({ stream: mergesStream(tenant, program), command, metadata });
    if (result.kind === 'failed') throw result.error;
  }

  /**
   * Carries a command out where the account that it came for now is: it follows merges, and comes back where one was undone
   * in the meantime. Nothing that a bus brings is lost by a merge (trust page, case 50).
   */
  async follow(item: CommandItem<AccountCommand>): Promise<CommandResult<AccountEvent, AccountRefusal>> {
    const command = item.command as Arriving;
    const { tenant, program } = command;
    let [account, holder] = [command.account, command.holder];
    const passed = new Set<string>();
    for (let hops = 0; ; hops++) {
      const of = account === command.account ? {} : { of: command.account };
      const moved = { ...command, account, holder, ...of };
      const result = (
        await this.accounts.executeMany([{ ...item, stream: accountStream(tenant, account), command: moved }])
      ).results[0]!;
      if (result.kind !== 'rejected' || hops === MOST_HOPS) return result;
      const { rejected, facts = {} } = result.rejection;
      if (rejected === 'member-merged') {
        passed.add(facts.merge!);
        await this.complete(tenant, program, facts.merge!);
        [account, holder] = [facts.into!, facts.member!];
      } else if (rejected === 'merge-undone') {
        for (const merge of passed) await this.completeUnmerge(tenant, program, merge);
        [account, holder] = [command.account, command.holder];
      } else return result;
    }
  }

  /**
   * Where the facts and lots of an account are: with the account itself or, once it was merged, with the survivor of all its merges.
   * What lacks of a merge, or of its undoing, is done before.
   */
  async standing(tenant: string, account: string): Promise<Standing> {
    let [at, { state }] = [account, await this.accounts.load(tenant, account)];
    for (let hops = 0; state.merged && state.owner && hops < MOST_HOPS; hops++) {
      const { merge, into } = state.merged;
      let next = (await this.accounts.load(tenant, into)).state;
      if (!next.done.has(`absorption ${merge}`)) {
        if (await this.complete(tenant, state.owner.program, merge)) {
          state = (await this.accounts.load(tenant, at)).state;
          continue;
        }
        next = (await this.accounts.load(tenant, into)).state;
      } else if (!next.merged && !isHere(next, account)) {
        await this.completeUnmerge(tenant, state.owner.program, merge);
        [at, state] = [account, (await this.accounts.load(tenant, account)).state];
        continue;
      }
      [at, state] = [into, next];
    }
    return at === account ? { account, state } : { account: at, state, of: account };
  }

  /** True for a refusal that following answers. */
  isFollowed(result: CommandResult<AccountEvent, AccountRefusal>): boolean {
    return result.kind === 'rejected' && result.rejection.rejected === 'member-merged';
  }

  private async registry(tenant: string, program: string): Promise<MergesState> {
    return (await this.executor.load(mergesStream(tenant, program))).state;
  }

  /** True where another command had decided the merge. */
  private async isAgain(tenant: string, program: string, merge: string, { commandId: id }: EventMetadata) {
    const first = await this.sought(mergesStream(tenant, program), 'MergeDecided', merge);
    return first !== undefined && commandOf(first) !== id;
  }

  private async done(
    tenant: string,
    program: string,
    merge: string,
    type: 'AccountAbsorbed' | 'AccountRestored',
    duplicate: boolean,
  ): Promise<MergeResult> {
    const { from, into, intoHolder } = (await this.registry(tenant, program)).merges.get(merge)!;
    const event = await this.find(tenant, type === 'AccountAbsorbed' ? into : from, type, merge);
    if (!event) throw new Error(`merge ${merge} of ${tenant} lacks its ${type}`);
    return { kind: 'done', into, intoHolder, revision: event.revision, position: event.position, duplicate };
  }

  private async said<Event extends AccountMerged | AccountSplit>(
    tenant: string,
    account: string,
    type: Event['type'],
    merge: string,
  ): Promise<Event['data'] | undefined> {
    const event = await this.find(tenant, account, type, merge);
    return event && bodyOf<Event['data']>(event);
  }

  private async find(tenant: string, account: string, type: string, merge: string) {
    return this.sought(accountStream(tenant, account), type, merge);
  }

  /** The event of a type by which a stream says a merge; each is said once. */
  private async sought(stream: string, type: string, merge: string): Promise<RecordedEvent | undefined> {
    for await (const events of newestFirst(this.store, stream)) {
      const found = events.find((event) => event.type === type && bodyOf<{ merge: string }>(event).merge === merge);
      if (found) return found;
    }
    return undefined;
  }

  /** A step that nothing can refuse. */
  private async step(command: MergeCommand): Promise<void> {
    const { tenant, kind, account, merge } = command;
    const result = await this.carryOut(command, metadataOfStep(tenant, kind, account, merge));
    if (result.kind === 'rejected') throw new Error(`${kind} ${merge} was refused: ${result.rejection.rejected}`);
  }

  private async carryOut(command: MergeCommand, metadata: EventMetadata) {
    const stream = accountStream(command.tenant, command.account);
    const result = (await this.accounts.executeMany([{ stream, command, metadata }])).results[0]!;
    if (result.kind === 'failed') throw result.error;
    return result;
  }
}

/** Refusals that last: whoever else carries the merge out is refused alike, so that what has left may be given back. */
const FOR_EVER: ReadonlySet<AccountRefusal> = new Set<AccountRefusal>(['account-closed', 'pool-not-merged']);

/** Merges that one command follows at most. */
const MOST_HOPS = 64;

function mergesStream(tenant: string, program: string): string {
  return streamName('merges', tenant, program);
}

function metadataOfStep(tenant: string, kind: string, account: string, merge: string): EventMetadata {
  return { actor: 'svc:ledger', commandId: commandId(tenant, 'ledger', kind, `${account} ${merge}`) };
}

function refused(rejection: Rejection<AccountRefusal>): MergeResult {
  return { kind: 'refused', rejection };
}
