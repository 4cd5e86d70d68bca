/** A class whose instances are messages; its fields carry the decorators of this folder. */
export type MessageClass<T extends object = object> = abstract new () => T;

/** What a message class is on the bus. */
export interface ContractOptions<Message> {
  /** `<producer>.<message>.v<n>`, or a topic of outside publishers (`purchases.v1`). */
  readonly topic: string;
  /** Value of the message's `type` field, where a topic carries several types. */
  readonly type?: string;
  /** The key under which the message must be published. */
  readonly key?: (message: Message) => string;
}

export interface ContractEntry {
  readonly topic: string;
  readonly type: string | undefined;
  readonly messageClass: MessageClass;
  /** The key that this message is published under; throws where the contract declares none. */
  readonly keyOf: (message: object) => string;
}

const entries = new Map<object, ContractEntry>();

/** Registers a message class as a contract of its topic. Two classes for one topic and type are a `TypeError`. */
export function Contract<Message extends object>(options: ContractOptions<Message>) {
  return (messageClass: MessageClass<Message>): void => {
    const taken = [...entries.values()].find(({ topic, type }) => topic === options.topic && type === options.type);
    if (taken) throw new TypeError(`${options.topic} ${options.type ?? ''} is declared twice: ${messageClass.name}`);
    entries.set(messageClass, {
      topic: options.topic,
      type: options.type,
      messageClass,
      keyOf: (message) => {
        if (!options.key) throw new TypeError(`${messageClass.name} declares no key`);
        return options.key(message as Message);
      },
    });
  };
}

/** The contract that a class, or a class it extends, was declared as; `undefined` for a part or another DTO. */
export function contractOf(messageClass: object): ContractEntry | undefined {
  for (let at: object | null = messageClass; at !== null; at = Object.getPrototypeOf(at)) {
    const entry = entries.get(at);
    if (entry) return entry;
  }
  return undefined;
}

/** Every declared contract by its topic, topics in the order of their names. */
export function contractsByTopic(): ReadonlyMap<string, readonly ContractEntry[]> {
  const byTopic = new Map<string, ContractEntry[]>();
  const sorted = [...entries.values()].sort((a, b) => compare(a.topic, b.topic) || compare(a.type ?? '', b.type ?? ''));
  for (const entry of sorted) byTopic.set(entry.topic, [...(byTopic.get(entry.topic) ?? []), entry]);
  return byTopic;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
