import { SENTENCES } from './sentences';

const factsIn = (text: string) => (text.match(/\{[A-Za-z]+\}/g) ?? []).sort();

describe('every sentence of an explanation', () => {
  it.each(Object.entries(SENTENCES))('%s tells the same facts in both languages', (_, { en, zh }) => {
    expect(factsIn(zh)).toEqual(factsIn(en));
    expect(zh).toMatch(/\p{Script=Han}/u);
  });
});
