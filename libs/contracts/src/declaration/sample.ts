import type { MessageClass } from './contract';

/** A message as a publisher would send it: shown in docs/events, and where the tests of the contract start from. */
export interface Sample<T extends object = object> {
  readonly messageClass: MessageClass<T>;
  /** `minimal` has no optional field, `full` has every field; others are named for what they show. */
  readonly name: string;
  readonly message: T;
}

/** A sample whose fields the compiler checks against its class. */
export function sample<T extends object>(messageClass: MessageClass<T>, name: string, message: T): Sample<T> {
  return { messageClass, name, message };
}
