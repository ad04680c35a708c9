/** The window's side of the explorer's worker. One per open recording. */
import type { ResolvedPositions, ThreadKey } from '../../main/api';
import { AppError } from '../../main/errors';
import type { ProfileDelta, V8HeapProfile } from '../../profiles/types';
import { openPort, type Port, type PortListener } from './port';
import type { FileToLoad, FromWorker, LoadedFile } from './protocol';
import type { ProfileFacts, QuestionName, Questions } from './types';

interface Pending {
  resolve(value: unknown): void;
  reject(error: AppError): void;
  onProgress?: ((share: number) => void) | undefined;
  isQuestion?: boolean;
}

interface Waiting {
  question: QuestionName;
  input: unknown;
  pending: Pending;
}

export interface AskOptions {
  /**
   * Questions of one slot replace each other: at most one is being answered and one waits. A replaced one rejects with
   * CANCELLED.
   */
  slot?: string;
}

export class ExplorerClient {
  private readonly port: Port;
  private readonly pending = new Map<number, Pending>();
  private readonly busySlots = new Set<string>();
  private readonly waiting = new Map<string, Waiting>();
  private lastId = 0;
  /** Why nothing can be asked any more. */
  private end: AppError | null = null;
  private biggestFileBytes = 0;
  private firstAnswer: (() => void) | null = null;
  private readonly foreseen = new Map<QuestionName, { input: string; answer: Promise<unknown> }>();
  /** Settles when the first question has been answered: what is not urgent waits for the first picture. */
  readonly answered = new Promise<void>((resolve) => (this.firstAnswer = resolve));
  /** The worker died, or could not take in what was sent. */
  onFailure: (error: AppError) => void = () => undefined;

  constructor(open: (listener: PortListener) => Port = openPort) {
    this.port = open({
      message: (message) => this.receive(message),
      died: (reason) => this.died(reason),
    });
  }

  /** Rejects with an AppError: the answer's own, CANCELLED when replaced or destroyed, OUT_OF_MEMORY when the worker died. */
  ask<Q extends QuestionName>(
    question: Q,
    input: Questions[Q]['input'],
    { slot }: AskOptions = {},
  ): Promise<Questions[Q]['output']> {
    const foreseen = this.foreseen.get(question);
    this.foreseen.delete(question);
    if (foreseen?.input === JSON.stringify(input))
      return (foreseen.answer as Promise<Questions[Q]['output']>).finally(() => this.firstAnswer?.());
    return new Promise((resolve, reject) => {
      const pending: Pending = { resolve: resolve, reject };
      if (this.end) reject(this.end);
      else if (slot === undefined) this.post(question, input, pending);
      else if (this.busySlots.has(slot)) {
        this.waiting.get(slot)?.pending.reject(new AppError('CANCELLED', 'A newer question took its place.'));
        this.waiting.set(slot, { question, input, pending });
      } else this.postInSlot(slot, { question, input, pending });
    });
  }

  /**
   * Asks what is going to be asked as soon as there is a view: the first `ask` of exactly the same takes this answer,
   * unless the profiles have changed by then or something else was asked first.
   */
  foresee<Q extends QuestionName>(question: Q, input: Questions[Q]['input']): void {
    const answer = this.request<unknown>((id) => this.port.post({ kind: 'ask', id, question, input }));
    // Who takes it is told; otherwise nobody waits for it.
    answer.catch(() => undefined);
    this.foreseen.set(question, { input: JSON.stringify(input), answer });
  }

  /** The worker is gone: destroyed, or dead. */
  get ended(): boolean {
    return this.end !== null;
  }

  /** Appends to a live profile; what does not fit is told to `onFailure`. */
  applyDelta(thread: ThreadKey, delta: ProfileDelta): void {
    this.foreseen.clear();
    if (!this.end) this.port.post({ kind: 'delta', thread, delta });
  }

  setAllocations(thread: ThreadKey, profile: V8HeapProfile): Promise<ProfileFacts> {
    this.foreseen.clear();
    return this.request((id) => this.port.post({ kind: 'heap', id, thread, profile }));
  }

  /** What threads allocated in a range of time, in place of what was there of another. */
  setInRange(profiles: { thread: ThreadKey; profile: V8HeapProfile }[]): Promise<null> {
    this.foreseen.clear();
    return this.request((id) => this.port.post({ kind: 'in-range', id, profiles }));
  }

  /** What `sources.resolve` is to be asked about; the answer goes to `setMapping`. */
  positions(): Promise<{ urls: string[]; positions: number[] }> {
    return this.request((id) => this.port.post({ kind: 'positions', id }));
  }

  setMapping(answer: ResolvedPositions): void {
    this.foreseen.clear();
    if (!this.end) this.port.post({ kind: 'mapping', answer });
  }

  setTitles(titles: Record<ThreadKey, string>): void {
    if (!this.end) this.port.post({ kind: 'titles', titles });
  }

