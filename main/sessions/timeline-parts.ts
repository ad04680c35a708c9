/** `timeline.json` in parts: of a run of hours it is too long for one text. */
import type { CollectionColumns } from '../../profiles/series';
import type { Mark, Series } from '../api';

/** Numbers written at once; about 100 kB of text. */
const numbersPerPart = 8192;

interface Recorded {
  series: ReadonlyMap<string, Series>;
  marks: readonly Mark[];
  collections: readonly CollectionColumns[];
}

/** The JSON of a `Timeline`. What is no number is written as null, as `JSON.stringify` does. */
export function* timelineParts({ series, marks, collections }: Recorded): Generator<string> {
  yield '{"series":[';
  let comma = '';
  for (const { metric, scope, tUs, values } of series.values()) {
    yield `${comma}{"metric":${JSON.stringify(metric)},"scope":${JSON.stringify(scope)},"tUs":`;
    yield* numbers(tUs);
    yield ',"values":';
    yield* numbers(values);
    yield '}';
    comma = ',\n';
  }
  yield '],\n"marks":[';
  for (let from = 0; from < marks.length; from += 1000) {
    const some = marks.slice(from, from + 1000).map((mark) => JSON.stringify(mark));
    yield `${from > 0 ? ',' : ''}${some.join(',')}`;
  }
  yield '],\n"collections":[';
  comma = '';
  for (const { thread, gcKind, ours, tUs, durationMs, beforeBytes, afterBytes } of collections) {
    const head = JSON.stringify({ thread, gcKind, ours });
    yield `${comma}${head.slice(0, -1)},"tUs":`;
    yield* numbers(tUs);
    yield ',"durationMs":';
    yield* numbers(durationMs);
    yield ',"beforeBytes":';
    yield* numbers(beforeBytes);
    yield ',"afterBytes":';
    yield* numbers(afterBytes);
    yield '}';
    comma = ',\n';
  }
  yield ']}';
}

function* numbers(column: readonly number[]): Generator<string> {
  yield '[';
  for (let from = 0; from < column.length; from += numbersPerPart) {
    const some = column.slice(from, from + numbersPerPart);
    yield `${from > 0 ? ',' : ''}${some.map((value) => (Number.isFinite(value) ? value : 'null')).join(',')}`;
  }
  yield ']';
}
