import { Controller, Get } from '@nestjs/common';
import type { RecordedEvent } from '@tallystick/decider';
import { Answers, type Caller, CallerOf, Permission, positionOf, QueryOf, Summary } from '@tallystick/http';
import { formatInstant } from '@tallystick/vocabulary';
import { EventLog } from '../application/event-log';
import { type EventAnswer, EventsAnswer, EventsQuery } from './ledger.dto';

const DEFAULT_PAGE = 100;

@Controller('events')
export class EventsController {
  constructor(private readonly log: EventLog) {}

  @Get()
  @Summary(
    'The log of the ledger as its bytes are, in order, for whoever verifies it',
    '账本事件日志(原始字节,按顺序),供核验使用',
  )
  @Permission('events:read')
  @Answers(200, EventsAnswer)
  async events(@CallerOf() caller: Caller, @QueryOf(EventsQuery) query: EventsQuery): Promise<EventsAnswer> {
    const page = await this.log.page(caller.tenant, positionOf(query.after), query.max ?? DEFAULT_PAGE);
    return { items: page.events.map(eventAnswer), next: page.next, state: page.atHead ? 'head' : 'more' };
  }
}

function eventAnswer(event: RecordedEvent): EventAnswer {
  const { position, stream, revision, id, type, version } = event;
  return {
    position,
    stream,
    revision,
    id,
    type,
    version,
    data: base64(event.data),
    ...(event.metadata.length > 0 && { metadata: base64(event.metadata) }),
    prevHash: base64(event.prevHash),
    hash: base64(event.hash),
    recordedAt: formatInstant(event.recordedAt),
  };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
