/** What people read, in both languages of the house. `{name}` stands for a fact of that name. */
export interface Sentence {
  readonly en: string;
  readonly zh: string;
}

export type Language = keyof Sentence;

/** The first of English and Chinese that an `Accept-Language` names; English where it names neither. */
export function languageOf(acceptLanguage: string | undefined): Language {
  const first = /(?:^|,)\s*(zh|en)\b/i.exec(acceptLanguage ?? '');
  return first?.[1]?.toLowerCase() === 'zh' ? 'zh' : 'en';
}

/** Picks the language of a sentence by `Accept-Language`. */
export function localized(sentence: Sentence, acceptLanguage: string | undefined): string {
  return sentence[languageOf(acceptLanguage)];
}

/** A sentence with its facts; throws where it names a fact that is not there, for a text with a hole says something else. */
export function spoken(
  sentence: Sentence,
  language: Language,
  facts: Readonly<Record<string, string | undefined>>,
): string {
  return sentence[language].replace(/\{([A-Za-z]+)\}/g, (_, name: string) => {
    const fact = facts[name];
    if (fact === undefined) throw new Error(`the sentence "${sentence.en}" has no fact "${name}"`);
    return fact;
  });
}
