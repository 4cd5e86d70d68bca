import { UnknownEvent } from '@tallystick/decider';
import type { Publications } from '@tallystick/messaging';

/** Settlement says nothing yet: its own events (agreements, cuts, statements) come with their rows (S2 to S9). */
export const settlementPublications: Publications = {
  service: 'settlement',
  topics: [],
  announce(event) {
    throw new UnknownEvent(event.type, event.version);
  },
};
