import type { Taken } from '@tallystick/campaigns/application/arrival';
import { type CommandItem, type CommandResult, commandId } from '@tallystick/decider';
import type { DecisionResult } from '@tallystick/ledger/application/account-decisions';
import type { AccountEvent, DecisionEvent, FactCommand } from '@tallystick/ledger-domain';
import type { Published } from '@tallystick/messaging';
import { formatInstant } from '@tallystick/vocabulary';
import type { SimulatedProcess } from '../world/scheduler';
import type { SimulatedTime } from '../world/simulated-time';
import type { ServiceName } from '../suite/disk';
import { PROGRAM, RULE_SETS, STORES, TENANT } from '../suite/program';
import { publishRuleSet } from '../suite/rule-sets';
import type { Running, Suite } from '../suite/suite';
import type { AskedDecision, Spending } from './spending';
import type { Work } from './work';

const PAUSE_MS = 40;
const LOST = Symbol('nobody answered');

/** What was promised to those outside: held against the logs and topics at the end. */
export interface Promised {
  readonly published: { readonly work: Extract<Work, { kind: 'publish' | 'poison' }>; readonly places: Published[] }[];
  readonly posted: { readonly work: Extract<Work, { kind: 'post' }>; readonly taken: Taken }[];
  readonly carriedOut: {
    readonly item: CommandItem<FactCommand>;
    readonly result: CommandResult<unknown, string>;
  }[];
  readonly decided: { readonly asked: AskedDecision; readonly result: DecisionResult<DecisionEvent> }[];
}

/** Those outside: each asks again, in the same words, until it is answered. */
export class Callers {
  readonly promised: Promised = { published: [], posted: [], carriedOut: [], decided: [] };
  /** How often somebody had to ask again. */
  repeats = 0;
  private asking = 0;

  constructor(
    private readonly suite: Suite,
    private readonly time: SimulatedTime,
    /** The publishers' own process, which never dies. */
    private readonly till: SimulatedProcess,
  ) {}

  /** True where everybody has an answer. */
  get isAnswered(): boolean {
    return this.asking === 0;
  }

  /** Publishes the program's rule sets, one after the other. */
  begin(): void {
    void this.ask(async () => {
      for (const index of RULE_SETS.keys()) {
        await this.insist('campaigns', async ({ campaigns }) => {
          const published = await publishRuleSet(campaigns!.ruleSets, index);
          return published.kind === 'failed' ? LOST : published;
        });
      }
    });
  }

  take(work: Work): void {
    void this.ask(() => this.carry(work));
  }

  private async carry(work: Work): Promise<void> {
    switch (work.kind) {
      case 'publish':
      case 'poison':
        return this.publish(work);
      case 'post':
        return this.post(work);
      case 'command': {
        const result = await this.insist('ledger', async ({ accounts }) => {
          const { results } = await accounts!.executeMany([work.item]);
          return results[0]!.kind === 'failed' ? LOST : results[0]!;
        });
        this.promised.carriedOut.push({ item: work.item, result });
        return;
      }
      case 'spend':
        return this.spend(work.steps);
      case 'tick':
        return this.tick(work);
      case 'declare-store':
        this.suite.disk.rows.declare(STORES.find(({ node }) => node === work.store)!);
    }
  }

  private async spend(steps: Spending): Promise<void> {
    for (const step of steps) await Promise.all(step.map((asked) => this.decide(asked)));
  }

  private async decide(asked: AskedDecision): Promise<void> {
    const { at, isOwn } = asked;
    const metadata = { actor: 'machine:till', commandId: requestId(asked) };
    let again = false;
    const result = await this.insist('ledger', async ({ decisions }) => {
      const command = at(decisions!.now());
      const isKnown = again;
      again = true;
      return decisions!.carryOut({
        command,
        metadata,
        again: isKnown,
        isOwn: (event: AccountEvent): event is DecisionEvent => isOwn(event),
      });
    });
    this.promised.decided.push({ asked, result });
  }

  /** Lets time pass, and the clock say so. */
  private async tick({ ms, isDay }: Extract<Work, { kind: 'tick' }>): Promise<void> {
    this.time.pass(ms);
    const { bus } = this.suite.disk;
    const at = formatInstant(this.time.now);
    const minute = { key: 'minute', message: { at }, tenant: TENANT, correlationId: `minute/${at}` };
    const day = { program: PROGRAM, zone: 'UTC', date: at.slice(0, 10), at };
    const said = { key: PROGRAM, message: day, tenant: TENANT, correlationId: `day/${at}` };
    await this.tell(() => bus.append('organization.minute-ended.v1', [minute]));
    if (isDay) await this.tell(() => bus.append('organization.day-ended.v1', [said]));
  }

  private async publish(work: Extract<Work, { kind: 'publish' | 'poison' }>): Promise<void> {
    const key = work.kind === 'poison' ? work.key : work.message.id;
    const message = work.kind === 'poison' ? {} : { message: work.message };
    const record = { key, ...message, tenant: TENANT, correlationId: `${work.topic}/${key}` };
    const places = await this.tell(() => this.suite.disk.bus.append(work.topic, [record]));
    this.promised.published.push({ work, places });
  }

  /** Publishes, again and again until it is acknowledged. */
  private async tell(publish: () => Published[]): Promise<Published[]> {
    for (;;) {
      try {
        return await this.till.call('publish', publish);
      } catch {
        this.repeats += 1;
        await this.pause();
      }
    }
  }

  private async post(work: Extract<Work, { kind: 'post' }>): Promise<void> {
    const { message, idempotencyKey } = work;
    const taken = await this.insist('campaigns', async ({ campaigns }) => {
      const arrival = {
        tenant: TENANT,
        program: PROGRAM,
        message,
        receivedAt: this.time.now,
        actor: 'machine:till',
        correlationId: idempotencyKey,
        delivery: idempotencyKey,
      };
      const [one] = (await campaigns!.purchases.take([arrival])).taken;
      return one!.kind === 'waiting' ? LOST : one!;
    });
    this.promised.posted.push({ work, taken });
  }

  /** Asks whoever serves now; where it dies, fails or cannot tell, asks whoever serves then. */
  private async insist<Answer>(
    service: ServiceName,
    attempt: (running: Running) => Promise<Answer | typeof LOST>,
  ): Promise<Answer> {
    for (;;) {
      const running = this.suite.running.get(service)!;
      const death = running.process.death.then(() => LOST);
      const answer = await Promise.race([attempt(running).catch(() => LOST), death]);
      if (answer !== LOST) return answer as Answer;
      this.repeats += 1;
      await this.pause();
    }
  }

  private async ask(work: () => Promise<void>): Promise<void> {
    this.asking += 1;
    await work();
    this.asking -= 1;
  }

  private pause(): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

/** The id of the command that a request becomes, however often it is made. */
export function requestId({ holder, request }: AskedDecision): string {
  return commandId(TENANT, 'till', holder, request);
}
