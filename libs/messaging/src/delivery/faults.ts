import { type ArgumentsHost, Catch, type RpcExceptionFilter } from '@nestjs/common';
import { EventStoreError, UnknownEvent } from '@tallystick/decider';
import { isCheckpointLost, isConnectionFault, isContention, sqlStateOf } from '@tallystick/postgres';
import { type Observable, throwError } from 'rxjs';
import type { Outcome } from '../bus';
import type { Entry } from './lane';
import type { DeliveryRefusal } from './refusals';
import { Defect } from './source';

/** Equal faults of whole batches after which a record of theirs is delivered alone. */
const FAULTS_TOGETHER = 5;
/** Times that a record may throw alone before it is given up. */
const FAULTS_ALONE = 3;
/** A cause of a cause of a cause: deeper nobody looks. */
const DEPTH = 4;

/**
 * True where a record may be what made its handler throw: then delivering it alone tells. False for what passes or is
 * mended elsewhere (a store or database that is away, contention, a full disk, a missing right, a log newer than the
 * code), and for what does not say what it is: a record is not given up for a fault that nobody knows.
 */
export function isOfRecord(error: unknown): boolean {
  return error instanceof Error && !isFromElsewhere(error, DEPTH);
}

/**
 * True for a fault that no trying again ends: a defect of the code, or a log that holds what this release does not know.
 * The loop must stop, for nothing may be skipped, and the process be replaced.
 */
export function isFinal(error: unknown, depth = DEPTH): boolean {
  if (!(error instanceof Error) || depth === 0) return false;
  if (error instanceof Defect || error instanceof UnknownEvent) return true;
  if (error instanceof AggregateError && error.errors.some((one) => isFinal(one, depth - 1))) return true;
  return isFinal(error.cause, depth - 1);
}

function isFromElsewhere(error: unknown, depth: number): boolean {
  if (!(error instanceof Error) || depth === 0) return false;
  if (isFinal(error, depth)) return true;
  if (error instanceof EventStoreError && !OF_RECORD.has(error.code)) return true;
  if (error instanceof AggregateError && error.errors.some((one) => isFromElsewhere(one, depth - 1))) return true;
  if (isOfSystem(error)) return true;
  if (isConnectionFault(error) || isContention(error) || isCheckpointLost(error) || PASSING.has(error.name))
    return true;
  const state = sqlStateOf(error);
  if (state !== undefined && !STATES_OF_RECORD.test(state)) return true;
  return isFromElsewhere(error.cause, depth - 1);
}

/** Faults of sockets, files, the HTTP client (undici) and the Kafka client. */
function isOfSystem(error: Error): boolean {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return 'syscall' in error || code.startsWith('UND_ERR') || error.name.startsWith('KafkaJS');
}

/** What an append refuses because of what it says. */
const OF_RECORD: ReadonlySet<string> = new Set(['too-large', 'invalid']);
/** DOMException names of `AbortSignal`. */
const PASSING: ReadonlySet<string> = new Set(['AbortError', 'TimeoutError']);
/** Data exceptions, integrity constraints, program limits, PL/pgSQL raise (PostgreSQL Appendix A). */
const STATES_OF_RECORD = /^(22|23|54|P0)/;

/** Counts a fault of a whole batch for each of its records; another fault than the last begins anew. */
export function noteFault(entries: readonly Entry[], error: unknown): void {
  if (!isOfRecord(error)) return;
  const said = String(error);
  for (const entry of entries) {
    const count = entry.fault?.said === said ? entry.fault.count + 1 : 1;
    entry.fault = { said, count };
  }
}

/** True where a record was in so many failed batches that it must be delivered alone. */
export function isSuspect({ fault }: Entry): boolean {
  return fault !== undefined && fault.count >= FAULTS_TOGETHER;
}

/** Counts a fault of a record that was delivered alone: its refusal, once that was often enough. */
export function faultAlone(entry: Entry, error: unknown): Outcome | undefined {
  entry.faultsAlone = (entry.faultsAlone ?? 0) + 1;
  if (entry.faultsAlone < FAULTS_ALONE) return undefined;
  const code: DeliveryRefusal = 'defect';
  return { kind: 'refused', code, detail: error instanceof Error ? error.name : typeof error };
}

/**
 * Hands a handler's fault to the transport as it is. Without it Nest answers every fault with the same words, and what
 * passes cannot be told from what a record causes. To be set on every microservice of a bus server.
 */
@Catch()
export class FaultsAsTheyAre implements RpcExceptionFilter<unknown> {
  catch(error: unknown, _host: ArgumentsHost): Observable<never> {
    return throwError(() => error);
  }
}
