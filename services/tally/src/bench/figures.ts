import { median } from './statistics';

/** One figure of the bench as it is printed. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: '/s' | 'ms' | 'MB' | 'µs' | '×';
  /** What the ratio is taken of, measured in the same run. */
  readonly reference?: { readonly name: string; readonly value: number };
  readonly ratio?: number;
  /** What must hold, where something must. */
  readonly bar?: Bar;
  /** What else a reader should know. */
  readonly note?: string;
}

/** A bar of the first release: on the ratio or on the value itself. */
export interface Bar {
  readonly on: 'ratio' | 'value';
  readonly is: 'at least' | 'at most';
  readonly limit: number;
}

/** One repeat of a figure. `reference` is the rate of what it is compared with, measured beside it. */
export interface Repeat {
  readonly value: number;
  readonly reference?: number;
}

export function atLeast(limit: number, on: Bar['on'] = 'ratio'): Bar {
  return { on, is: 'at least', limit };
}

export function atMost(limit: number, on: Bar['on'] = 'value'): Bar {
  return { on, is: 'at most', limit };
}

/** The medians of repeats; the ratio is the median of each repeat's own. */
export function figureOf(
  about: Pick<Figure, 'name' | 'unit' | 'bar' | 'note'> & { readonly referenceName?: string },
  repeats: readonly Repeat[],
): Figure {
  const { referenceName, ...rest } = about;
  const pairs = repeats.flatMap(({ value, reference }) => (reference === undefined ? [] : [{ value, reference }]));
  const value = median(repeats.map((one) => one.value));
  if (pairs.length === 0 || referenceName === undefined) return { ...rest, value };
  return {
    ...rest,
    value,
    reference: { name: referenceName, value: median(pairs.map((pair) => pair.reference)) },
    ratio: median(pairs.map((pair) => pair.value / pair.reference)),
  };
}

/** Whether a figure's bar holds; `undefined` where it has none. */
export function isMet({ bar, value, ratio }: Figure): boolean | undefined {
  if (!bar) return undefined;
  const measured = bar.on === 'ratio' ? ratio : value;
  if (measured === undefined) return undefined;
  return bar.is === 'at least' ? measured >= bar.limit : measured <= bar.limit;
}

const HEAD = ['figure', 'value', 'reference', 'ratio', 'bar', 'met?', 'note'];

/** The table that is printed at the end. */
export function tableOf(figures: readonly Figure[]): string[] {
  return columns([
    HEAD,
    ...figures.map((figure) => [
      figure.name,
      shown(figure.value, figure.unit),
      figure.reference ? `${figure.reference.name} ${shown(figure.reference.value, figure.unit)}` : '',
      figure.ratio === undefined ? '' : figure.ratio.toFixed(3),
      barText(figure),
      { true: 'yes', false: 'NO', undefined: '' }[String(isMet(figure)) as 'true' | 'false' | 'undefined'],
      figure.note ?? '',
    ]),
  ]);
}

function shown(value: number, unit: Figure['unit']): string {
  const digits = unit === '/s' ? 0 : value < 100 ? 2 : 1;
  return `${value.toLocaleString('en-US', { maximumFractionDigits: digits, minimumFractionDigits: 0 })} ${unit}`;
}

function barText({ bar, unit }: Figure): string {
  if (!bar) return '';
  return `${bar.is === 'at least' ? '≥' : '≤'} ${bar.on === 'ratio' ? bar.limit : shown(bar.limit, unit)}`;
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}
