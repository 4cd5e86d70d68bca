import {
  type CommandResult,
  type EventMetadata,
  type EventStore,
  eventsOfCommand,
  Executor,
  streamName,
} from '@tallystick/decider';
import {
  type AdjustmentPolicy,
  type AdjustmentPolicyDeclared,
  adjustmentPolicyDecider,
  type AdjustmentPolicyRefusal,
  type AdjustmentPolicyState,
  type DeclareAdjustmentPolicy,
  DEFAULT_ADJUSTMENT_POLICY,
} from '@tallystick/ledger-domain';
import type { Instant } from '@tallystick/vocabulary';

/** What each program has declared about corrections by hand. Read from its stream each time: it is asked seldom. */
export class AdjustmentPolicies {
  private readonly executor: Executor<
    AdjustmentPolicyState,
    DeclareAdjustmentPolicy,
    AdjustmentPolicyDeclared,
    AdjustmentPolicyRefusal
  >;

  constructor(
    private readonly store: EventStore,
    private readonly now: () => Instant,
  ) {
    this.executor = new Executor({ decider: adjustmentPolicyDecider, store, capacity: 1_000 });
  }

  /** Declares the policy of a program from now on. */
  declare(
    tenant: string,
    program: string,
    policy: AdjustmentPolicy,
    metadata: EventMetadata,
  ): Promise<CommandResult<AdjustmentPolicyDeclared, AdjustmentPolicyRefusal>> {
    const command = { kind: 'declare-adjustment-policy', policy, at: this.now() } as const;
    return this.executor.execute({ stream: streamOf(tenant, program), command, metadata });
  }

  /** True where a command has declared a policy, for its repetition. */
  async declaredBy(tenant: string, program: string, command: string): Promise<boolean> {
    return (await eventsOfCommand(this.store, streamOf(tenant, program), command)).length > 0;
  }

  /** What is in force now; the default where the program has declared nothing. */
  async inForce(tenant: string, program: string): Promise<AdjustmentPolicy> {
    const { state } = await this.executor.load(streamOf(tenant, program));
    return state.policy ?? DEFAULT_ADJUSTMENT_POLICY;
  }
}

function streamOf(tenant: string, program: string): string {
  return streamName(adjustmentPolicyDecider.kind, tenant, program);
}
