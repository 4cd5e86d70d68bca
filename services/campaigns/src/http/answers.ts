import { type BusinessReference, PURCHASE_REFUSALS, type PurchaseRefusal } from '@tallystick/campaigns-domain';
import { type Rejection, reject } from '@tallystick/decider';
import { ENTRANCE_PROBLEMS, type EntranceCode, problem, type Problem, problemOf } from '@tallystick/http';
import { REFERENCE_REFUSALS, type ReferenceRefusal, type Taken } from '../application/arrival';
import type { CarriedOut, PurchaseRecords } from '../application/purchase-records';

/**
 * What to answer, as a function of the command's events alone: after a crash the same request gets the same answer.
 * Throws the problem of a message that was not taken.
 */
export async function givenBy(
  records: PurchaseRecords,
  taken: Taken,
  commandId: () => string,
  reference: BusinessReference,
): Promise<CarriedOut> {
  if (taken.kind === 'waiting') throw problemOfReference(taken.code);
  if (taken.kind === 'refused') throw problemOfRefused(taken);
  if (taken.kind === 'taken' && taken.position !== undefined) {
    return { position: taken.position, parked: taken.parked, duplicate: false };
  }
  const carriedOut = await records.carriedOut(taken.stream, commandId(), reference);
  if (!carriedOut) throw problem('dependency-unavailable');
  return carriedOut;
}

function problemOfRefused({ code, pointer, facts = {} }: Extract<Taken, { kind: 'refused' }>): Problem {
  if (isKey(code, PURCHASE_REFUSALS)) {
    const rejection: Rejection<PurchaseRefusal> = reject(code, facts);
    return problemOf(rejection, PURCHASE_REFUSALS);
  }
  // A store outside the credential's unit is as unknown as one that does not exist.
  if (code === 'scope-mismatch') return problem('not-found');
  if (isKey(code, REFERENCE_REFUSALS)) return problemOfReference(code);
  const errors = pointer === undefined ? {} : { errors: [{ pointer, code }] };
  return problem(isKey<EntranceCode>(code, ENTRANCE_PROBLEMS) ? code : 'internal-error', errors);
}

export function problemOfReference(code: ReferenceRefusal): Problem {
  return problemOf(reject(code), REFERENCE_REFUSALS);
}

function isKey<Key extends string>(code: string, table: Readonly<Record<Key, unknown>>): code is Key {
  return Object.hasOwn(table, code);
}
