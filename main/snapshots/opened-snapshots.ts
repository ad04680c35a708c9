/**
 * Opened snapshots, in the thread: a file is parsed once however many ask at the same time, one file after the other, and
 * those asked longest ago are let go when all together take too much memory.
 */
import { freemem } from 'node:os';
import { ProfileFormatError } from '../../profiles/errors';
import { formatBytes } from '../../profiles/format';
import type {
  SnapshotAnswers,
  SnapshotComparisonAnswers,
  SnapshotComparisonQuestion,
  SnapshotQuestion,
} from '../../profiles/heap/questions';
import type { HeapIndex, HeapSnapshot } from '../../profiles/heap/types';
import { AppError, toAppError } from '../errors';
import { filePieces } from './file-pieces';
import type { TaskOptions } from '../sessions';
import type { HeapComparison, HeapReader } from './heap-reader';
import { heldBytes } from './held-bytes';
import type { SnapshotFile } from './messages';
import { unpackedSize } from './unpacked-size';

/** Of the way to an opened snapshot: reading takes this share, the rest computing. */
const readingShare = 0.6;
/** Of the biggest snapshots some questions take seconds. */
const answering = 'Looking through the snapshot';
/** Measured with generated and real snapshots of 5 MB to 1.4 GB: at the peak, retained sizes being computed. */
const memoryPerByte = 1.7;
const alwaysFits = 100e6;
/**
 * What questions work out and keep (the dominator tree's order, members, ways, patterns): about 30 bytes per object
 * beside about 80 of columns.
 */
const withAnswers = 1.4;
/** Of earlier snapshots of comparisons; 10 to 12 bytes per object each. */
const mostExtracts = 4;
/** Of one later snapshot; each keeps the earlier one's extract and a byte or two per object. */
const mostComparisons = 2;

interface Opened {
  snapshot: HeapSnapshot;
  index: HeapIndex;
  bytes: number;
  /** By the earlier snapshot's key. */
  comparisons: Map<string, HeapComparison>;
}

interface Opening {
  name: string;
  opened: Promise<Opened>;
  waiting: Set<TaskOptions>;
  /** Aborted with an error when nobody waits any more, or the file is being deleted. */
  abandoned: AbortController;
  /** What was told last, for those who come later. */
  told: [fraction: number | null, text: string];
}

export interface OpenedSnapshotsOptions<Extract extends object> {
  reader: HeapReader<Extract>;
  /** All together, but for a single one that is bigger. */
  mostOpenBytes: number;
  /** Called now and then during computations that do not let go of the thread; may abort signals. */
  onTick?: () => void;
}

