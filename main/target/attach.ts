/** Records a process that is already running, and lets it go unharmed. */
import { z } from 'zod';
import type { TargetExit } from '../api';
import { AppError } from '../errors';
import type { SocketSession } from './cdp-connection';
import { commandLineOf } from './command-line';
import { findInspector, listeningPorts, rememberInspector } from './inspector-finder';
import { nodeTooOld, oldestNodeMajor } from './node-binary';
import { messageOf, NodeProcess } from './node-process';
import { isAlive, listProcesses, membersOf } from './process-table';
import type { AttachOptions, Target } from './types';

const pollMs = 25;
const closeLimitMs = 5000;

const identitySchema = z.object({
  ppid: z.number(),
  argv: z.array(z.string()),
  cwd: z.string(),
  version: z.string(),
  startedUs: z.number(),
});
const evaluatedSchema = z.object({ result: z.object({ value: identitySchema }) });

/** Evaluated in the target; the same fields as an agent's announcement. */
const identityExpression = `(([s, ns]) => ({
  ppid: process.ppid, argv: process.argv, cwd: process.cwd(), version: process.version,
  startedUs: Math.round(s * 1e6 + ns / 1e3 - process.uptime() * 1e6),
}))(process.hrtime())`;

class AttachedTarget implements Target {
  readonly ended: Promise<TargetExit & { error?: AppError }>;
  private letting: Promise<void> | undefined;

  constructor(
    readonly pid: number,
    readonly commandLine: string,
    readonly cwd: string,
    private readonly node: NodeProcess,
    private readonly openedByUs: boolean,
    private readonly inspectorUrl: string,
    options: AttachOptions,
  ) {
    this.ended = node.disconnected.then(async () => {
      if (this.letting) return { code: null, signal: null, stoppedByUs: true };
      // Its connection ended first; how a process ends is told only to its parent.
      while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, pollMs));
      node.info.endedUs = options.clock.nowUs();
      options.handlers.onProcessExit(node.info);
      return { code: null, signal: null, stoppedByUs: false };
    });
  }

  async pids(): Promise<number[]> {
    return membersOf(await listProcesses(), { roots: [this.pid] });
  }

  async stop(): Promise<void> {
    this.letting ??= this.node.letGo(this.openedByUs).then(async (closes) => {
      if (closes) await inspectorCloses(this.pid, this.inspectorUrl);
      else rememberInspector(this.pid, this.inspectorUrl);
    });
    await this.letting;
    await this.ended;
  }
}

/**
 * The target closes it a moment after we have gone; before that, nobody could attach again. A blocked one is not
 * waited for. Looking by connecting would keep the inspector from closing.
 */
async function inspectorCloses(pid: number, url: string): Promise<void> {
  const port = Number(new URL(url).port);
  const deadline = Date.now() + closeLimitMs;
  while (Date.now() < deadline && listeningPorts(pid)?.has(port) !== false)
    await new Promise((resolve) => setTimeout(resolve, pollMs));
}

async function identify(socket: SocketSession): Promise<z.infer<typeof identitySchema>> {
  const answer = await socket.command('Runtime.evaluate', {
    expression: identityExpression,
    returnByValue: true,
  });
  return evaluatedSchema.parse(answer).result.value;
}

/**
 * Attaches to a running Node process. Its later children are not followed: they do not load the agent.
 * @throws AppError ATTACH_FAILED, PERMISSION_DENIED, NOT_NODE, NODE_TOO_OLD
 */
export async function attachTarget(options: AttachOptions): Promise<Target> {
  const { pid, clock, handlers } = options;
  if (pid === process.pid)
    throw new AppError('ATTACH_FAILED', 'This is Scorchmark itself.', { hint: 'Pick another process.' });
  const { socket, openedByUs } = await findInspector(pid);
  try {
    const identity = await identify(socket);
    if (Number(/^v(\d+)/.exec(identity.version)?.[1]) < oldestNodeMajor)
      throw nodeTooOld(identity.version, `Process ${pid}`);
    const startedUs = Math.max(0, identity.startedUs - clock.originUs);
    const node = new NodeProcess(
      { ...identity, pid, startedUs },
      { clock, handlers, onListen: (address) => handlers.onListen(address), onPortInUse: () => undefined },
    );
    await node.connect(socket);
    const commandLine = commandLineOf({ argv: identity.argv, shell: false });
    return new AttachedTarget(pid, commandLine, identity.cwd, node, openedByUs, socket.url, options);
  } catch (error) {
    socket.disconnect();
    if (error instanceof AppError) throw error;
    throw new AppError('ATTACH_FAILED', `Process ${pid} could not be attached to: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
