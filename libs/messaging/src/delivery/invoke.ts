import type { MessageHandler } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import type { Batch, Outcome } from '../bus';
import { Defect } from './source';

/**
 * Calls a Nest handler with a batch. Nest answers a throwing handler with an Observable that errors; it is awaited, so
 * that no position moves over a failure. An answer that is not one outcome per record is a {@link Defect}.
 */
export async function invoke(handler: MessageHandler, batch: Batch): Promise<readonly Outcome[]> {
  const answer: unknown = await handler(batch, undefined);
  const outcomes: unknown = isObservable(answer) ? await lastValueFrom(answer, { defaultValue: undefined }) : answer;
  if (!Array.isArray(outcomes) || outcomes.length !== batch.records.length) {
    const got = Array.isArray(outcomes) ? `${outcomes.length} outcomes` : typeof outcomes;
    throw new Defect(`the handler of ${batch.topic} answered ${got} for ${batch.records.length} records`);
  }
  return outcomes;
}
