import Ajv2020 from 'ajv/dist/2020';
import { IsEmail } from 'class-validator';
import {
  Amount,
  BusinessId,
  Count,
  Flag,
  ListOf,
  ListOfIds,
  LocalDate,
  OneOf,
  Optional,
  Part,
  Rate,
  Text,
} from '../decorators';
import { everyContract } from '../documents';
import { samplesOf } from '../samples';
import { validateAsClass } from '../validation/class-path';
import { validatorOf } from '../validation/compiled';
import { schemaOf } from './schema';

class Leaf {
  @Amount()
  readonly amount!: string;
}

abstract class Named {
  @Text(20)
  readonly name!: string;

  @Optional()
  @Part(() => Leaf)
  readonly leaf?: Leaf;
}

class Tree extends Named {
  @ListOf(() => Leaf, 3, 0)
  readonly leaves!: readonly Leaf[];

  @ListOfIds(2)
  readonly ids!: readonly string[];

  @Count()
  readonly height!: number;

  @Flag()
  readonly old!: boolean;

  @OneOf(['oak', 'elm'])
  readonly kind!: string;

  @LocalDate()
  readonly planted!: string;

  @Rate()
  readonly growth!: string;
}

const tree = {
  name: 'x',
  leaves: [{ amount: '1' }],
  ids: ['a'],
  height: 3,
  old: false,
  kind: 'oak',
  planted: '2026-02-28',
  growth: '3/2',
};

describe('the schema of a class', () => {
  it('says each field as its decorator means it, inherited ones too, and nothing but these', () => {
    expect(schemaOf(Tree)).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      additionalProperties: false,
      properties: {
        name: { type: 'string', minLength: 1, maxLength: 20 },
        leaf: { $ref: '#/$defs/Leaf' },
        leaves: { type: 'array', minItems: 0, maxItems: 3, items: { $ref: '#/$defs/Leaf' } },
        ids: { type: 'array', minItems: 1, maxItems: 2, items: { type: 'string', format: 'business-id' } },
        height: { type: 'integer', minimum: 0, maximum: 9007199254740991 },
        old: { type: 'boolean' },
        kind: { enum: ['oak', 'elm'] },
        planted: { type: 'string', format: 'date' },
        growth: { type: 'string', format: 'rate' },
      },
      $defs: { Leaf: { type: 'object', required: ['amount'], additionalProperties: false } },
    });
    expect([...(schemaOf(Tree)['required'] as string[])].sort()).toEqual([
      'growth',
      'height',
      'ids',
      'kind',
      'leaves',
      'name',
      'old',
      'planted',
    ]);
  });

  it('serves a DTO as it serves a contract', () => {
    expect(validatorOf(Tree)(tree)).toEqual({ ok: true, value: tree });
    expect(validateAsClass(Tree, tree)).toMatchObject({ ok: true });
    expect(validatorOf(Tree)({ ...tree, ids: ['a', 'b', 'c'] })).toMatchObject({
      code: 'too-many-items',
      pointer: '/ids',
    });
    expect(validatorOf(Tree)({ ...tree, ids: ['a', '/'] })).toMatchObject({ code: 'id-invalid', pointer: '/ids/1' });
    expect(validateAsClass(Tree, { ...tree, ids: ['a', '/'] })).toMatchObject({
      code: 'id-invalid',
      pointer: '/ids/1',
    });
    expect(validatorOf(Tree)({ ...tree, growth: '-1' })).toMatchObject({ code: 'amount-invalid', pointer: '/growth' });
    expect(validatorOf(Tree)({ ...tree, height: 2 ** 53 })).toMatchObject({
      code: 'schema-invalid',
      pointer: '/height',
    });
  });

  it('cannot be made where a decorator has no schema form', () => {
    class Letter {
      @IsEmail()
      readonly to!: string;
    }
    expect(() => schemaOf(Letter)).toThrow('Letter.to: the decorator isEmail has no schema form');
  });

  it('cannot be made of a class without decorated fields, nor with two parts of one name', () => {
    class Bare {}
    expect(() => schemaOf(Bare)).toThrow('Bare has no decorated fields');
    const otherLeaf = () => {
      class Leaf {
        @BusinessId()
        readonly id!: string;
      }
      return Leaf;
    };
    const OtherLeaf = otherLeaf();
    class Confused {
      @Part(() => Leaf)
      readonly one!: Leaf;

      @Part(() => OtherLeaf)
      readonly other!: object;
    }
    expect(() => schemaOf(Confused)).toThrow('Confused has two parts named Leaf');
  });
});

describe.each(everyContract().map((contract) => [contract.messageClass.name, contract] as const))(
  'the schema of %s',
  (_name, { messageClass }) => {
    it('is JSON Schema 2020-12 that lets its samples through where nobody knows our formats', () => {
      const validate = new Ajv2020({ strict: true, validateFormats: false }).compile(schemaOf(messageClass));
      for (const { message } of samplesOf(messageClass)) expect(validate(message)).toBe(true);
      expect(validate({})).toBe(false);
    });
  },
);
