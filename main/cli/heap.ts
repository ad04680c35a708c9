/** `scorchmark heap`: what is in a heap snapshot, and what came since an earlier one. Works on bare files, too. */
import path from 'node:path';
import { exactNumber, formatBytes, formatPercent } from '../../profiles/format';
import type {
  ConstructorChange,
  ConstructorRow,
  HolderPath,
  SnapshotAnswer,
  SnapshotComparisonAnswer,
  SnapshotComparisonQuestion,
  SnapshotOverview,
  SnapshotQuestion,
} from '../../profiles/heap/questions';
import type { SnapshotInfo } from '../api';
import { AppError } from '../errors';
import { createSnapshots, type Snapshots } from '../snapshots';
import { createEngine, type Engine } from '../engine';
import type { TaskOptions } from '../sessions';
import { printable } from './printable';
import { exitCodes, StatusLine, table } from './terminal';
import { findSession, isPath, type DataFolderOption } from './with-engine';

export interface HeapOptions extends DataFolderOption {
  compare?: string;
  top: string;
  json?: boolean;
}

/** Of the constructors that grew most, so many are told by what they are held. */
const explained = 3;

export async function heapCommand(given: string, options: HeapOptions): Promise<number> {
  const top = Number(options.top);
  if (!Number.isInteger(top) || top < 1 || top > 1000)
    throw new AppError('BAD_INPUT', `--top takes a whole number from 1 to 1000, not "${options.top}".`);
  const line = new StatusLine(process.stderr);
  const task: TaskOptions = {
    progress: (fraction, text) =>
      line.show(fraction === null ? text : `${text} (${formatPercent(fraction)})`),
  };
  const sessions = new Sessions(options);
  const snapshots = createSnapshots({ folderOf: () => Promise.reject(new Error('no session')) });
  try {
    const file = await sessions.fileOf(given);
    const before = options.compare === undefined ? undefined : await sessions.fileOf(options.compare);
    const found = await examine(snapshots, { file, before, top, task });
    line.clear();
    process.stdout.write(options.json ? `${JSON.stringify(found)}\n` : textOf(found));
    return exitCodes.ok;
  } finally {
    line.clear();
    await snapshots.close();
    await sessions.close();
  }
}

export interface HeapFindings {
  file: string;
  overview: SnapshotOverview;
  /** Those that retain most. */
  constructors: ConstructorRow[];
  constructorsTotal: number;
  comparison?: {
    before: string;
    sameIsolate: boolean;
    /** The one that was named as the earlier is the later one. */
    isReversed: boolean;
    shallowBefore: number;
    shallow: number;
    /** Those that grew most; where fewer grew than are shown, behind them those that shrank most. */
    constructors: ConstructorChange[];
    /** Of the first of them: by what the new objects are held. */
    holders: { name: string; paths: HolderPath[] }[];
  };
}

interface Examination {
  file: string;
  before: string | undefined;
  top: number;
  task: TaskOptions;
}

/** Opens each file once; never both at the same time, unless there is room for both. */
export async function examine(
  snapshots: Snapshots,
  { file, before, top, task }: Examination,
): Promise<HeapFindings> {
  const page = { search: '', descending: true, offset: 0, limit: top } as const;
  // The earlier one first: of it little is kept, and the later one then answers all that follows.
  const compare = <Q extends SnapshotComparisonQuestion>(question: Q): Promise<SnapshotComparisonAnswer<Q>> =>
    snapshots.compareFiles(before!, file, question, task);
  const ask = <Q extends SnapshotQuestion>(question: Q): Promise<SnapshotAnswer<Q>> =>
    snapshots.askFile(file, question, task);
  const bySize = { kind: 'constructors', sort: 'sizeChange', ...page } as const;
  const changes = before === undefined ? undefined : await compare(bySize);
  const shrunk = changes ? (await compare({ ...bySize, descending: false })).rows : [];
  const holders: NonNullable<HeapFindings['comparison']>['holders'] = [];
  for (const { key, name, countChange } of changes?.rows.slice(0, explained) ?? [])
    if (countChange > 0)
      holders.push({ name, paths: await compare({ kind: 'holders', group: key, limit: 3 }) });
  const overview = await ask({ kind: 'overview' });
  const constructors = await ask({ kind: 'constructors', sort: 'retained', ...page });
  return {
    file,
    overview,
    constructors: constructors.rows,
    constructorsTotal: constructors.total,
    ...(changes &&
      before !== undefined && {
        comparison: {
          before,
          sameIsolate: changes.sameIsolate,
          isReversed: changes.isReversed,
          shallowBefore: changes.shallowA,
          shallow: changes.shallowB,
          constructors: changed(changes.rows, shrunk, top),
          holders,
        },
      }),
  };
}

/** Of both ends of the order by change: a page of the one end may hold nothing but what stayed as it was. */
function changed(
  grown: readonly ConstructorChange[],
  shrunk: readonly ConstructorChange[],
  top: number,
): ConstructorChange[] {
  const seen = new Set(grown.map(({ key }) => key));
  const behind = shrunk.filter(({ key }) => !seen.has(key)).reverse();
  const isChanged = ({ sizeChange, newCount, deletedCount }: ConstructorChange): boolean =>
    sizeChange !== 0 || newCount !== 0 || deletedCount !== 0;
  const rows = [...grown, ...behind].filter(isChanged);
  const growing = rows.filter(({ sizeChange }) => sizeChange >= 0);
  const shrinking = rows.filter(({ sizeChange }) => sizeChange < 0).reverse();
  return [...growing, ...shrinking].slice(0, top);
}

