import { type CommandResult, type EventMetadata, eventsOfCommand, Executor, streamName } from '@tallystick/decider';
import {
  clockDecider,
  type ClockEvent,
  type AnnounceTime,
  type ClockState,
  type NodeDeclaration,
  type ProgramDeclared,
  programDecider,
  type ProgramRefusal,
  type ProgramSettings,
  type ProgramState,
  type DeclareProgram,
  treeDecider,
  type TreeCommand,
  type TreeEvent,
  type TreeRefusal,
  type TreeState,
} from '@tallystick/organization-domain';
import type { EventStore, SnapshotStore } from '@tallystick/decider';

/** Names the streams and carries the commands out; the rules are in the domain. */
export class OrganizationCommands {
  private readonly trees: Executor<TreeState, TreeCommand, TreeEvent, TreeRefusal>;
  private readonly programs: Executor<ProgramState, DeclareProgram, ProgramDeclared, ProgramRefusal>;
  private readonly clocks: Executor<ClockState, AnnounceTime, ClockEvent, never>;

  constructor(
    private readonly store: EventStore,
    snapshots: SnapshotStore,
  ) {
    this.trees = new Executor({ decider: treeDecider, store, snapshots, capacity: 100 });
    this.programs = new Executor({ decider: programDecider, store, snapshots, capacity: 100 });
    this.clocks = new Executor({ decider: clockDecider, store, snapshots, capacity: 100 });
  }

  declareNodes(
    tenant: string,
    nodes: readonly NodeDeclaration[],
    metadata: EventMetadata,
  ): Promise<CommandResult<TreeEvent, TreeRefusal>> {
    return this.trees.execute({
      stream: streamName('tree', tenant),
      command: { kind: 'declare-nodes', nodes },
      metadata,
    });
  }

  declareProgram(
    tenant: string,
    program: string,
    settings: ProgramSettings,
    metadata: EventMetadata,
  ): Promise<CommandResult<ProgramDeclared, ProgramRefusal>> {
    const stream = streamName('program', tenant, program);
    return this.programs.execute({ stream, command: { kind: 'declare-program', settings }, metadata });
  }

  announceTime(
    tenant: string,
    program: string,
    time: Omit<AnnounceTime, 'kind'>,
    metadata: EventMetadata,
  ): Promise<CommandResult<ClockEvent, never>> {
    const stream = streamName('clock', tenant, program);
    return this.clocks.execute({ stream, command: { kind: 'announce-time', ...time }, metadata });
  }

  /** How many nodes a command has declared, for its repetition. */
  async nodesDeclaredBy(tenant: string, command: string): Promise<number> {
    return (await eventsOfCommand(this.store, streamName('tree', tenant), command)).length;
  }

  /** How many times a command has declared the program, for its repetition. */
  async programDeclaredBy(tenant: string, program: string, command: string): Promise<number> {
    return (await eventsOfCommand(this.store, streamName('program', tenant, program), command)).length;
  }

  /** The last announced date of a zone and the last announced minute, where there are any. */
  async announced(tenant: string, program: string): Promise<ClockState> {
    return (await this.clocks.load(streamName('clock', tenant, program))).state;
  }

  /** The program's settings as stored now; `undefined` where none are declared. */
  async program(tenant: string, program: string): Promise<ProgramSettings | undefined> {
    return (await this.programs.load(streamName('program', tenant, program))).state.settings;
  }

  async drain(): Promise<void> {
    await Promise.all([this.trees.drain(), this.programs.drain(), this.clocks.drain()]);
  }
}
