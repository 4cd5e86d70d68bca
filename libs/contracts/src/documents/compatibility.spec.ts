import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonSchema } from '../declaration/field-forms';
import { schemaOf } from '../declaration/schema';
import { incompatibilities } from './compatibility';
import { contractName, everyContract } from './message-documents';

const frozenFolder = join(__dirname, '../../frozen');

const frozen: JsonSchema = {
  type: 'object',
  required: ['id'],
  additionalProperties: false,
  properties: { id: { type: 'string' }, parts: { type: 'array', maxItems: 5, items: { $ref: '#/$defs/Part' } } },
  $defs: { Part: { type: 'object', properties: { amount: { type: 'string', maxLength: 16 } } } },
};

/** The frozen schema after a change of its text. */
const changed = (from: string, to: string): JsonSchema => {
  const text = JSON.stringify(frozen);
  expect(text).toContain(from);
  return JSON.parse(text.replace(from, to));
};

describe('a frozen contract', () => {
  it('may grow by fields that may be absent, at any depth, and change its prose', () => {
    expect(incompatibilities(frozen, frozen)).toEqual([]);
    expect(incompatibilities(frozen, changed('"id":{', '"note":{"type":"string"},"id":{'))).toEqual([]);
    expect(incompatibilities(frozen, changed('"amount":{', '"tax":{"type":"string"},"amount":{'))).toEqual([]);
    expect(incompatibilities(frozen, changed('"id":{', '"id":{"description":"new",'))).toEqual([]);
  });

  it.each([
    ['"id":{"type":"string"},', '', '/id: the field is gone'],
    ['"required":["id"]', '"required":["id","parts"]', '/: parts is newly required'],
    ['"required":["id"]', '"required":[]', '/: id may now be absent'],
    ['"type":"string"}', '"type":"integer"}', '/id: {"type":"string"} became {"type":"integer"}'],
    ['"maxItems":5', '"maxItems":4', '/parts: {"type":"array","maxItems":5} became {"type":"array","maxItems":4}'],
    ['16', '17', '/parts/*/amount: {"type":"string","maxLength":16} became {"type":"string","maxLength":17}'],
    ['"properties":{"amount"', '"required":["amount"],"properties":{"amount"', '/parts/*: amount is newly required'],
  ])('is broken where %s becomes %s', (from, to, sentence) => {
    expect(incompatibilities(frozen, changed(from, to))).toEqual([sentence]);
  });
});

describe('the contracts as they are', () => {
  it.each(readdirSync(frozenFolder))('keep what %s promised', (file) => {
    const promised: JsonSchema = JSON.parse(readFileSync(join(frozenFolder, file), 'utf8'));
    const contract = everyContract().find((candidate) => `${contractName(candidate)}.schema.json` === file);
    expect(contract?.topic).toBeDefined();
    if (contract) expect(incompatibilities(promised, schemaOf(contract.messageClass))).toEqual([]);
  });

  it('of publishers outside are all frozen', () => {
    const ofPublishers = everyContract().filter(({ type }) => type !== undefined);
    expect(ofPublishers.map(contractName)).toEqual(['purchases.v1.purchase-paid', 'returns.v1.return-made']);
    for (const contract of ofPublishers) {
      expect(existsSync(join(frozenFolder, `${contractName(contract)}.schema.json`))).toBe(true);
    }
  });
});
