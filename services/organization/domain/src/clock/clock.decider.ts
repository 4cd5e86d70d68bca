import { type Decider, type DomainEvent, UnknownEvent } from '@tallystick/decider';

/** A local date of the program's zone is over; `at` is the instant at which it ended. */
export type DayEnded = DomainEvent<'DayEnded', { readonly zone: string; readonly date: string; readonly at: string }>;
/** A minute is over; `at` is its end. */
export type MinuteEnded = DomainEvent<'MinuteEnded', { readonly at: string }>;
export type ClockEvent = DayEnded | MinuteEnded;

/** Announces what has ended by now; the application looks the ends up in the zone database, oldest first. */
export interface AnnounceTime {
  readonly kind: 'announce-time';
  readonly zone: string;
  readonly days: readonly { readonly date: string; readonly at: string }[];
  readonly minutes: readonly { readonly at: string }[];
}

export interface ClockState {
  /** The last announced date of each zone. */
  readonly lastDates: Readonly<Record<string, string>>;
  readonly lastMinute?: string;
}

/** Time as a fact: each date of a zone and each minute is announced once, in order; missed ones are caught up. */
export const clockDecider: Decider<ClockState, AnnounceTime, ClockEvent, never> = {
  kind: 'clock',
  initial: () => ({ lastDates: {} }),
  decide({ zone, days, minutes }, state) {
    const lastDate = state.lastDates[zone] ?? '';
    const lastMinute = state.lastMinute ?? '';
    return [
      ...days.filter(({ date }) => date > lastDate).map(({ date, at }) => dayEnded(zone, date, at)),
      ...minutes.filter(({ at }) => at > lastMinute).map(({ at }) => minuteEnded(at)),
    ];
  },
  evolve(state, event) {
    if (event.type === 'MinuteEnded') return { ...state, lastMinute: event.data.at };
    return { ...state, lastDates: { ...state.lastDates, [event.data.zone]: event.data.date } };
  },
  invariants: () => [],
  refusals: {},
  snapshot: { version: 1, every: 200, encode: (state) => state, decode: (snapshot) => snapshot as ClockState },
  upcast(type, version, data) {
    if (version === 1 && type === 'DayEnded') return { type, version, data: data as DayEnded['data'] };
    if (version === 1 && type === 'MinuteEnded') return { type, version, data: data as MinuteEnded['data'] };
    throw new UnknownEvent(type, version);
  },
};

function dayEnded(zone: string, date: string, at: string): DayEnded {
  return { type: 'DayEnded', version: 1, data: { zone, date, at } };
}

function minuteEnded(at: string): MinuteEnded {
  return { type: 'MinuteEnded', version: 1, data: { at } };
}