export class OpenedSnapshots<Extract extends object> {
  /** In the order in which they were asked last. */
  private readonly opened = new Map<string, Opened>();
  private readonly openings = new Map<string, Opening>();
  private readonly extracts = new Map<string, Extract>();
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: OpenedSnapshotsOptions<Extract>) {}

  /** Rejects with PROFILE_MALFORMED, PROFILE_UNKNOWN_FORMAT, OUT_OF_MEMORY, CANCELLED or the system's error. */
  async ask(
    file: SnapshotFile,
    question: SnapshotQuestion,
    task: TaskOptions,
  ): Promise<SnapshotAnswers[keyof SnapshotAnswers]> {
    const { snapshot, index } = await this.open(file, task);
    task.progress?.(null, answering);
    return named(file, () => this.options.reader.answer(snapshot, index, question));
  }

  /** Rejects as `ask`. */
  async compare(
    a: SnapshotFile,
    b: SnapshotFile,
    question: SnapshotComparisonQuestion,
    task: TaskOptions,
  ): Promise<SnapshotComparisonAnswers[keyof SnapshotComparisonAnswers]> {
    const comparison = await this.comparison(a, b, task);
    task.progress?.(null, answering);
    return named(b, () => comparison.ask(question));
  }

  /** Nothing is held, and nothing is being opened. */
  get isEmpty(): boolean {
    return this.opened.size + this.openings.size + this.extracts.size === 0;
  }

  /** Lets go of everything of a file that is being deleted; who waits until it is open gets NOT_FOUND. */
  forget(path: string): void {
    const isOfFile = (key: string): boolean => key.startsWith(`${path}\0`);
    for (const [key, opening] of this.openings)
      if (isOfFile(key)) {
        opening.abandoned.abort(deleted(opening.name));
        this.openings.delete(key);
      }
    for (const held of [this.opened, this.extracts])
      for (const key of [...held.keys()]) if (isOfFile(key)) held.delete(key);
    for (const { comparisons } of this.opened.values())
      for (const key of [...comparisons.keys()]) if (isOfFile(key)) comparisons.delete(key);
  }

  private async comparison(a: SnapshotFile, b: SnapshotFile, task: TaskOptions): Promise<HeapComparison> {
    const { reader } = this.options;
    const keyOfA = keyOf(a);
    const opened = this.opened.get(keyOf(b));
    const known = opened?.comparisons.get(keyOfA);
    if (opened && known) {
      // Both are in use again.
      renew(this.opened, keyOf(b), opened);
      renew(opened.comparisons, keyOfA, known);
      return known;
    }
    // The earlier one first: once its extract is made, it may make room for the later one.
    const both = !this.extracts.has(keyOfA) && !this.opened.has(keyOf(b));
    let extract = this.extracts.get(keyOfA);
    if (!extract) {
      const first = await this.open(a, both ? part(task, 0) : task);
      extract = named(a, () => reader.extract(first.snapshot, first.index));
      this.extracts.set(keyOfA, extract);
      if (this.extracts.size > mostExtracts) this.extracts.delete(firstKey(this.extracts)!);
    }
    const second = await this.open(b, both ? part(task, 0.5) : task);
    const comparison =
      second.comparisons.get(keyOfA) ?? reader.compare(extract, second.snapshot, second.index);
    // Not of an earlier one that was let go of meanwhile.
    if (this.extracts.get(keyOfA) !== extract) return comparison;
    renew(second.comparisons, keyOfA, comparison);
    if (second.comparisons.size > mostComparisons) second.comparisons.delete(firstKey(second.comparisons)!);
    return comparison;
  }

  private async open(file: SnapshotFile, task: TaskOptions): Promise<Opened> {
    const { signal } = task;
    if (signal?.aborted) throw cancelled();
    const key = keyOf(file);
    const known = this.opened.get(key);
    if (known) {
      renew(this.opened, key, known);
      return known;
    }
    const opening = this.openings.get(key) ?? this.begin(key, file);
    opening.waiting.add(task);
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        opening.waiting.delete(task);
        signal?.removeEventListener('abort', giveUp);
      };
      const giveUp = (): void => {
        leave();
        if (opening.waiting.size === 0) {
          opening.abandoned.abort(cancelled());
          // Who asks from now on begins anew.
          if (this.openings.get(key) === opening) this.openings.delete(key);
        }
        reject(cancelled());
      };
      signal?.addEventListener('abort', giveUp, { once: true });
      opening.opened.then(resolve, reject).finally(leave);
      task.progress?.(...opening.told);
    });
  }

  private begin(key: string, file: SnapshotFile): Opening {
    const abandoned = new AbortController();
    const waiting = new Set<TaskOptions>();
    const tell = (fraction: number | null, text: string): void => {
      opening.told = [fraction, text];
      for (const task of waiting) task.progress?.(fraction, text);
    };
    // Two at a time would take twice the memory and no less time.
    const opened = this.last.then(async () => {
      try {
        const made = await this.read(file, tell, abandoned.signal);
        this.opened.set(key, made);
        return made;
      } finally {
        if (this.openings.get(key) === opening) this.openings.delete(key);
      }
    });
    this.last = opened.catch(() => undefined);
    const opening: Opening = {
      name: file.name,
      opened,
      waiting,
      abandoned,
      told: [
        null,
        this.openings.size > 0 ? 'Waiting until another snapshot is open' : `Opening ${file.name}`,
      ],
    };
    this.openings.set(key, opening);
    return opening;
  }

  private async read(
    file: SnapshotFile,
    tell: NonNullable<TaskOptions['progress']>,
    signal: AbortSignal,
  ): Promise<Opened> {
    const { reader, onTick } = this.options;
    const tick = (): void => {
      onTick?.();
      if (signal.aborted) throw signal.reason as AppError;
    };
    tick();
    const total = formatBytes(file.sizeBytes);
    try {
      const needed = (await unpackedSize(file.path, file.sizeBytes)) * memoryPerByte;
      mustFit(file, needed, this.makeRoom(needed));
      const snapshot = await reader.parse(filePieces(file.path), {
        fileName: file.name,
        sizeBytes: file.sizeBytes,
        signal,
        onProgress: (bytesRead) => {
          tick();
          const share = Math.min(1, bytesRead / Math.max(1, file.sizeBytes));
          tell(share * readingShare, `Reading ${formatBytes(bytesRead)} of ${total}`);
        },
      });
      tick();
      tell(readingShare, 'Computing retained sizes');
      const index = reader.index(snapshot, {
        onProgress: (share) => {
          tick();
          tell(readingShare + share * (1 - readingShare), 'Computing retained sizes');
        },
      });
      tick();
      const bytes = heldBytes(snapshot, index) * withAnswers;
      this.makeRoom(bytes);
      return { snapshot, index, bytes, comparisons: new Map() };
    } catch (error) {
      if (signal.aborted) throw signal.reason as AppError;
      throw readingError(error, file);
    }
  }

  /** Lets go of those asked longest ago until a new one of this size fits. Returns how many bytes that freed. */
  private makeRoom(bytes: number): number {
    let sum = bytes;
    let freed = 0;
    for (const each of this.opened.values()) sum += each.bytes;
    for (const [key, each] of this.opened) {
      if (sum <= this.options.mostOpenBytes) break;
      this.opened.delete(key);
      sum -= each.bytes;
      freed += each.bytes;
    }
    return freed;
  }
}

