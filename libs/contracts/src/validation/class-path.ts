import { plainToInstance } from 'class-transformer';
import { type ValidationError, type ValidatorOptions, validateSync } from 'class-validator';
import type { MessageClass } from '../declaration/contract';
import { FIELD, type FieldForm, fieldFaults } from '../declaration/field-forms';
import { type Fault, type Verdict, pointerTo, refusal, refusalOf } from './faults';
import { asContractFaults } from './unknown-schema';

/** How the class path validates, also for Nest's ValidationPipe: what is not declared is refused, not stripped. */
export const CLASS_VALIDATION: ValidatorOptions = {
  whitelist: true,
  forbidNonWhitelisted: true,
  forbidUnknownValues: true,
  validationError: { target: false, value: true },
};

/**
 * The slower second reading of the same declaration, through class-transformer and class-validator; answers an
 * instance. Runs behind the compiled validator at HTTP and must agree with it in verdict, code and pointer (row X10).
 */
export function validateAsClass<T extends object>(messageClass: MessageClass<T>, value: unknown): Verdict<T> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refusal('schema-invalid');
  const instance = plainToInstance(messageClass as new () => T, value);
  const faults = [...faultsOfErrors(validateSync(instance, CLASS_VALIDATION)), ...inheritedNames(value, '')];
  return faults.length === 0 ? { ok: true, value: instance } : refusalOf(asContractFaults(messageClass, value, faults));
}

/** What class-validator found, as faults with pointers. */
export function faultsOfErrors(errors: readonly ValidationError[], parent = ''): readonly Fault[] {
  return errors.flatMap(({ property, value, constraints = {}, contexts, children = [] }) => {
    const pointer = property === undefined ? parent : pointerTo(parent, property);
    const form: FieldForm | undefined = contexts?.[FIELD];
    const own = FIELD in constraints && form ? fieldFaults(form, value) : [];
    const faults = own.map((fault) => ({ code: fault.code, pointer: pointer + fault.pointer }));
    if ('whitelistValidation' in constraints) faults.push({ code: 'unknown-field', pointer });
    else if (Object.keys(constraints).some((name) => name !== FIELD)) faults.push({ code: 'schema-invalid', pointer });
    const isItselfWrong = faults.some((fault) => fault.pointer === pointer && fault.code === 'schema-invalid');
    return isItselfWrong ? faults : [...faults, ...faultsOfErrors(children, pointer)];
  });
}

/** class-transformer drops keys such as `toString` in silence; no contract has a field of such a name. */
function inheritedNames(value: unknown, pointer: string): readonly Fault[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inside]) => {
    const place = pointerTo(pointer, key);
    return !Array.isArray(value) && key in Object.prototype
      ? [{ code: 'unknown-field' as const, pointer: place }]
      : inheritedNames(inside, place);
  });
}
