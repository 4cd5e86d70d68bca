import type { PurchasePaid, ReturnMade } from '@tallystick/contracts';
import { Gathering } from '@tallystick/decider';
import { actorOf, type Caller, type HttpCommand } from '@tallystick/http';
import type { Instant } from '@tallystick/vocabulary';
import type { Arrival, Taken } from '../application/arrival';
import type { PurchaseIntake } from '../application/purchase-intake';
import type { ReturnIntake } from '../application/return-intake';

/** Takes one message per request; requests that come together share look-up and commit. */
export class Entrance {
  private readonly purchases: Gathering<Arrival<PurchasePaid>, Taken>;
  private readonly returns: Gathering<Arrival<ReturnMade>, Taken>;

  constructor(
    purchases: PurchaseIntake,
    returns: ReturnIntake,
    readonly now: () => Instant,
  ) {
    this.purchases = new Gathering(async (arrivals) => (await purchases.take(arrivals)).taken);
    this.returns = new Gathering(async (arrivals) => (await returns.take(arrivals)).taken);
  }

  purchase(caller: Caller, command: HttpCommand, message: PurchasePaid): Promise<Taken> {
    return this.purchases.add(this.arrival(caller, command, message));
  }

  return(caller: Caller, command: HttpCommand, message: ReturnMade): Promise<Taken> {
    return this.returns.add(this.arrival(caller, command, message));
  }

  async drain(): Promise<void> {
    await Promise.all([this.purchases.drain(), this.returns.drain()]);
  }

  private arrival<Message>(caller: Caller, command: HttpCommand, message: Message): Arrival<Message> {
    return {
      tenant: caller.tenant,
      program: caller.program,
      message,
      ...(caller.unit === undefined ? {} : { unit: caller.unit }),
      receivedAt: this.now(),
      actor: actorOf(caller),
      correlationId: command.metadata.correlationId,
      delivery: command.id,
    };
  }
}
