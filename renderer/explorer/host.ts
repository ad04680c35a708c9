/** The worker's side of the conversation, without the worker: also used in the window's own thread where there are no workers. */
import { toAppError, AppError } from '../../main/errors';
import { ProfileFormatError } from '../../profiles/errors';
import { heapProfileToProfile } from '../../profiles/formats/heapprofile';
import { sourceOfBytes, sourceOfRanges, type ByteSource } from '../../profiles/formats/source';
import { Explorer } from './explorer';
import { buffersOf } from './owned';
import type { FileToLoad, FromWorker, LoadedFile, ToWorker } from './protocol';
import { readFolderInto, readInto } from './reading';

export type Send = (message: FromWorker, transfer?: ArrayBuffer[]) => void;
/** Reads a range of a file at once; only workers can. */
export type OpenBlob = (name: string, blob: Blob) => ByteSource;

/** How often progress is told, as share of a file. */
const progressStep = 0.01;

export class ExplorerHost {
  private readonly explorer = new Explorer();
  private readonly loads = new Map<number, { file: FileToLoad; parts: Uint8Array[] }>();

  constructor(
    private readonly send: Send,
    private readonly openBlob: OpenBlob = openInWorker,
  ) {}

  receive(message: ToWorker): void {
    switch (message.kind) {
      case 'ask':
        this.respond(message.id, message.question, () =>
          // The client pairs question and input by type; across the boundary that is lost.
          this.explorer.answer(message.question, message.input as never),
        );
        break;
      case 'heap':
        this.respond(message.id, 'the allocation profile', () => {
          this.explorer.setProfile('allocations', message.thread, heapProfileToProfile(message.profile));
          return this.explorer.facts('allocations').find(({ thread }) => thread === message.thread);
        });
        break;
      case 'in-range':
        this.respond(message.id, 'the allocations of the range', () => {
          this.explorer.setInRange(
            message.profiles.map(({ thread, profile }) => ({
              thread,
              profile: heapProfileToProfile(profile),
            })),
          );
          return null;
        });
        break;
      case 'delta':
        this.attempt('adding samples', () => this.explorer.applyDelta(message.thread, message.delta));
        break;
      case 'positions':
        this.respond(message.id, 'source maps', () => this.explorer.positions());
        break;
      case 'mapping':
        this.attempt('applying source maps', () => this.explorer.setMapping(message.answer));
        break;
      case 'clear':
        this.explorer.removeAll();
        break;
      case 'titles':
        this.explorer.setTitles(message.titles);
        break;
      case 'load-begin':
        this.loads.set(message.load, { file: message.file, parts: [] });
        break;
      case 'load-part':
        this.loads.get(message.load)?.parts.push(message.bytes);
        break;
      case 'load-drop':
        this.loads.delete(message.load);
        break;
      case 'load-end': {
        const load = this.loads.get(message.load);
        this.loads.delete(message.load);
        if (load) this.load(message.id, load.file, () => sourceOfBytes(load.file.name, load.parts));
        break;
      }
      case 'load-blob':
        this.load(message.id, message.file, () => this.openBlob(message.file.name, message.blob));
        break;
      case 'load-folder':
        this.respond(message.id, `reading ${message.name}`, () =>
          readFolderInto(
            this.explorer,
            message.name,
            new Map(message.files.map(({ path, blob }) => [path, this.openBlob(path, blob)])),
            this.progressOf(message.id),
          ),
        );
        break;
    }
  }

  private load(id: number, file: FileToLoad, open: () => ByteSource): void {
    this.respond(id, `reading ${file.name}`, (): LoadedFile =>
      readInto(this.explorer, file, open(), this.progressOf(id)),
    );
  }

  private progressOf(id: number): (share: number) => void {
    let told = 0;
    return (share) => {
      if (share - told < progressStep) return;
      told = share;
      this.send({ kind: 'progress', id, share });
    };
  }

  private attempt(doing: string, work: () => void): void {
    try {
      work();
    } catch (thrown) {
      this.send({ kind: 'failure', error: asAppError(thrown, doing).toJSON() });
    }
  }

  private respond(id: number, doing: string, work: () => unknown): void {
    let value: unknown;
    try {
      value = work();
    } catch (thrown) {
      this.send({ kind: 'error', id, error: asAppError(thrown, doing).toJSON() });
      return;
    }
    this.send({ kind: 'answer', id, value }, buffersOf(value));
  }
}

function openInWorker(name: string, blob: Blob): ByteSource {
  const reader = new FileReaderSync();
  return sourceOfRanges(name, {
    sizeBytes: blob.size,
    read: (offset, length) => new Uint8Array(reader.readAsArrayBuffer(blob.slice(offset, offset + length))),
  });
}

/** With the place of a problem in the details; a failed allocation says so in words. */
function asAppError(thrown: unknown, doing: string): AppError {
  if (thrown instanceof ProfileFormatError)
    return new AppError(thrown.code, thrown.message, {
      hint: thrown.hint,
      details: thrown.where,
      cause: thrown,
    });
  if (
    thrown instanceof RangeError &&
    /allocation|Invalid (typed )?array length|out of memory/i.test(thrown.message)
  )
    return new AppError('OUT_OF_MEMORY', `There was not enough memory for ${doing}.`, {
      hint: 'Close other recordings and tabs, choose fewer threads or a shorter range, and try again.',
      details: thrown.stack,
      cause: thrown,
    });
  if (thrown instanceof DOMException && thrown.name === 'NotReadableError')
    return new AppError('NOT_FOUND', `The file changed or went away while it was read (${doing}).`, {
      hint: 'Open it again.',
      cause: thrown,
    });
  return toAppError(thrown, doing);
}