  removeAll(): void {
    this.foreseen.clear();
    if (!this.end) this.port.post({ kind: 'clear' });
  }

  /**
   * Reads a file whose parts come one after the other; each part's memory is handed over.
   * @param onProgress share of the bytes parsed, 0..1, after all parts have come
   */
  async loadParts(
    file: FileToLoad,
    parts: AsyncIterable<Uint8Array>,
    onProgress?: (share: number) => void,
  ): Promise<LoadedFile> {
    const load = ++this.lastId;
    this.expect(file.sizeBytes);
    this.port.post({ kind: 'load-begin', load, file });
    try {
      for await (const bytes of parts) {
        if (this.end) throw this.end;
        this.port.post({ kind: 'load-part', load, bytes }, handedOver(bytes));
      }
    } catch (thrown) {
      if (!this.end) this.port.post({ kind: 'load-drop', load });
      throw thrown;
    }
    return this.request((id) => this.port.post({ kind: 'load-end', load, id }), onProgress);
  }

  /** Reads a file of the person's machine without the engine. */
  loadBlob(file: FileToLoad, blob: Blob, onProgress?: (share: number) => void): Promise<LoadedFile> {
    this.expect(file.sizeBytes);
    return this.request((id) => this.port.post({ kind: 'load-blob', id, file, blob }), onProgress);
  }

  loadFolder(
    name: string,
    files: { path: string; blob: Blob }[],
    onProgress?: (share: number) => void,
  ): Promise<LoadedFile> {
    this.foreseen.clear();
    return this.request((id) => this.port.post({ kind: 'load-folder', id, name, files }), onProgress);
  }

  /** Ends the worker at once, whatever it is doing. Idempotent. */
  destroy(): void {
    this.finish(new AppError('CANCELLED', 'The recording was closed.'));
  }

  private request<T>(post: (id: number) => void, onProgress?: (share: number) => void): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.end) {
        reject(this.end);
        return;
      }
      const id = ++this.lastId;
      this.pending.set(id, { resolve: resolve, reject, onProgress });
      post(id);
    });
  }

  private post(question: QuestionName, input: unknown, pending: Pending): void {
    const id = ++this.lastId;
    this.pending.set(id, { ...pending, isQuestion: true });
    this.port.post({ kind: 'ask', id, question, input });
  }

  private postInSlot(slot: string, { question, input, pending }: Waiting): void {
    this.busySlots.add(slot);
    const next = (): void => {
      this.busySlots.delete(slot);
      const waiting = this.waiting.get(slot);
      this.waiting.delete(slot);
      if (waiting) this.postInSlot(slot, waiting);
    };
    this.post(question, input, {
      resolve: (value) => {
        next();
        pending.resolve(value);
      },
      reject: (error) => {
        if (!this.end) next();
        pending.reject(error);
      },
    });
  }

  private receive(message: FromWorker): void {
    if (message.kind === 'failure') {
      this.onFailure(AppError.fromJSON(message.error));
      return;
    }
    const pending = this.pending.get(message.id);
    if (message.kind === 'progress') {
      pending?.onProgress?.(message.share);
      return;
    }
    this.pending.delete(message.id);
    if (pending?.isQuestion) this.firstAnswer?.();
    if (message.kind === 'answer') pending?.resolve(message.value);
    else pending?.reject(AppError.fromJSON(message.error));
  }

  private expect(sizeBytes: number): void {
    this.foreseen.clear();
    this.biggestFileBytes = Math.max(this.biggestFileBytes, sizeBytes);
  }

  private died(reason: string): void {
    if (this.end) return;
    const needed = this.biggestFileBytes
      ? ` Its largest file has ${Math.ceil(this.biggestFileBytes / 1e6)} MB and needs up to about ${Math.ceil((this.biggestFileBytes * 4) / 1e6)} MB while it is read.`
      : '';
    const error = new AppError('OUT_OF_MEMORY', 'The explorer’s worker ended while it held this recording.', {
      hint: `It probably ran out of memory: close other recordings and tabs, then try again.${needed}`,
      details: reason,
    });
    this.finish(error);
    this.onFailure(error);
  }

  private finish(error: AppError): void {
    if (this.end) return;
    this.end = error;
    this.foreseen.clear();
    this.firstAnswer?.();
    this.port.close();
    const open = [...this.pending.values(), ...[...this.waiting.values()].map(({ pending }) => pending)];
    this.pending.clear();
    this.waiting.clear();
    for (const pending of open) pending.reject(error);
  }
}

/** The bytes may be a small part of a transport's message, which then is copied rather than taken away. */
function handedOver(bytes: Uint8Array): ArrayBuffer[] {
  return bytes.buffer instanceof ArrayBuffer && bytes.byteLength > bytes.buffer.byteLength * 0.9
    ? [bytes.buffer]
    : [];
}
