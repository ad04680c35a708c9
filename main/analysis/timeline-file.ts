/** `timeline.json` as it is read back: files are not trusted, whoever wrote them. */
import { CollectionLog } from '../../profiles/series';
import type { Collections, Mark, Series, Timeline } from '../api';

/** As a `Timeline` whose garbage collections are all in `collections`, also those that older workbenches wrote as marks. */
export type WholeTimeline = Timeline & { collections: Collections[] };

/**
 * Checked by hand: a run of hours has millions of numbers. Names of metrics and marks are data to whoever shows them.
 * @throws SyntaxError saying where what is not as expected
 */
export function parseTimeline(bytes: Uint8Array): WholeTimeline {
  const read = JSON.parse(new TextDecoder().decode(bytes)) as unknown;
  const { series, marks, collections } = record(read, 'the whole file');
  const log = new CollectionLog();
  log.add(list(collections ?? [], 'collections').map((each, i) => collectionsOf(each, `collections.${i}`)));
  const others: Mark[] = [];
  list(marks, 'marks').forEach((each, i) => {
    const mark = markOf(each, `marks.${i}`);
    if (mark.kind === 'gc') log.push(mark);
    else others.push(mark);
  });
  return {
    series: list(series, 'series').map((each, i) => seriesOf(each, `series.${i}`)),
    marks: others,
    collections: log.all() as Collections[],
  };
}

function seriesOf(value: unknown, place: string): Series {
  const { metric, scope, tUs, values } = record(value, place);
  const series = {
    metric: text(metric, `${place}.metric`),
    scope: text(scope, `${place}.scope`),
    tUs: instants(tUs, `${place}.tUs`),
    values: measured(values, `${place}.values`),
  };
  sameLength(series.tUs, series.values, place);
  inOrder(series.tUs, [series.values]);
  return series as Series;
}

function collectionsOf(value: unknown, place: string): Collections {
  const { thread, gcKind, ours, ...columns } = record(value, place);
  const group = {
    thread: text(thread, `${place}.thread`),
    gcKind: text(gcKind, `${place}.gcKind`),
    ours: ours === true,
    tUs: instants(columns['tUs'], `${place}.tUs`),
    durationMs: measured(columns['durationMs'], `${place}.durationMs`),
    beforeBytes: measured(columns['beforeBytes'], `${place}.beforeBytes`),
    afterBytes: measured(columns['afterBytes'], `${place}.afterBytes`),
  };
  for (const column of [group.durationMs, group.beforeBytes, group.afterBytes])
    sameLength(group.tUs, column, place);
  inOrder(group.tUs, [group.durationMs, group.beforeBytes, group.afterBytes]);
  return group as Collections;
}

function markOf(value: unknown, place: string): Mark {
  const mark = record(value, place);
  text(mark['kind'], `${place}.kind`);
  number(mark['tUs'], `${place}.tUs`);
  for (const [name, is] of [
    ['text', text],
    ['durationMs', number],
  ] as const)
    if (mark[name] !== undefined) is(mark[name], `${place}.${name}`);
  return mark as unknown as Mark;
}

function record(value: unknown, place: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new SyntaxError(`${place}: an object was expected`);
  return value as Record<string, unknown>;
}

function list(value: unknown, place: string): unknown[] {
  if (!Array.isArray(value)) throw new SyntaxError(`${place}: a list was expected`);
  return value;
}

function text(value: unknown, place: string): string {
  if (typeof value !== 'string') throw new SyntaxError(`${place}: a text was expected`);
  return value;
}

function number(value: unknown, place: string): number {
  if (typeof value !== 'number') throw new SyntaxError(`${place}: a number was expected`);
  return value;
}

function instants(value: unknown, place: string): number[] {
  const column = list(value, place);
  for (let i = 0; i < column.length; i++) number(column[i], `${place}.${i}`);
  return column as number[];
}

/** Everything that looks things up by time relies on their order; older workbenches wrote what was told late where it came. */
function inOrder(tUs: number[], others: readonly number[][]): void {
  if (tUs.every((each, i) => i === 0 || each >= tUs[i - 1]!)) return;
  const order = tUs.map((_, i) => i).sort((a, b) => tUs[a]! - tUs[b]!);
  for (const column of [tUs, ...others]) {
    const sorted = order.map((from) => column[from]!);
    for (let i = 0; i < sorted.length; i++) column[i] = sorted[i]!;
  }
}

/** JSON writes a number that is none (NaN: nothing could be measured) as null. */
function measured(value: unknown, place: string): number[] {
  const column = list(value, place);
  for (let i = 0; i < column.length; i++)
    column[i] = column[i] === null ? Number.NaN : number(column[i], `${place}.${i}`);
  return column as number[];
}

function sameLength(one: number[], other: number[], place: string): void {
  if (one.length !== other.length) throw new SyntaxError(`${place}: columns of one length were expected`);
}
