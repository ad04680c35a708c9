/** A launched command and everything below it, from its start until the last of its processes has ended. */
import type { ChildProcess } from 'node:child_process';
import type { ListeningAddress, OutputLine, TargetExit } from '../api';
import type { AppError } from '../errors';
import type { AgentError, AgentFolder, AgentFolderEvents, Announcement } from './agent-folder';
import { SocketSession } from './cdp-connection';
import { explainEnd, silentTargetWarning } from './ending';
import { messageOf, NodeProcess, type NodeProcessContext } from './node-process';
import { oldestNodeMajor } from './node-binary';
import { readLines } from './output';
import { isAlive, listProcesses, membersOf } from './process-table';
import type { Guard } from './reaper';
import { hasStartingNode } from './starting-node';
import { endTree } from './tree';
import type { LaunchOptions, Target } from './types';

const defaultGraceMs = 5000;
/** When a running command has shown no Node process by then, the person is told. */
const silentAfterMs = 5000;
/** Non-Node processes that outlive the command get this long to end by themselves. */
const strayGraceMs = 1000;
/** A Node that has only just been started is no stray: on a busy machine it may take this long to show itself. */
const nodeStartMs = 30_000;
/** Output that a dead tree has left in its pipes arrives at once; a stray that holds them open must not hold us. */
const pipeGraceMs = 500;
/** Node processes that outlive the command by this much are told: the recording goes on for them. */
const outlivedAfterMs = 2000;
const pollMs = 15;
const outputKeptForErrors = 40;

