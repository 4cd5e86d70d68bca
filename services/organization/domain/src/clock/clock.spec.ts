import { scenario } from '@tallystick/decider';
import { type AnnounceTime, clockDecider, type ClockEvent } from './clock.decider';

const zone = 'Asia/Shanghai';
const day = (date: string, at: string): ClockEvent => ({ type: 'DayEnded', version: 1, data: { zone, date, at } });
const minute = (at: string): ClockEvent => ({ type: 'MinuteEnded', version: 1, data: { at } });
const announce = (days: AnnounceTime['days'], minutes: AnnounceTime['minutes'] = []): AnnounceTime => ({
  kind: 'announce-time',
  zone,
  days,
  minutes,
});
const first = { date: '2026-11-22', at: '2026-11-22T16:00:00.000Z' };
const second = { date: '2026-11-23', at: '2026-11-23T16:00:00.000Z' };
const clock = scenario(clockDecider);

describe('announce time', () => {
  it('announces every date that has ended, oldest first', () => {
    clock
      .given()
      .when(announce([first, second]))
      .then(day(first.date, first.at), day(second.date, second.at));
  });

  it('announces a date of a zone once', () => {
    clock
      .given(day(first.date, first.at))
      .when(announce([first, second]))
      .then(day(second.date, second.at));
  });

  it('announces each missed minute once', () => {
    clock
      .given(minute('2026-11-22T00:01:00.000Z'))
      .when(announce([], [{ at: '2026-11-22T00:01:00.000Z' }, { at: '2026-11-22T00:02:00.000Z' }]))
      .then(minute('2026-11-22T00:02:00.000Z'));
  });

  it('is quiet where nothing has ended since', () => {
    clock
      .given(day(first.date, first.at))
      .when(announce([first]))
      .thenNothing();
  });
});
