/** Finds, or asks for, the inspector of a process that we did not start. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import http from 'node:http';
import { z } from 'zod';
import { AppError } from '../errors';
import { SocketSession } from './cdp-connection';
import { isAlive } from './process-table';

const defaultPort = 9229;
/** On a busy machine each answer takes its time. */
const probeTimeoutMs = 5000;
const openTimeoutMs = 15_000;
const pollMs = 25;

const targetsSchema = z.array(z.object({ webSocketDebuggerUrl: z.string() }));
const evaluatedPidSchema = z.object({ result: z.object({ value: z.number() }) });

export interface FoundInspector {
  socket: SocketSession;
  /** It was closed before; we close it again when we let go. */
  openedByUs: boolean;
}

/** The program and arguments of a process; empty when it cannot be read. Linux only. */
export function commandLineOfPid(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
  } catch {
    return [];
  }
}

/** TCP ports on which a process listens; undefined where that cannot be known cheaply. */
export function listeningPorts(pid: number): Set<number> | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    const inodes = new Set(
      readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
        try {
          return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
        } catch {
          return [];
        }
      }),
    );
    const ports = new Set<number>();
    for (const table of ['tcp', 'tcp6']) {
      for (const line of readFileSync(`/proc/${pid}/net/${table}`, 'utf8').split('\n').slice(1)) {
        const fields = line.trim().split(/\s+/);
        // proc(5), /proc/net/tcp: 1 local address, 3 state (0A = LISTEN), 9 inode.
        if (fields[3] === '0A' && inodes.has(fields[9] ?? ''))
          ports.add(parseInt(fields[1]?.split(':')[1] ?? '', 16));
      }
    }
    return ports;
  } catch {
    return undefined;
  }
}

/**
 * Would SIGUSR1 be caught? It ends a process that does not expect it, and every Node does.
 * Bit 9 of SigCgt in proc_pid_status(5).
 */
function catchesUsr1(pid: number): boolean {
  if (process.platform !== 'linux') return true;
  try {
    const mask = /^SigCgt:\s*([0-9a-f]+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return mask !== undefined && (BigInt(`0x${mask}`) & 0x200n) !== 0n;
  } catch {
    return false;
  }
}

/** Ports of inspectors that we found and left open, by pid: a second attach finds them at once. */
const known = new Map<number, number>();

export function rememberInspector(pid: number, url: string): void {
  known.set(pid, Number(new URL(url).port));
}

/** Not `fetch`: it keeps the connection open, and an inspector with an open connection blocks its process in `inspector.close()`. */
function getText(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { agent: false, timeout: probeTimeoutMs }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (more: string) => (text += more));
      response.once('end', () => resolve(text));
      response.once('error', reject);
    });
    request.once('timeout', () => request.destroy(new Error('no answer')));
    request.once('error', reject);
  });
}

/** Connects to the inspector on that port, if there is one and it is this process's. */
async function probe(port: number, pid: number): Promise<SocketSession | undefined> {
  let socket: SocketSession | undefined;
  try {
    const [first] = targetsSchema.parse(JSON.parse(await getText(`http://127.0.0.1:${port}/json/list`)));
    if (!first) return undefined;
    socket = await SocketSession.connect(first.webSocketDebuggerUrl, probeTimeoutMs);
    const evaluated = await socket.command('Runtime.evaluate', {
      expression: 'process.pid',
      returnByValue: true,
    });
    if (evaluatedPidSchema.parse(evaluated).result.value === pid) return socket;
  } catch {
    // Not an inspector, or not one that answers.
  }
  socket?.disconnect();
  return undefined;
}

/** The port that the process's own flags name. */
function portFromFlags(argv: string[]): number | undefined {
  for (const argument of argv) {
    const match = /^--(?:inspect(?:-brk|-wait|-port)?|debug-port)=(?:.*:)?(\d+)$/.exec(argument);
    if (match) return Number(match[1]);
  }
  return undefined;
}

function checkIsNode(pid: number): void {
  if (!isAlive(pid))
    throw new AppError('ATTACH_FAILED', `There is no process ${pid}.`, {
      hint: 'Pick one from the list of running Node processes.',
    });
  try {
    process.kill(pid, 0);
  } catch {
    throw new AppError('PERMISSION_DENIED', `Process ${pid} belongs to another user.`, {
      hint: 'Run Scorchmark as the user who runs the process.',
    });
  }
  if (!catchesUsr1(pid))
    throw new AppError(
      'NOT_NODE',
      `Process ${pid} does not look like a Node process, so it was left alone.`,
      {
        hint: 'Attaching works by a signal that Node understands and that would end other programs.',
      },
    );
}

/** The inspector that appears after the signal. */
async function findOpened(
  pid: number,
  before: Set<number> | undefined,
  expectedPort: number,
): Promise<SocketSession | undefined> {
  const deadline = Date.now() + openTimeoutMs;
  while (Date.now() < deadline && isAlive(pid)) {
    await new Promise((resolve) => setTimeout(resolve, pollMs));
    const now = listeningPorts(pid);
    const fresh = now ? [...now].filter((port) => !before?.has(port)) : [expectedPort];
    for (const port of fresh) {
      const socket = await probe(port, pid);
      if (socket) return socket;
    }
  }
  return undefined;
}

/**
 * Connects to the process's inspector; opens it first (SIGUSR1) where it is closed.
 * @throws AppError ATTACH_FAILED, PERMISSION_DENIED, NOT_NODE
 */
export async function findInspector(pid: number): Promise<FoundInspector> {
  checkIsNode(pid);
  const wanted = portFromFlags(commandLineOfPid(pid));
  const before = listeningPorts(pid);
  // Only ports of the process itself, and never its servers: they would see our request.
  for (const port of new Set([known.get(pid) ?? defaultPort, wanted ?? defaultPort, defaultPort])) {
    if (before && !before.has(port)) continue;
    const socket = await probe(port, pid);
    if (socket) return { socket, openedByUs: false };
  }
  try {
    (process as unknown as { _debugProcess(pid: number): void })._debugProcess(pid);
  } catch (error) {
    throw new AppError('ATTACH_FAILED', `Process ${pid} could not be asked to open its inspector.`, {
      details: error instanceof Error ? error.message : String(error),
    });
  }
  const socket = await findOpened(pid, before, wanted ?? defaultPort);
  if (socket) return { socket, openedByUs: true };
  // Perhaps it was open all the time, on a port that its flags do not tell. Only now its other ports are asked.
  for (const port of before ?? []) {
    const open = await probe(port, pid);
    if (open) return { socket: open, openedByUs: false };
  }
  throw new AppError('ATTACH_FAILED', `Process ${pid} did not open its inspector.`, {
    hint: `Its port (${wanted ?? defaultPort}) may be in use by another process, the program may handle SIGUSR1 itself, or its Node may have been built without the inspector. Launch it from Scorchmark instead.`,
  });
}
