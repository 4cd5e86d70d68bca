import type { Posting } from '@tallystick/ledger-domain';

/** A leg of a journal row as it is read. */
export interface PostingRow {
  readonly book: string;
  readonly asset: string;
  readonly issuer: string;
  readonly amount: string;
}

/** The legs of a journal row as one text: a line each, its parts separated by spaces, which none of them can hold. */
export function postingsText(postings: readonly Posting[]): string {
  let text = '';
  for (const [book, asset, issuer, amount] of postings) {
    if (text !== '') text += '\n';
    text += `${book} ${asset} ${issuer} ${amount}`;
  }
  return text;
}

/** Reads what `postingsText` wrote. */
export function postingsIn(text: string): PostingRow[] {
  if (text === '') return [];
  return text.split('\n').map((line) => {
    const [book, asset, issuer, amount] = line.split(' ');
    return { book: book!, asset: asset!, issuer: issuer!, amount: amount! };
  });
}
