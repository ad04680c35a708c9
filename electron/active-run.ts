/** Knows whether something is being recorded, without asking: a window's close event cannot wait for an answer. */
import type { EngineApi, RunState } from '../main/api';

export class ActiveRun {
  private state: RunState | undefined;
  private readonly waiting = new Set<() => void>();

  constructor(private readonly engine: EngineApi) {
    engine.subscribe((event) => {
      if (event.event !== 'run.state') return;
      this.state = event.payload;
      if (!this.isActive) for (const resolve of [...this.waiting]) resolve();
    });
  }

  get isActive(): boolean {
    return this.state !== undefined && this.state.phase !== 'done' && this.state.phase !== 'failed';
  }

  get name(): string {
    return this.state?.name ?? '';
  }

  /** Stops the run; resolves when its session is saved. */
  async stopAndSave(): Promise<void> {
    if (!this.state || !this.isActive) return;
    const saved = new Promise<void>((resolve) => {
      const done = (): void => {
        this.waiting.delete(done);
        resolve();
      };
      this.waiting.add(done);
    });
    await this.engine.call('run.stop', { runId: this.state.runId });
    if (this.isActive) await saved;
  }
}
