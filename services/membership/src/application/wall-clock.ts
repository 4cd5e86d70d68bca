import type { Instant } from '@tallystick/vocabulary';

/** The time at which a command is taken; a class, so that Nest can inject it. */
export class Clock {
  constructor(readonly now: () => Instant) {}
}
