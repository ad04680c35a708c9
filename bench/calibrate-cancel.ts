/**
 * How long a load takes to end when it is cancelled, at any moment and against servers that do not help: within a second, with
 * a result, no connection left, and no process.
 */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { promisify } from 'node:util';
import { loadSpecSchema, scenarioVersion, type ScenarioInput } from '../main/api';
import { resolvePlan, startLoad } from '../main/load';
import { monotonicUs } from '../main/load/monotonic';
import type { CalibrationOptions } from './calibrate';
import { note } from './print';

const mostMs = 1000;
const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

interface Peer {
  origin: string;
  open: Set<Socket>;
  close(): void;
}

interface Case {
  what: string;
  onData: (socket: Socket) => void;
  load: ScenarioInput['load'];
  more?: Partial<ScenarioInput>;
}

const answers = (socket: Socket): unknown => socket.write(answer);
const silent = (): void => undefined;
const closed = (users: number): ScenarioInput['load'] => ({
  model: 'closed',
  stages: [{ durationMs: 60_000, users }],
});
const open: ScenarioInput['load'] = { model: 'open', stages: [{ durationMs: 60_000, rate: 200 }] };
const request = { kind: 'request', url: '/' } as const;

const cases: Case[] = [
  { what: 'answers at once, 5 users', onData: answers, load: closed(5) },
  { what: 'answers at once, 2000 users', onData: answers, load: closed(2000) },
  { what: 'answers at once, open model', onData: answers, load: open },
  { what: 'answers at once, knee', onData: answers, load: { model: 'knee', stepMs: 2000 } },
  { what: 'never answers, 50 users', onData: silent, load: closed(50) },
  { what: 'never answers, open model', onData: silent, load: open },
  { what: 'never answers during set-up', onData: silent, load: closed(20), more: { setUp: [request] } },
  {
    what: 'never ends its body',
    onData: (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nx'),
    load: closed(20),
  },
  {
    what: 'never answers to a WebSocket',
    onData: silent,
    load: closed(20),
    more: {
      flows: [
        { name: 'f', steps: [{ kind: 'websocket', url: '/', messages: [{ send: 'x', expect: 'y' }] }] },
      ],
    },
  },
  {
    what: 'in its think time',
    onData: answers,
    load: {
      model: 'closed',
      stages: [{ durationMs: 60_000, users: 20 }],
      thinkTime: { minMs: 30_000, maxMs: 30_000 },
    },
  },
];

/** Prints a JSON line per case and moment; true when every load ended in time and left nothing. */
export async function calibrateCancel(options: CalibrationOptions): Promise<boolean> {
  const moments = options.quick ? [0, 500] : [0, 20, 100, 500, 1700];
  let wrong = 0;
  let all = 0;
  for (const each of cases) {
    if (options.only.length > 0 && !options.only.some((word) => each.what.includes(word))) continue;
    for (const afterMs of moments) {
      const { endedMs, connectionsLeft, processesLeft } = await cancelled(each, afterMs);
      const ok = endedMs <= mostMs && connectionsLeft === 0 && processesLeft === 0;
      all++;
      if (!ok) wrong++;
      process.stdout.write(
        `${JSON.stringify({ calibration: 'cancel', what: each.what, afterMs, endedMs: Math.round(endedMs), connectionsLeft, processesLeft, ok })}\n`,
      );
      note(`${ok ? ' ' : '!'} ${each.what}, after ${afterMs} ms: ended in ${endedMs.toFixed(0)} ms`);
    }
  }
  note(`cancel: ${all - wrong} of ${all} ended within ${mostMs} ms and left nothing`);
  return all > 0 && wrong === 0;
}

async function cancelled(
  { onData, load, more }: Case,
  afterMs: number,
): Promise<{ endedMs: number; connectionsLeft: number; processesLeft: number }> {
  const peer = await serve(onData);
  const spec = loadSpecSchema.parse({
    preset: 'smoke',
    scenario: {
      version: scenarioVersion,
      baseUrl: peer.origin,
      load,
      flows: [{ name: 'flow', steps: [request] }],
      connection: { timeoutMs: 60_000 },
      ...more,
    },
  });
  const startUs = monotonicUs();
  const handle = startLoad({
    ...resolvePlan(spec, []),
    nowUs: () => monotonicUs() - startUs,
    onPoints: () => undefined,
  });
  await pause(afterMs);
  const cancelUs = monotonicUs();
  handle.cancel();
  await handle.done;
  const endedMs = (monotonicUs() - cancelUs) / 1000;
  // The result is told before the process has exited; both belong to the second that it may take.
  const untilMs = mostMs - endedMs;
  for (let waitedMs = 0; waitedMs < untilMs; waitedMs += 50) {
    if (peer.open.size === 0 && (await children()) === 0) break;
    await pause(50);
  }
  const left = { connectionsLeft: peer.open.size, processesLeft: await children() };
  peer.close();
  return { endedMs, ...left };
}

async function serve(onData: (socket: Socket) => void): Promise<Peer> {
  const open = new Set<Socket>();
  const server: Server = createServer({ noDelay: true }, (socket) => {
    open.add(socket);
    socket.on('data', () => onData(socket));
    socket.on('error', () => undefined);
    socket.on('close', () => open.delete(socket));
  });
  server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 });
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    open,
    close: () => {
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
}

/** How many load processes this process has. */
async function children(): Promise<number> {
  const { stdout } = await promisify(execFile)('ps', ['--ppid', String(process.pid), '-o', 'args=']).catch(
    () => ({ stdout: '' }),
  );
  return stdout.split('\n').filter((line) => line.includes('load-runner.js')).length;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
