import { Count, InstantText, OneOf, Text, Uuid } from '@tallystick/contracts';

const CHECKS = ['unreadable', 'double-entry', 'slices', 'one-end', 'opening', 'invariant'] as const;

export class ViolationAnswer {
  @Uuid()
  readonly account!: string;

  /** Of the event after which it was found. */
  @Count()
  readonly revision!: number;

  @OneOf([...CHECKS])
  readonly check!: string;

  @Text(2_000)
  readonly what!: string;

  /** The fewest events that show it, as a test that can be run. */
  @Text(1_000_000)
  readonly test!: string;

  @InstantText()
  readonly foundAt!: string;
}
