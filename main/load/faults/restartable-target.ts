/**
 * A launched target that can be killed and started again without being over: the run it belongs to sees one target whose
 * processes come and go.
 */
import type { TargetExit } from '../../api';
import { toAppError, type AppError } from '../../errors';
import { signal } from '../../target/process-table';
import type { Target } from '../../target/types';

type End = TargetExit & { error?: AppError };

const pollMs = 10;
/** After SIGKILL only a process stuck in the kernel is left; it is not waited for. */
const killLimitMs = 5000;

export class RestartableTarget implements Target {
  readonly commandLine: string;
  readonly cwd: string;
  readonly ended: Promise<End>;
  private resolveEnded!: (end: End) => void;
  private isKilled = false;
  private isOver = false;
  private starting: Promise<void> | undefined;

  /** @param launch starts the same command in the same way again */
  constructor(
    private current: Target,
    private readonly launch: () => Promise<Target>,
  ) {
    this.commandLine = current.commandLine;
    this.cwd = current.cwd;
    this.ended = new Promise((resolve) => (this.resolveEnded = resolve));
    this.follow(current);
  }

  /** Killed on purpose, and not started again yet. */
  get isDown(): boolean {
    return this.isKilled;
  }

  get pid(): number {
    return this.current.pid;
  }

  async pids(): Promise<number[]> {
    return this.isKilled || this.isOver ? [] : this.current.pids();
  }

  async stop(options?: { graceMs?: number }): Promise<void> {
    const wasDown = this.isKilled;
    this.isKilled = false;
    await this.starting?.catch(() => undefined);
    await this.current.stop(options);
    // One that was down has ended before, and nobody else says so.
    if (wasDown) this.over({ code: null, signal: null, stoppedByUs: true });
    await this.ended;
  }

  /**
   * Signals the whole tree. Resolves when SIGKILL has ended all of it, or at once after another signal; from now on its
   * end is not the run's, until `startAgain` or `stop`.
   */
  async kill(name: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    if (this.isOver || this.isKilled) return;
    const pids = await this.current.pids();
    this.isKilled = true;
    for (const pid of pids) signal(pid, name);
    if (name === 'SIGKILL') await this.killRest();
  }

  /**
   * Resolves with whether SIGKILL was needed for what was left, when the new one has been started. When it cannot be, it is
   * the target's end, and this rejects.
   */
  startAgain(): Promise<{ forced: boolean }> {
    const started = this.startNow();
    this.starting = started.then(
      () => undefined,
      () => undefined,
    );
    return started;
  }

  private async startNow(): Promise<{ forced: boolean }> {
    if (!this.isKilled || this.isOver) return { forced: false };
    const forced = await this.killRest();
    await this.current.ended;
    // Stopped meanwhile.
    if (!this.isKilled) return { forced };
    try {
      this.current = await this.launch();
    } catch (error) {
      const failed = toAppError(error, 'starting the target again');
      this.over({ code: null, signal: null, stoppedByUs: false, error: failed });
      throw failed;
    }
    this.isKilled = false;
    this.follow(this.current);
    return { forced };
  }

  private async killRest(): Promise<boolean> {
    const deadlineMs = Date.now() + killLimitMs;
    let left = await this.current.pids();
    const forced = left.length > 0;
    while (left.length > 0 && Date.now() < deadlineMs) {
      for (const pid of left) signal(pid, 'SIGKILL');
      await new Promise((resolve) => setTimeout(resolve, pollMs));
      left = await this.current.pids();
    }
    return forced;
  }

  private follow(target: Target): void {
    void target.ended.then((end) => {
      if (target === this.current && !this.isKilled) this.over(end);
    });
  }

  private over(end: End): void {
    if (this.isOver) return;
    this.isOver = true;
    this.resolveEnded(end);
  }
}