export function textOf({
  file,
  overview,
  constructors,
  constructorsTotal,
  comparison,
}: HeapFindings): string {
  const parts = [
    `${printable(file)}\n${formatBytes(overview.shallow)} in ${exactNumber(overview.nodeCount)} objects, ${exactNumber(overview.edgeCount)} references`,
    table(
      [
        ['KIND', 'OBJECTS', 'SIZE', 'SHARE'],
        ...overview.kinds
          .filter(({ count }) => count > 0)
          .map(({ label, count, shallow }) => [
            label,
            exactNumber(count),
            formatBytes(shallow),
            formatPercent(overview.shallow === 0 ? 0 : shallow / overview.shallow),
          ]),
      ],
      [1, 2, 3],
    ),
    `${table(
      [
        ['CONSTRUCTOR', 'OBJECTS', 'SHALLOW', 'RETAINED', 'SHARE'],
        ...constructors.map(({ name, count, shallow, retained, share }) => [
          cut(name),
          exactNumber(count),
          formatBytes(shallow),
          formatBytes(retained),
          formatPercent(share),
        ]),
      ],
      [1, 2, 3, 4],
    )}${restOf(constructorsTotal - constructors.length, 'constructors')}`,
  ];
  if (comparison) parts.push(...comparisonParts(file, comparison));
  return `${parts.join('\n\n')}\n`;
}

function comparisonParts(
  file: string,
  {
    before,
    sameIsolate,
    isReversed,
    shallow,
    shallowBefore,
    constructors,
    holders,
  }: NonNullable<HeapFindings['comparison']>,
): string[] {
  const parts = [
    `since ${printable(before)}: ${signedBytes(shallow - shallowBefore)}${
      sameIsolate
        ? ''
        : '\nnote: not of the same process and thread; objects cannot be followed, only counted.'
    }${
      isReversed
        ? `\nnote: ${printable(before)} was taken after ${printable(file)}: what is new here is what went away. Name them the other way round.`
        : ''
    }`,
  ];
  if (constructors.length === 0) return [...parts, 'Nothing changed.'];
  parts.push(
    table(
      [
        ['CONSTRUCTOR', 'NEW', 'GONE', 'CHANGE', 'SIZE CHANGE'],
        ...constructors.map(({ name, newCount, deletedCount, countChange, sizeChange }) => [
          cut(name),
          exactNumber(newCount),
          exactNumber(deletedCount),
          signed(countChange),
          signedBytes(sizeChange),
        ]),
      ],
      [1, 2, 3, 4],
    ),
  );
  for (const { name, paths } of holders)
    if (paths.length > 0)
      parts.push(
        [
          `new ${printable(cut(name))}:`,
          ...paths.map(({ phrase, share }) => `  ${formatPercent(share)} ${printable(phrase)}`),
        ].join('\n'),
      );
  return parts;
}

function cut(name: string): string {
  return name.length > 60 ? `${name.slice(0, 59)}…` : name;
}

function restOf(count: number, what: string): string {
  return count > 0 ? `\nand ${exactNumber(count)} more ${what}; --top shows more` : '';
}

function signed(count: number): string {
  return `${count > 0 ? '+' : ''}${exactNumber(count)}`;
}

function signedBytes(bytes: number): string {
  return `${bytes > 0 ? '+' : ''}${formatBytes(bytes)}`;
}

/** Finds snapshots by what a person names them; the data folder is opened only when a session is meant. */
class Sessions {
  private engine: Engine | undefined;

  constructor(private readonly options: DataFolderOption) {}

  /**
   * A file, or a session's snapshot: `last`, `<id>` (its newest one), `<id>:2` (its second), `<id>:<file name>`.
   * @throws AppError NOT_FOUND, BAD_INPUT
   */
  async fileOf(named: string): Promise<string> {
    if (isPath(named)) return path.resolve(named);
    if (/\.heap(snapshot|timeline)(\.gz)?$/i.test(named) && !named.includes(':'))
      throw new AppError('NOT_FOUND', `There is no file ${named}.`);
    const [, session = '', which = ''] = /^([^:]+)(?::(.+))?$/.exec(named) ?? [];
    const engine = (this.engine ??= await createEngine({
      shell: 'cli',
      dataFolder: this.options.dataFolder,
      readOnly: true,
    }));
    const { id, name } = await findSession(engine, session);
    const { snapshots = [] } = await engine.call('sessions.get', { id });
    const found = chosen(
      snapshots.filter(({ state }) => state === 'complete'),
      which,
    );
    if (!found)
      throw new AppError(
        'NOT_FOUND',
        which === ''
          ? `The session "${name}" has no heap snapshot.`
          : `The session "${name}" has no heap snapshot "${which}".`,
        {
          hint:
            snapshots.length > 0
              ? `It has: ${snapshots.map(({ file }, index) => `${index + 1} (${file})`).join(', ')}.`
              : 'Record one: scorchmark record --snapshot end -- node server.js',
        },
      );
    return path.join(await engine.store.folderOf(id), found.file);
  }

  async close(): Promise<void> {
    await this.engine?.close();
  }
}

function chosen(snapshots: readonly SnapshotInfo[], which: string): SnapshotInfo | undefined {
  if (which === '') return snapshots.at(-1);
  return snapshots.find(({ file }, index) => file === which || String(index + 1) === which);
}
