import type { EventStore } from '@tallystick/decider';
import type { BusServer } from '@tallystick/messaging';

/**
 * The services of one process: they read each other's logs from memory, and a publisher is held back by the slowest
 * consumer of all of them (design §6 "Bus port").
 */
export class Neighbours {
  private readonly stores = new Map<string, EventStore>();
  private readonly buses = new Set<BusServer>();

  hasStore(service: string, store: EventStore): void {
    this.stores.set(service, store);
  }

  /** The log of a service of this process, where it is one. */
  storeOf(service: string): EventStore | undefined {
    return this.stores.get(service);
  }

  hasBus(bus: BusServer): void {
    this.buses.add(bus);
  }

  wake(topic: string): void {
    for (const bus of this.buses) if (canWake(bus)) bus.wake(topic);
  }

  /** How far the slowest consumer of the process is behind. */
  async behind(): Promise<number> {
    return Math.max(0, ...(await Promise.all([...this.buses].map((bus) => bus.behind()))));
  }

  leave(service: string, bus: BusServer | undefined): void {
    this.stores.delete(service);
    if (bus) this.buses.delete(bus);
  }
}

function canWake(bus: BusServer): bus is BusServer & { wake(topic: string): void } {
  return 'wake' in bus;
}
