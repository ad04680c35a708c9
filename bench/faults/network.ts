/** Is the proxy as exact as it says: delay, jitter, bandwidth, share of dropped connections? */
import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';
import { faultSchema } from '../../main/scenario';
import { createProxies, type NetworkFault, type Proxies, type Proxy } from '../../main/load/faults';
import { TcpProxy } from '../../main/load/faults/proxy';
import { proxyFile } from '../../main/paths';
import { median } from '../print';
import type { Check } from './checks';

const roundTrips = 200;
/** Timers have whole milliseconds, and the kernel passes each piece four times instead of twice. */
const delayToleranceMs = 2;
const bandwidthTolerance = 0.05;

const network = (fault: object): NetworkFault => faultSchema.parse(fault) as NetworkFault;

export async function checkNetwork(quick: boolean): Promise<Check[]> {
  const proxies = createProxies(proxyFile);
  try {
    return [
      ...(await checkLatency(proxies)),
      ...(await checkJitter()),
      ...(await checkBandwidth(proxies, quick)),
      await checkDrop(proxies),
    ];
  } finally {
    await proxies.close();
  }
}

async function withServer<T>(
  onSocket: (socket: Socket) => void,
  use: (port: number) => Promise<T>,
): Promise<T> {
  const sockets = new Set<Socket>();
  const server = net.createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onSocket(socket);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  try {
    return await use((server.address() as AddressInfo).port);
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}

async function checkLatency(proxies: Proxies): Promise<Check[]> {
  const cases = [
    { delayMs: 5 },
    { delayMs: 20, direction: 'request' },
    { delayMs: 100 },
    { delayMs: 50, direction: 'both' },
  ] as const;
  return withServer(
    (socket) => socket.on('data', (data) => socket.write(data)),
    async (port) => {
      const checks: Check[] = [];
      const proxy = await proxies.open({ host: '127.0.0.1', port });
      const bareMs = median(await roundTripsMs(proxy));
      for (const settings of cases) {
        const fault = network({ kind: 'latency', ...settings });
        if (fault.kind !== 'latency') continue;
        await proxy.begin('f', fault);
        const added = (await roundTripsMs(proxy)).map((ms) => ms - bareMs);
        await proxy.end('f');
        const ways = fault.direction === 'both' ? 2 : 1;
        const truth = fault.delayMs * ways;
        checks.push({
          what: `latency ${fault.delayMs} ms on ${fault.direction}, added`,
          unit: 'ms',
          truth,
          measured: median(added),
          tolerance: delayToleranceMs * ways + (await timersLateMs(fault.delayMs)) * ways,
        });
      }
      const endedMs = median(await roundTripsMs(proxy));
      checks.push({
        what: 'latency, left when it has ended',
        unit: 'ms',
        truth: bareMs,
        measured: endedMs,
        tolerance: 1,
      });
      return checks;
    },
  );
}

/**
 * Jitter in two halves, since a busy machine adds to every delay: are the delays that were drawn spread as asked for, and was
 * each piece held back for as long as was drawn for it? The proxy works in this process, with a source of chance that is kept.
 */
async function checkJitter(): Promise<Check[]> {
  const delayMs = 60;
  const jitterMs = 40;
  const what = `latency ${delayMs} ms ± ${jitterMs} ms`;
  return withServer(
    (socket) => socket.on('data', (data) => socket.write(data)),
    async (port) => {
      const drawnMs: number[] = [];
      const proxy = await TcpProxy.open({ host: '127.0.0.1', port }, () => {
        const share = Math.random();
        drawnMs.push(delayMs + (share * 2 - 1) * jitterMs);
        return share;
      });
      const bareMs = median(await roundTripsMs(proxy));
      const socket = net.connect({ ...proxy.address, noDelay: true });
      await once(socket, 'connect');
      // Set up before: that draws, too.
      while ((await proxy.counts()).open < 1) await new Promise((resolve) => setImmediate(resolve));
      await proxy.begin('f', network({ kind: 'latency', delayMs, jitterMs }));
      const lateMs: number[] = [];
      for (let i = 0; i < roundTrips; i++) {
        const startedMs = performance.now();
        socket.write('x');
        await once(socket, 'data');
        lateMs.push(performance.now() - startedMs - bareMs - drawnMs[i]!);
      }
      socket.destroy();
      await proxy.close();
      const sorted = drawnMs.slice(0, roundTrips).sort((a, b) => a - b);
      const quantile = (share: number): number => sorted[Math.floor(sorted.length * share)]!;
      // Of so many evenly spread numbers a quantile q is off by sqrt(q (1 - q) / n) of their range: four times that.
      const sampling = (share: number): number =>
        4 * Math.sqrt((share * (1 - share)) / roundTrips) * 2 * jitterMs;
      const drawn = [0.1, 0.5, 0.9].map((share) => ({
        what: `${what}, P${share * 100} of what was drawn`,
        unit: 'ms',
        truth: delayMs + (share * 2 - 1) * jitterMs,
        measured: quantile(share),
        tolerance: sampling(share),
      }));
      return [
        ...drawn,
        {
          what: `${what}, later than was drawn`,
          unit: 'ms',
          truth: 0,
          measured: median(lateMs),
          tolerance: delayToleranceMs + (await timersLateMs(delayMs)),
        },
      ];
    },
  );
}

/** How late this machine's own timers are just now, median: a busy one is no fault of the proxy's. */
async function timersLateMs(delayMs: number): Promise<number> {
  const late: number[] = [];
  for (let i = 0; i < 20; i++) {
    const startedMs = performance.now();
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    late.push(performance.now() - startedMs - delayMs);
  }
  return Math.max(0, median(late));
}

async function roundTripsMs(proxy: Proxy): Promise<number[]> {
  const socket = net.connect({ ...proxy.address, noDelay: true });
  await once(socket, 'connect');
  const times: number[] = [];
  for (let i = 0; i < roundTrips; i++) {
    const startedMs = performance.now();
    socket.write('x');
    await once(socket, 'data');
    times.push(performance.now() - startedMs);
  }
  socket.destroy();
  return times;
}

async function checkBandwidth(proxies: Proxies, quick: boolean): Promise<Check[]> {
  const seconds = quick ? 1 : 3;
  const checks: Check[] = [];
  for (const bytesPerSecond of [50_000, 1_000_000, 20_000_000]) {
    for (const connections of [1, 5])
      await withServer(
        (socket) => socket.end(Buffer.alloc(Math.round((bytesPerSecond * seconds) / connections))),
        async (port) => {
          const proxy = await proxies.open({ host: '127.0.0.1', port });
          await proxy.begin('f', network({ kind: 'bandwidth', bytesPerSecond }));
          const startedMs = performance.now();
          let bytes = 0;
          await Promise.all(
            Array.from({ length: connections }, async () => {
              const socket = net.connect(proxy.address);
              socket.on('data', (data) => (bytes += data.length));
              await once(socket, 'end');
            }),
          );
          const measured = (bytes * 1000) / (performance.now() - startedMs);
          await proxy.close();
          checks.push({
            what: `bandwidth by ${connections} connection${connections > 1 ? 's' : ''}`,
            unit: 'bytes/s',
            truth: bytesPerSecond,
            measured,
            tolerance: bytesPerSecond * bandwidthTolerance,
          });
        },
      );
  }
  return checks;
}

function checkDrop(proxies: Proxies): Promise<Check> {
  const connections = 200;
  const ratio = 0.3;
  return withServer(
    () => undefined,
    async (port) => {
      const proxy = await proxies.open({ host: '127.0.0.1', port });
      let reset = 0;
      const sockets = Array.from({ length: connections }, () => {
        const socket = net.connect(proxy.address);
        socket.on('error', () => reset++);
        return socket;
      });
      await Promise.all(sockets.map((socket) => once(socket, 'connect')));
      while ((await proxy.counts()).accepted < connections)
        await new Promise((resolve) => setTimeout(resolve, 10));
      await proxy.begin('f', network({ kind: 'drop', ratio }));
      const { dropped } = await proxy.counts();
      while (reset < dropped) await new Promise((resolve) => setTimeout(resolve, 10));
      for (const socket of sockets) socket.destroy();
      await proxy.close();
      return {
        what: `${ratio * 100} % of ${connections} connections dropped`,
        unit: 'connections',
        truth: connections * ratio,
        measured: reset,
        tolerance: 0,
      };
    },
  );
}