/**
 * Where too much memory is promised, the system ends the whole workbench with what it records, not only this thread: so it is
 * asked before. Only Linux says what can really be had.
 */
function mustFit({ name, sizeBytes }: SnapshotFile, needed: number, freed: number): void {
  if (process.platform !== 'linux' || needed < alwaysFits * memoryPerByte) return;
  const available = (process.availableMemory?.() ?? freemem()) + freed;
  if (needed <= available) return;
  throw new AppError(
    'OUT_OF_MEMORY',
    `${name} (${formatBytes(sizeBytes)}) needs about ${formatBytes(needed)} of memory, and ${formatBytes(available)} are free.`,
    { hint: 'Close other programs and open it again.' },
  );
}

function keyOf({ path, version }: SnapshotFile): string {
  return `${path}\0${version}`;
}

/** Makes it the last of the map: what is first there was used longest ago. */
function renew<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
}

function firstKey(map: ReadonlyMap<string, unknown>): string | undefined {
  return map.keys().next().value;
}

/** A task whose progress is half of another's. */
function part(task: TaskOptions, from: number): TaskOptions {
  return {
    ...task,
    progress: (fraction, text) => task.progress?.(from + (fraction ?? 0) / 2, text),
  };
}

function cancelled(): AppError {
  return new AppError('CANCELLED', 'Cancelled.');
}

function deleted(name: string): AppError {
  return new AppError('NOT_FOUND', `${name} was deleted while it was being opened.`, {
    hint: 'Choose another snapshot.',
  });
}

/** What JavaScript engines say when an array cannot be had. */
const outOfMemory = /allocation failed|Invalid (?:typed )?array length|Invalid string length|out of memory/i;

function readingError(thrown: unknown, { name, sizeBytes }: SnapshotFile): AppError {
  if (thrown instanceof ProfileFormatError)
    return new AppError(thrown.code, thrown.message, {
      hint: thrown.hint,
      details: thrown.where,
      cause: thrown,
    });
  if (thrown instanceof RangeError && outOfMemory.test(thrown.message))
    return new AppError(
      'OUT_OF_MEMORY',
      `${name} (${formatBytes(sizeBytes)}) needs more memory than is free.`,
      { hint: 'Close other programs and open it again.', details: thrown.message, cause: thrown },
    );
  // Questions name objects and constructors by number.
  if (thrown instanceof RangeError) return new AppError('BAD_INPUT', thrown.message, { cause: thrown });
  return toAppError(thrown, `Reading ${name}`);
}

function named<T>(file: SnapshotFile, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw readingError(error, file);
  }
}
