import { addDays, type CalendarDate, dayNumber, type Instant } from '@tallystick/vocabulary';
import { DateTime } from 'luxon';

/** A day of a zone: half open, whatever the clocks do on it. */
interface ZonedDay {
  readonly date: CalendarDate;
  readonly start: Instant;
  readonly next: Instant;
}

const MILLIS_PER_DAY = 86_400_000;
/** A few years; what is asked lies close together. */
const MOST_KEPT = 4_000;

/** The days of an IANA zone. The zone database is asked once per day and zone: it costs a hundred times a look-up. */
export class ZonedDays {
  private readonly known = new Map<number, ZonedDay[]>();
  private readonly starts = new Map<number, Instant>();

  constructor(private readonly zone: string) {}

  /** The local date of an instant. */
  dateOf(at: Instant): CalendarDate {
    const utcDay = Math.floor(at / MILLIS_PER_DAY);
    const days = this.known.get(utcDay) ?? [];
    let day = days.find(({ start, next }) => start <= at && at < next);
    if (!day) {
      const { year, month, day: dayOfMonth } = DateTime.fromMillis(at, { zone: this.zone });
      const date = { year, month, day: dayOfMonth };
      day = { date, start: this.startOf(date), next: this.startOf(addDays(date, 1)) };
      if (this.known.size > MOST_KEPT) this.known.clear();
      this.known.set(utcDay, [...days, day]);
    }
    return day.date;
  }

  /** The instant at which a local date begins, and the one before it ends. */
  startOf(date: CalendarDate): Instant {
    const key = dayNumber(date);
    let start = this.starts.get(key);
    if (start === undefined) {
      start = DateTime.fromObject({ ...date }, { zone: this.zone })
        .startOf('day')
        .toMillis() as Instant;
      if (this.starts.size > MOST_KEPT) this.starts.clear();
      this.starts.set(key, start);
    }
    return start;
  }
}
