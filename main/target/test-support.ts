/** For the tests of this folder: a target's life written down, and programs in a folder of their own. */
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { LaunchSpec, ListeningAddress, OutputLine, ProcessInfo, RunWarning } from '../api';
import { createClock } from './clock';
import { launchTarget } from './launch';
import type { LaunchedTarget, TargetEnd } from './launched-target';
import type { Target, TargetHandlers, TargetThread } from './types';

/** A real folder of programs; `path` may contain anything a path may. */
export async function programFolder(files: Record<string, string>, name = 'app'): Promise<string> {
  const folder = path.join(await realpath(await mkdtemp(path.join(os.tmpdir(), 'target-test-'))), name);
  for (const [file, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await writeFile(path.join(folder, file), text);
  }
  return folder;
}

export async function removeProgramFolder(folder: string): Promise<void> {
  await rm(path.dirname(folder), { recursive: true, force: true });
}

type Seen =
  | { kind: 'process'; process: ProcessInfo }
  | { kind: 'exit'; process: ProcessInfo }
  | { kind: 'thread'; thread: TargetThread }
  | { kind: 'ending'; thread: TargetThread; wasClosed: boolean }
  | { kind: 'listen'; address: ListeningAddress }
  | { kind: 'output'; line: OutputLine }
  | { kind: 'warning'; warning: RunWarning };

/** Handlers that write down what they are told, and let a test wait for it. */
export class Witness implements TargetHandlers {
  readonly seen: Seen[] = [];
  readonly clock = createClock();
  armThread: (thread: TargetThread) => Promise<void> = () => Promise.resolve();
  drainThread: (thread: TargetThread) => Promise<void> = () => Promise.resolve();
  private waiting: (() => void)[] = [];

  onProcess = (process: ProcessInfo): void => this.note({ kind: 'process', process });
  onProcessExit = (process: ProcessInfo): void => this.note({ kind: 'exit', process });
  onThread = async (thread: TargetThread): Promise<void> => {
    await this.armThread(thread);
    this.note({ kind: 'thread', thread });
  };
  onThreadEnding = async (thread: TargetThread): Promise<void> => {
    this.note({ kind: 'ending', thread, wasClosed: thread.session.isClosed });
    await this.drainThread(thread);
  };
  onListen = (address: ListeningAddress): void => this.note({ kind: 'listen', address });
  onOutput = (lines: OutputLine[]): void => {
    for (const line of lines) this.note({ kind: 'output', line });
  };
  onWarning = (warning: RunWarning): void => this.note({ kind: 'warning', warning });

  of<K extends Seen['kind']>(kind: K): Extract<Seen, { kind: K }>[] {
    return this.seen.filter((entry): entry is Extract<Seen, { kind: K }> => entry.kind === kind);
  }

  get out(): string[] {
    return this.of('output').flatMap(({ line }) => (line.stream === 'out' ? [line.text] : []));
  }

  get err(): string[] {
    return this.of('output').flatMap(({ line }) => (line.stream === 'err' ? [line.text] : []));
  }

  get titles(): string[] {
    return this.of('process').map(({ process }) => process.title);
  }

  /** Resolves when what was seen fulfils the condition. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  private note(entry: Seen): void {
    this.seen.push(entry);
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}

const running = new Set<Target>();

export async function launch(
  argv: string[],
  spec: Partial<LaunchSpec> = {},
  witness = new Witness(),
): Promise<{ target: Target; witness: Witness }> {
  const target = await launchTarget({
    spec: { kind: 'launch', argv, env: {}, nodeFlags: [], shell: false, ...spec },
    clock: witness.clock,
    handlers: witness,
  });
  running.add(target);
  void target.ended.then(() => running.delete(target));
  return { target, witness };
}

/** Launches, waits for the end. */
export async function runToEnd(
  argv: string[],
  spec: Partial<LaunchSpec> = {},
  witness = new Witness(),
): Promise<{ end: TargetEnd; witness: Witness; target: Target }> {
  const { target } = await launch(argv, spec, witness);
  return { end: await target.ended, witness, target };
}

/** Ends what a failed test has left. */
export async function stopAll(): Promise<void> {
  await Promise.all([...running].map((target) => target.stop({ graceMs: 0 })));
}

/** The private folder of a launched target. */
export function agentFolderOf(target: Target): string {
  return (target as LaunchedTarget).folder.path;
}