export type TargetEnd = TargetExit & { error?: AppError };

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** When our own loop was held up, a timer comes before what has arrived meanwhile. */
async function readWhatIsThere(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

export class LaunchedTarget implements Target, AgentFolderEvents {
  pid = 0;
  readonly ended: Promise<TargetEnd>;
  private resolveEnded!: (end: TargetEnd) => void;
  /** Where its agents announce themselves. */
  folder!: AgentFolder;
  private child!: ChildProcess;
  private guard!: Guard;
  private readonly processes = new Map<number, NodeProcess>();
  /** Every Node process that has announced itself, also those that cannot be recorded. */
  private readonly shown = new Set<number>();
  private readonly work = new Set<Promise<void>>();
  private readonly lastOutput: string[] = [];
  private readonly toldAddresses = new Set<string>();
  private readonly context: NodeProcessContext;
  private stopping: Promise<void> | undefined;
  private stoppedByUs = false;
  /** Kept for the explanation of a bad end. */
  private portInUse: number | undefined;
  private tooOldVersion: string | undefined;
  private refusals: string[] = [];
  private firstReleaseUs: number | undefined;
  private announced = false;

  constructor(
    readonly commandLine: string,
    readonly cwd: string,
    private readonly options: LaunchOptions,
  ) {
    this.ended = new Promise((resolve) => (this.resolveEnded = resolve));
    this.context = {
      clock: options.clock,
      handlers: options.handlers,
      onPortInUse: (_pid, port) => (this.portInUse = port),
      onListen: (address) => this.tellAddress(address),
    };
  }

  /** Called once, right after the start. */
  follow(child: ChildProcess, folder: AgentFolder, guard: Guard): void {
    this.child = child;
    this.folder = folder;
    this.guard = guard;
    this.pid = child.pid ?? 0;
    const { clock } = this.options;
    const onLines = (lines: OutputLine[]): void => this.takeOutput(lines);
    const pipes = Promise.all(
      (['out', 'err'] as const).map((stream) => {
        const source = stream === 'out' ? child.stdout : child.stderr;
        return source ? readLines(source, stream, () => clock.nowUs(), onLines) : Promise.resolve();
      }),
    );
    const silence = setTimeout(() => {
      if (!this.announced && !this.stoppedByUs)
        this.options.handlers.onWarning(silentTargetWarning(clock.nowUs(), this.commandLine));
    }, silentAfterMs);
    child.once('exit', (code, signal) => {
      clearTimeout(silence);
      void this.finish(code, signal, clock.nowUs(), pipes);
    });
  }

  onAnnouncement(announcement: Announcement): void {
    this.announced = true;
    const { pid, url, version } = announcement;
    this.shown.add(pid);
    const { clock } = this.options;
    if (url === undefined) {
      this.onTooOld(pid, version);
      return;
    }
    const startedUs = Math.max(0, announcement.startedUs - clock.originUs);
    const node = new NodeProcess({ ...announcement, startedUs }, this.context);
    this.processes.set(pid, node);
    const connected = SocketSession.connect(url)
      .then((socket) => node.connect(socket, () => this.folder.markConnected(pid)))
      .then(() => {
        this.firstReleaseUs ??= clock.nowUs();
      })
      .catch(async (error: unknown) => {
        // One that was gone before we came has refused nothing.
        if (isAlive(pid) && !this.stoppedByUs) this.refuse(pid, messageOf(error));
        // Also when it is gone: without a connection nothing else would say that it has ended.
        await node.drainAndDisconnect();
      });
    this.track(connected.then(() => this.followToEnd(node)));
  }

  onAgentError({ pid, code, message }: AgentError): void {
    this.announced = true;
    if (code === 'ENGINE_SILENT' || this.processes.get(pid)?.wasRecorded) {
      this.options.handlers.onWarning({
        tUs: this.options.clock.nowUs(),
        source: `agent p${pid}`,
        message: `In process ${pid}: ${message}.`,
      });
    } else this.refuse(pid, message);
  }

  async pids(): Promise<number[]> {
    const members = membersOf(await listProcesses(), this.membership());
    return [...(members.includes(this.pid) ? [this.pid] : []), ...members.filter((pid) => pid !== this.pid)];
  }

  async stop({ graceMs = defaultGraceMs }: { graceMs?: number } = {}): Promise<void> {
    this.stoppedByUs = true;
    this.stopping ??= endTree(() => this.treePids(), graceMs);
    await this.stopping;
    await this.ended;
  }

  private membership(): { roots: number[]; groups: number[] } {
    const groups = process.platform === 'win32' ? [] : [this.pid];
    const roots = this.childHasEnded ? [] : [this.pid];
    return {
      roots: [
        ...roots,
        ...[...this.processes.values()].filter((node) => !node.info.endedUs).map((node) => node.info.pid),
      ],
      groups,
    };
  }

  private get childHasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Also finds those that have left the tree and the group. */
  private async treePids(): Promise<number[]> {
    return membersOf(await listProcesses(), { ...this.membership(), folder: this.folder.path });
  }

  private track(promise: Promise<void>): void {
    const tracked = promise.finally(() => this.work.delete(tracked));
    this.work.add(tracked);
  }

  /** Its process may live a moment longer than the connection. */
  private async followToEnd(node: NodeProcess): Promise<void> {
    await node.disconnected;
    while (isAlive(node.info.pid)) await sleep(pollMs);
    node.info.endedUs = this.options.clock.nowUs();
    if (node.wasRecorded) this.options.handlers.onProcessExit(node.info);
  }

  private onTooOld(pid: number, version: string): void {
    const isFirst = this.processes.size === 0;
    this.options.handlers.onWarning({
      tUs: this.options.clock.nowUs(),
      source: `process ${pid}`,
      message: `Process ${pid} runs on Node ${version.replace(/^v/, '')} and is not recorded.`,
      hint: `Scorchmark needs Node ${oldestNodeMajor} or newer.`,
    });
    if (!isFirst) return;
    // Going on would record nothing.
    this.tooOldVersion = version;
    this.stopping ??= endTree(() => this.treePids(), defaultGraceMs);
  }

  private refuse(pid: number, message: string): void {
    this.refusals.push(message);
    this.options.handlers.onWarning({
      tUs: this.options.clock.nowUs(),
      source: `inspector p${pid}`,
      message: `Process ${pid} runs unrecorded, its inspector refused: ${message}`,
      hint: 'Node’s permission model and policies can forbid the inspector; run the program without them to profile it.',
    });
  }

  private tellAddress(address: ListeningAddress): void {
    // It found a port after all.
    this.portInUse = undefined;
    // The workers of a cluster share one address.
    if (this.toldAddresses.has(address.url)) return;
    this.toldAddresses.add(address.url);
    this.options.handlers.onListen(address);
  }

  private takeOutput(lines: OutputLine[]): void {
    this.lastOutput.push(...lines.slice(-outputKeptForErrors).map(({ text }) => text));
    if (this.lastOutput.length > outputKeptForErrors)
      this.lastOutput.splice(0, this.lastOutput.length - outputKeptForErrors);
    this.options.handlers.onOutput(lines);
  }

  private async finish(
    code: number | null,
    signal: NodeJS.Signals | null,
    rootEndedUs: number,
    pipes: Promise<unknown>,
  ): Promise<void> {
    const left = setTimeout(() => this.tellWhatGoesOn(), outlivedAfterMs);
    await this.nodeProcessesEnd();
    clearTimeout(left);
    await this.endStrays();
    // A last process may have announced itself meanwhile, and leave something behind in its turn.
    while (this.work.size > 0) {
      await this.nodeProcessesEnd();
      await this.endStrays();
    }
    await this.stopping;
    await Promise.race([pipes, sleep(pipeGraceMs).then(readWhatIsThere)]);
    this.child.stdout?.destroy();
    this.child.stderr?.destroy();
    await pipes;
    await this.folder.remove().catch(() => undefined);
    this.guard.release();
    const error = explainEnd({
      code,
      signal,
      stoppedByUs: this.stoppedByUs,
      announced: this.announced,
      recorded: [...this.processes.values()].some((node) => node.wasRecorded),
      ranMs: ((this.firstEndUs() ?? rootEndedUs) - (this.firstReleaseUs ?? 0)) / 1000,
      commandLine: this.commandLine,
      lastOutput: this.lastOutput,
      portInUse: this.portInUse,
      tooOldVersion: this.tooOldVersion,
      refusals: this.refusals,
    });
    this.resolveEnded({ code, signal, stoppedByUs: this.stoppedByUs, ...(error && { error }) });
  }

  /** One that has shown itself was recorded or refused, and has nothing more to show. */
  private isStarting(pids: number[]): boolean {
    return hasStartingNode(
      pids.filter((pid) => !this.shown.has(pid)),
      this.folder.path,
    );
  }

  /** When the program that was recorded first came to its end: what we took from it afterwards is not its time. */
  private firstEndUs(): number | undefined {
    const first = [...this.processes.values()].find((node) => node.wasRecorded);
    return first?.info.threads.find(({ workerId }) => workerId === 0)?.endedUs;
  }

  private async nodeProcessesEnd(): Promise<void> {
    do {
      await this.folder.scan();
      await Promise.all(this.work);
      await this.folder.scan();
    } while (this.work.size > 0);
  }

  /** A daemon, perhaps: the recording goes on with it, which is no surprise only to whoever expects it. */
  private tellWhatGoesOn(): void {
    const living = [...this.processes.values()].map(({ info }) => info).filter((info) => !info.endedUs);
    if (living.length === 0 || this.stoppedByUs) return;
    const names = living.map(({ title, pid }) => `${title} (${pid})`).join(', ');
    this.options.handlers.onWarning({
      tUs: this.options.clock.nowUs(),
      source: 'target',
      message: `The command has ended, but what it started still runs and is recorded: ${names}.`,
      hint: 'Stop the recording to end it; it would otherwise go on for as long as it runs.',
    });
  }

  /** What is not Node and has outlived the command is ended, so that nothing stays behind. */
  private async endStrays(): Promise<void> {
    if (this.stopping) return;
    const deadline = Date.now() + strayGraceMs;
    const nodeDeadline = Date.now() + nodeStartMs;
    let strays = await this.treePids();
    while (
      strays.length > 0 &&
      (Date.now() < deadline || (this.isStarting(strays) && Date.now() < nodeDeadline))
    ) {
      await sleep(pollMs);
      await this.folder.scan();
      // It has shown itself, and is recorded to its end.
      if (this.work.size > 0) return;
      strays = await this.treePids();
    }
    if (strays.length === 0) return;
    this.options.handlers.onWarning({
      tUs: this.options.clock.nowUs(),
      source: 'target',
      message: `The command has ended and left ${strays.length === 1 ? 'a process' : `${strays.length} processes`} running (pid ${strays.join(', ')}); ended too.`,
    });
    await endTree(() => this.treePids(), strayGraceMs);
  }
}
