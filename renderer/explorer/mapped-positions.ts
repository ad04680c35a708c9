/** Positions of many profiles asked about at once, and the part of the answer that belongs to each. */
import type { ResolvedPositions } from '../../main/api';
import type { AskedPositions, OriginalPositions } from '../../profiles/source-mapping';

export interface PositionsPart<T> {
  of: T;
  asked: AskedPositions;
  /** Index of its first position in the common list. */
  first: number;
}

export function combinedPositions<T>(all: readonly { of: T; asked: AskedPositions }[]): {
  urls: string[];
  positions: number[];
  parts: PositionsPart<T>[];
} {
  const urls: string[] = [];
  const ids = new Map<string, number>();
  const positions: number[] = [];
  const parts: PositionsPart<T>[] = [];
  for (const { of, asked } of all) {
    parts.push({ of, asked, first: positions.length / 3 });
    const idOf = asked.urls.map((url) => {
      const known = ids.get(url);
      if (known !== undefined) return known;
      const id = urls.push(url) - 1;
      ids.set(url, id);
      return id;
    });
    for (let i = 0; i < asked.positions.length; i += 3)
      positions.push(idOf[asked.positions[i]!]!, asked.positions[i + 1]!, asked.positions[i + 2]!);
  }
  return { urls, positions, parts };
}

export function partOfAnswer(
  answer: ResolvedPositions,
  { first, asked }: PositionsPart<unknown>,
): OriginalPositions {
  const end = first + asked.positions.length / 3;
  return {
    urls: answer.urls,
    url: answer.url.slice(first, end),
    line: answer.line.slice(first, end),
    column: answer.column.slice(first, end),
    name: answer.name.slice(first, end),
  };
}
