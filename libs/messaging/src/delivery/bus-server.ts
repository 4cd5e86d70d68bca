import { type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices';
import type { BatchHandler, Lag, Outcome } from '../bus';
import type { Redelivery } from '../dead-letters/dead-letters';
import type { DeadRecord } from './source';
import type { TopicLoop } from './topic-loop';

/** What a subscriber needs to know of the bus, whichever it is. */
export interface Subscriptions {
  /** Takes a topic for a handler outside of Nest (a projection); before the start only. */
  subscribe(topic: string, handler: BatchHandler): void;
  /** False once a loop has died: the process must be replaced. */
  healthy(): boolean;
  /** How far the partitions are that this member holds. */
  lag(): Lag[];
  /** How far all partitions of what is heard are, whoever holds them: only where none is behind is all settled. */
  groupLag(): Promise<Lag[]>;
  pause(topic: string): void;
  resume(topic: string): void;
  close(): Promise<void>;
}

/**
 * A Nest transport strategy for plain `@EventPattern('<topic>')` handlers that take a batch and answer per record.
 * Its subclasses say where the records of a topic come from.
 */
export abstract class BusServer extends Server implements CustomTransportStrategy, Subscriptions, Redelivery {
  protected readonly loops = new Map<string, TopicLoop>();
  private started = false;

  abstract readonly consumer: string;
  protected abstract loopOf(topic: string, handler: MessageHandler): TopicLoop | Promise<TopicLoop>;
  /** Called with every topic before the first loop starts, and after the last one has ended. */
  protected abstract open(topics: readonly string[]): Promise<void>;
  protected abstract shut(): Promise<void>;

  subscribe(topic: string, handler: BatchHandler): void {
    if (this.started) throw new Error(`${topic} is subscribed after the start`);
    this.addHandler(topic, handler, true);
  }

  listen(callback: (error?: unknown) => void): void {
    this.start().then(() => callback(), callback);
  }

  /** Starts every topic that has a handler. Refuses two handlers for one topic: who would answer for a record? */
  async start(): Promise<void> {
    if (this.started) throw new Error('the bus is started already');
    this.started = true;
    const handlers = [...this.messageHandlers];
    for (const [topic, handler] of handlers)
      if (handler.next) throw new Error(`${topic} has two handlers in one consumer`);
    await this.open(handlers.map(([topic]) => topic));
    await Promise.all(
      handlers.map(async ([topic, handler]) => this.loops.set(topic, await this.loopOf(topic, handler))),
    );
    for (const loop of this.loops.values()) loop.start();
  }

  async close(): Promise<void> {
    await Promise.all([...this.loops.values()].map((loop) => loop.stop()));
    await this.shut();
  }

  healthy(): boolean {
    return this.started && [...this.loops.values()].every((loop) => loop.isAlive);
  }

  /** What it hears, whether it holds partitions of it now or not. */
  follows(): { readonly consumer: string; readonly topic: string }[] {
    return [...this.loops.keys()].map((topic) => ({ consumer: this.consumer, topic }));
  }

  /** The partitions that this member holds, by the heads as last seen. */
  lag(): Lag[] {
    return [...this.loops.values()].flatMap((loop) => loop.lag());
  }

  /**
   * Every partition of every topic by the heads as they are now: what others hold, or nobody since its holder died, by
   * its stored position. Throws where positions or heads cannot be read; an answer may be 100 ms old.
   */
  async groupLag(): Promise<Lag[]> {
    return (await Promise.all([...this.loops.values()].map((loop) => loop.groupLag()))).flat();
  }

  /** Records in memory that are not settled. */
  buffered(): number {
    return [...this.loops.values()].reduce((sum, loop) => sum + loop.buffered, 0);
  }

  /** How far the slowest topic is behind its head now by the partitions held here: what a publisher is held back by. */
  async behind(): Promise<number> {
    const behind = await Promise.all([...this.loops.values()].map((loop) => loop.behind()));
    return Math.max(0, ...behind);
  }

  /** Stops taking records of the topic; what the handler has is finished. Partitions stay ours. */
  pause(topic: string): void {
    this.loop(topic).pause();
  }

  resume(topic: string): void {
    this.loop(topic).resume();
  }

  redeliver(topic: string, dead: DeadRecord): Promise<Outcome> {
    return this.loop(topic).redeliver(dead);
  }

  protected loop(topic: string): TopicLoop {
    const loop = this.loops.get(topic);
    if (!loop) throw new RangeError(`nobody here hears ${topic}`);
    return loop;
  }

  on(): never {
    throw new Error('the bus has no transport events; see healthy() and lag()');
  }

  unwrap<T>(): T {
    throw new Error('the bus has no single server or broker behind it');
  }
}
