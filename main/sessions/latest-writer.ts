/** Writes files whose newest content is all that counts: whole or not at all, one at a time, skipping outdated ones. */
import writeFileAtomic from 'write-file-atomic';

export class LatestWriter {
  private readonly pending = new Map<string, () => string>();
  private busy: Promise<void> | undefined;

  constructor(private readonly onTrouble: (error: Error) => void) {}

  put(file: string, content: () => string): void {
    this.pending.set(file, content);
    this.busy ??= this.writeAll().finally(() => (this.busy = undefined));
  }

  /** Resolves when nothing is left to write. */
  async flush(): Promise<void> {
    while (this.busy) await this.busy;
  }

  private async writeAll(): Promise<void> {
    // Lets the caller finish its own turn first: making the text of a big profile takes time.
    await Promise.resolve();
    for (let next = this.take(); next; next = this.take()) {
      try {
        await writeFileAtomic(next.file, next.content());
      } catch (error) {
        this.onTrouble(error as Error);
      }
    }
  }

  private take(): { file: string; content: () => string } | undefined {
    for (const [file, content] of this.pending) {
      this.pending.delete(file);
      return { file, content };
    }
    return undefined;
  }
}
