import fc from 'fast-check';
import { type MessageClass, contractsByTopic } from '../declaration/contract';
import { MemberReferenceOrIdentifier, PurchasePaidRequest } from '../publishers/purchase-paid-request';
import { SAMPLES, samplesOf } from '../samples';
import { validateAsClass } from './class-path';
import { validatorOf } from './compiled';
import type { Verdict } from './faults';
import { mutationsOf } from '../../test/mutations';

const contracts = [...contractsByTopic().values()].flat();
const answer = (verdict: Verdict<object>) => (verdict.ok ? 'good' : `${verdict.code} at "${verdict.pointer}"`);

interface Disagreement {
  readonly mutation: string;
  readonly compiled: string;
  readonly byClass: string;
}

function disagreements(messageClass: MessageClass, message: object): readonly Disagreement[] {
  return mutationsOf(message).flatMap(({ what, apply }) => {
    const mutated = apply(message);
    const compiled = answer(validatorOf(messageClass)(mutated));
    const byClass = answer(validateAsClass(messageClass, mutated));
    return compiled === byClass ? [] : [{ mutation: what, compiled, byClass }];
  });
}

describe('the compiled validator and the class path (X10)', () => {
  it.each(SAMPLES.map((sample) => [sample.messageClass.name, sample.name, sample] as const))(
    'agree on the sample %s (%s) and on each of its mutations, with the same code and pointer',
    (_class, _name, { messageClass, message }) => {
      expect(answer(validatorOf(messageClass)(message))).toBe('good');
      expect(answer(validateAsClass(messageClass, message))).toBe('good');
      expect(disagreements(messageClass, message)).toEqual([]);
    },
  );

  it('meet every code of a schema in these mutations', () => {
    const codes = SAMPLES.flatMap(({ messageClass, message }) =>
      mutationsOf(message).map(({ apply }) => validatorOf(messageClass)(apply(message))),
    ).map((verdict) => (verdict.ok ? 'good' : verdict.code));
    expect([...new Set(codes)].sort()).toEqual(
      ['amount-invalid', 'amount-out-of-range', 'amount-scale', 'good', 'id-invalid', 'schema-invalid']
        .concat(['text-invalid', 'text-too-long', 'timestamp-invalid', 'too-many-items', 'unknown-field'])
        .concat(['unknown-schema']),
    );
  });

  it('agree on a body that HTTP alone may carry', () => {
    const [minimal] = SAMPLES;
    const body = { ...minimal?.message, member: { type: 'phone', value: '+8613800000000' } };
    expect(answer(validatorOf(PurchasePaidRequest)(body))).toBe('good');
    expect(disagreements(PurchasePaidRequest, body)).toEqual([]);
    expect(disagreements(MemberReferenceOrIdentifier, body.member)).toEqual([]);
  });

  it.each(contracts.map((contract) => [contract.messageClass.name, contract] as const))(
    'name the same first fault where several places of %s are wrong',
    (_name, { messageClass }) => {
      const message = samplesOf(messageClass).find(({ name }) => name === 'full')?.message ?? {};
      const few = mutationsOf(message).filter(({ what }) => !what.endsWith(' times'));
      const several = fc.array(fc.integer({ min: 0, max: few.length - 1 }), { minLength: 2, maxLength: 5 });
      fc.assert(
        fc.property(several, (indexes) => {
          const mutated = indexes.reduce<unknown>((value, index) => few[index]?.apply(value) ?? value, message);
          expect(answer(validateAsClass(messageClass, mutated))).toBe(answer(validatorOf(messageClass)(mutated)));
        }),
        { numRuns: 300, seed: 20261124 },
      );
    },
  );
});
