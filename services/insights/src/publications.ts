import { UnknownEvent } from '@tallystick/decider';
import type { Publications } from '@tallystick/messaging';

/** Insights says nothing yet: its alerts come with row B6. */
export const insightsPublications: Publications = {
  service: 'insights',
  topics: [],
  announce(event) {
    throw new UnknownEvent(event.type, event.version);
  },
};
