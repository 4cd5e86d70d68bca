import { createHash } from 'node:crypto';
import {
  type BusinessReference,
  type PurchaseCommand,
  purchaseDecider,
  type PurchaseEvent,
  type PurchaseRefusal,
  type PurchaseState,
  type RecordReturn,
  type ReturnCommand,
  type ReturnContent,
  returnDecider,
  type ReturnEvent,
  type ReturnState,
} from '@tallystick/campaigns-domain';
import type { ReturnMade } from '@tallystick/contracts';
import {
  canonicalJson,
  type Checkpoint,
  type CommandItem,
  commandId,
  type EventStore,
  Executor,
  isRejection,
  streamName,
  WarmStates,
} from '@tallystick/decider';
import type { Arrival, Taken, TakenBatch } from './arrival';
import { returnContent } from './content';
import { metadataOfArrival, takenOf } from './purchase-intake';
import type { RuleSets } from './rule-sets';
import { isTaken, type Surroundings, type SurroundingsReader } from './surroundings';

const STATES_KEPT = 5_000;

/** A return that was looked up. */
interface Located {
  readonly index: number;
  readonly arrival: Arrival<ReturnMade>;
  readonly content: ReturnContent;
  readonly surroundings: Surroundings;
  /** Stream of the return's own id. */
  readonly own: string;
}

interface Linked extends Located {
  readonly stream: string;
  readonly command: RecordReturn;
}

/**
 * Records returns of both entrances. A linked return is judged on its purchase first, so that a refusal writes nothing;
 * then its id is claimed, so that it counts once over all purchases; then the purchase takes it. Each step repeated
 * changes nothing, so a crash between them is healed by redelivery.
 */
export class ReturnIntake {
  private readonly returns: Executor<ReturnState, ReturnCommand, ReturnEvent, PurchaseRefusal>;
  private readonly purchases: Executor<PurchaseState, PurchaseCommand, PurchaseEvent, PurchaseRefusal>;

  constructor(
    private readonly store: EventStore,
    private readonly surroundings: SurroundingsReader,
    private readonly ruleSets: RuleSets,
    /** Returns, and as many purchases, whose states stay in memory. */
    statesKept = STATES_KEPT,
  ) {
    this.returns = new Executor({ decider: returnDecider, store, assumeNew: true, capacity: statesKept });
    this.purchases = new Executor({ decider: purchaseDecider, store, capacity: statesKept });
  }

  /** One answer per return. The checkpoint moves with the last append where every return of the batch is in it. */
  async take(arrivals: readonly Arrival<ReturnMade>[], checkpoint?: Checkpoint): Promise<TakenBatch> {
    const contents = arrivals.map(({ message }) => returnContent(message));
    const places = contents.map((content) => (content.purchase ? { ...content, member: undefined } : content));
    const found = await this.surroundings.of(arrivals, places, { needsOpenStore: false });
    const answers = new Map<number, Taken>();
    const located: Located[] = [];
    found.forEach((one, index) => {
      if (isTaken(one)) answers.set(index, one);
      else located.push(locate(index, arrivals[index]!, contents[index]!, one));
    });
    const unlinked = located.filter(({ content }) => content.purchase === undefined);
    const linked = located.flatMap((one) => (one.content.purchase === undefined ? [] : [link(one)]));
    const isAlone = unlinked.length === 0 || linked.length === 0;
    const moved = [
      await this.takeUnlinked(
        unlinked,
        answers,
        isAlone && unlinked.length === arrivals.length ? checkpoint : undefined,
      ),
      await this.takeLinked(linked, answers, isAlone && linked.length === arrivals.length ? checkpoint : undefined),
    ];
    return { taken: arrivals.map((_, index) => answers.get(index)!), checkpointMoved: moved.includes(true) };
  }

  async drain(): Promise<void> {
    await Promise.all([this.returns.drain(), this.purchases.drain()]);
  }

  private async takeUnlinked(
    unlinked: readonly Located[],
    answers: Map<number, Taken>,
    checkpoint: Checkpoint | undefined,
  ): Promise<boolean> {
    if (unlinked.length === 0) return false;
    const items = unlinked.map(({ arrival, content, surroundings, own }): CommandItem<ReturnCommand> => {
      const { heard: _heard, ...rest } = surroundings;
      return {
        stream: own,
        command: { kind: 'record-unlinked-return', program: arrival.program, content, ...rest },
        metadata: metadataOfArrival(arrival, takeId(arrival)),
      };
    });
    const { results, checkpointMoved } = await this.returns.executeMany(items, checkpoint);
    results.forEach((result, i) => answers.set(unlinked[i]!.index, takenOf(items[i]!.stream, result, this.ruleSets)));
    return checkpointMoved;
  }

