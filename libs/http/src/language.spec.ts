import { languageOf, spoken } from './language';

const sentence = { en: '{amount} points of {store}', zh: '{store}的{amount}积分' };

describe('a sentence', () => {
  it('has its facts in either language', () => {
    const facts = { amount: '5', store: 'hz-001' };
    expect(spoken(sentence, 'en', facts)).toBe('5 points of hz-001');
    expect(spoken(sentence, 'zh', facts)).toBe('hz-001的5积分');
  });

  it('is not said with a hole in it', () => {
    expect(() => spoken(sentence, 'en', { amount: '5' })).toThrow('has no fact "store"');
  });
});

describe('the language of Accept-Language', () => {
  it.each([
    ['zh-CN,zh;q=0.9,en;q=0.8', 'zh'],
    ['en-GB, zh', 'en'],
    ['fr', 'en'],
    [undefined, 'en'],
  ])('%s is %s', (header, language) => {
    expect(languageOf(header)).toBe(language);
  });
});
