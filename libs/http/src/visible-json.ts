/**
 * Characters that show nothing and change how the text around them is shown: controls, zero-width characters, direction
 * marks and overrides, line and paragraph separators.
 */
const UNSEEN = /[\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/**
 * JSON in which every unseen character is written as `\uXXXX`, so that no reader of the text is shown something else than
 * what it says (trust case 34). Whoever parses it gets the same value.
 */
export function visibleJson(value: unknown): string {
  return JSON.stringify(value).replace(UNSEEN, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