  private async takeLinked(
    linked: readonly Linked[],
    answers: Map<number, Taken>,
    checkpoint: Checkpoint | undefined,
  ): Promise<boolean> {
    if (linked.length === 0) return false;
    const fitting = await this.fitting(linked, answers);
    const claimed = await this.claim(fitting, answers);
    if (claimed.length === 0) return false;
    const items = claimed.map(({ stream, command, arrival }): CommandItem<PurchaseCommand> => {
      return { stream, command, metadata: metadataOfArrival(arrival, takeId(arrival)) };
    });
    const whole = claimed.length === linked.length ? checkpoint : undefined;
    const { results, checkpointMoved } = await this.purchases.executeMany(items, whole);
    const refused: CommandItem<ReturnCommand>[] = [];
    results.forEach((result, i) => {
      const { index, own, arrival } = claimed[i]!;
      answers.set(index, takenOf(items[i]!.stream, result, this.ruleSets));
      if (result.kind !== 'rejected') return;
      const command: ReturnCommand = { kind: 'refuse-claim', code: result.rejection.rejected };
      refused.push({ stream: own, command, metadata: metadataOfArrival(arrival, claimId(arrival, 'refuse')) });
    });
    for (const result of (await this.returns.executeMany(refused)).results) {
      if (result.kind === 'failed') throw result.error;
    }
    return checkpointMoved;
  }

  /** Those that the purchase, as it stands now, does not refuse. */
  private async fitting(linked: readonly Linked[], answers: Map<number, Taken>): Promise<Linked[]> {
    const streams = [...new Set(linked.map(({ stream }) => stream))];
    const states = await new WarmStates({ decider: purchaseDecider, store: this.store, capacity: 1 }).load(streams);
    return linked.filter(({ index, stream, command }) => {
      const decision = this.judge(command, states.get(stream)!.state);
      if (!isRejection(decision)) return true;
      answers.set(index, takenOf(stream, { kind: 'rejected', rejection: decision }, this.ruleSets));
      return false;
    });
  }

  private judge(command: RecordReturn, state: PurchaseState): ReturnType<typeof purchaseDecider.decide> {
    try {
      return purchaseDecider.decide(command, state);
    } catch (error) {
      this.ruleSets.forget();
      throw error;
    }
  }

  /** Those whose id is theirs. */
  private async claim(linked: readonly Linked[], answers: Map<number, Taken>): Promise<Linked[]> {
    const items = linked.map(({ own, command, content, arrival }): CommandItem<ReturnCommand> => {
      const digest = createHash('sha256').update(canonicalJson(content)).digest('hex');
      return {
        stream: own,
        command: { kind: 'claim-return', purchase: command.content.purchase!, digest },
        metadata: metadataOfArrival(arrival, claimId(arrival, 'claim')),
      };
    });
    const { results } = await this.returns.executeMany(items);
    return linked.filter(({ index, own }, i) => {
      const result = results[i]!;
      if (result.kind === 'appended' || result.kind === 'unchanged') return true;
      answers.set(index, takenOf(own, result, this.ruleSets));
      return false;
    });
  }
}

/** The command id of a return: the same delivery always asks for the same command. */
export function returnCommandId(tenant: string, { source, id }: BusinessReference, delivery: string): string {
  return commandId(tenant, source, 'return-made', `${id}/${delivery}`);
}

function takeId({ tenant, message, delivery }: Arrival<ReturnMade>): string {
  return returnCommandId(tenant, message, delivery);
}

function claimId({ tenant, message, delivery }: Arrival<ReturnMade>, step: 'claim' | 'refuse'): string {
  return commandId(tenant, message.source, `return-${step}`, `${message.id}/${delivery}`);
}

function locate(
  index: number,
  arrival: Arrival<ReturnMade>,
  content: ReturnContent,
  surroundings: Surroundings,
): Located {
  const { source, id } = arrival.message;
  return { index, arrival, content, surroundings, own: streamName('return', arrival.tenant, source, id) };
}

function link(one: Located): Linked {
  const { source, id } = one.arrival.message;
  const purchase = one.content.purchase!;
  const { unit, rules } = one.surroundings;
  return {
    ...one,
    stream: streamName('purchase', one.arrival.tenant, purchase.source, purchase.id),
    command: { kind: 'record-return', return: { source, id }, content: one.content, unit, rules },
  };
}
