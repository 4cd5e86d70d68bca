import type { PurchasePaid, ReturnMade } from '@tallystick/contracts';

/** A record as a publisher would send it, but for the member: `customer` is an identifier that is enrolled first. */
export interface Publication {
  readonly topic: 'purchases.v1' | 'returns.v1';
  readonly message: PurchasePaid | ReturnMade;
  /** Value of the `external` identifier of whoever bought; absent: the message is published as it is. */
  readonly customer?: string;
}

/** What a file holds, read as a whole or line by line. */
export interface FileReading {
  readonly publications: AsyncIterable<Publication>;
  /** How many there are, where that is known before they are read. */
  readonly total?: number;
  /** What was left out and why, complete when the publications are read. */
  readonly leftOut: Readonly<Record<string, number>>;
}
