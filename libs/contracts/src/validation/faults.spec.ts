import fc from 'fast-check';
import { type Fault, type FaultCode, FAULTS, MAX_LISTED_FAULTS, pointerTo, refusalOf } from './faults';

const shape = (pointer: string): Fault => ({ code: 'schema-invalid', pointer });
const pointersOf = (faults: readonly Fault[]) => refusalOf(faults).errors.map(({ pointer }) => pointer);

describe('the first of several faults', () => {
  it('is that of the earlier stage, wherever it lies', () => {
    const faults: Fault[] = [
      { code: 'total-mismatch', pointer: '/a' },
      { code: 'amount-scale', pointer: '/b' },
      { code: 'id-invalid', pointer: '/c' },
      { code: 'text-too-long', pointer: '/d' },
      { code: 'unknown-field', pointer: '/e' },
    ];
    expect(refusalOf(faults)).toMatchObject({ code: 'unknown-field', pointer: '/e' });
    expect(pointersOf(faults)).toEqual(['/e', '/d', '/c', '/b', '/a']);
  });

  it('is, within a stage, the parent before its parts, entries by number, names bytewise', () => {
    const inOrder = [
      '',
      '/',
      '/a',
      '/a/b',
      '/a-b',
      '/ab',
      '/lines',
      '/lines/2',
      '/lines/2/sku',
      '/lines/10',
      '/lines/x',
    ];
    expect(pointersOf([...inOrder].reverse().map(shape))).toEqual(inOrder);
  });

  it('says one thing about one place: that of the earlier stage', () => {
    expect(refusalOf([{ code: 'amount-scale', pointer: '/a' }, shape('/a'), shape('/a')]).errors).toEqual([
      shape('/a'),
    ]);
  });

  it('lists the same faults whatever order they are found in, and no more than a body can bear', () => {
    const codes = Object.keys(FAULTS) as FaultCode[];
    const name = fc.constantFrom('a', 'b', '0', '2', '10', 'a/b', '', '~');
    const pointer = fc.array(name, { maxLength: 3 }).map((names) => names.reduce<string>(pointerTo, ''));
    const fault = fc.record({ code: fc.constantFrom(...codes), pointer });
    const found = fc
      .array(fault, { minLength: 1, maxLength: 80 })
      .chain((faults) => fc.tuple(fc.constant(faults), fc.shuffledSubarray(faults, { minLength: faults.length })));
    fc.assert(
      fc.property(found, ([faults, shuffled]) => {
        const precedences = (some: readonly Fault[]) => some.map((one) => [FAULTS[one.code].precedence, one.pointer]);
        const { errors } = refusalOf(faults);
        expect(precedences(refusalOf(shuffled).errors)).toEqual(precedences(errors));
        expect(errors.length).toBe(Math.min(MAX_LISTED_FAULTS, new Set(faults.map((one) => one.pointer)).size));
      }),
      { numRuns: 500, seed: 20261124 },
    );
  });
});
