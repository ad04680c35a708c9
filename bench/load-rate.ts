/**
 * How much the generator can send, and what it needs: requests per second on a server that does nothing, with the same
 * connections as autocannon and in turn with it, and memory with 2,000 users.
 */
import pidusage from 'pidusage';
import type { ScenarioInput } from '../main/api';
import { autocannonVersion, runAutocannon, sendLoad, startTarget } from './load-process';
import { median, note, print } from './print';

const connections = 50;
const burstSeconds = 3;
const burstsPerRound = 2;
const manyUsers = 2000;
const manySeconds = 10;
const memoryBudgetBytes = 400_000_000;

export async function loadRate(rounds: number): Promise<void> {
  note(`load-rate: requests per second with ${connections} connections, in turn with ${autocannonVersion}`);
  const target = await startTarget('nothing-server.mjs');
  const url = `${target.origin}/`;
  try {
    const ours: number[] = [];
    const peers: number[] = [];
    const ratios: number[] = [];
    await runAutocannon(url, connections, 2); // warms the server up
    for (let turn = 0; turn < rounds * burstsPerRound; turn++) {
      const both = { ours: 0, peer: 0 };
      const burst = {
        ours: async () => {
          const done = await sendLoad(scenario(url, connections, burstSeconds));
          mustBeGood('the load process', done.totals.errors + done.totals.timeouts + done.totals.non2xx);
          both.ours = done.totals.meanRate;
        },
        peer: async () => {
          const result = await runAutocannon(url, connections, burstSeconds);
          mustBeGood('autocannon', result.errors);
          both.peer = result.rate;
        },
      };
      for (const who of turn % 2 === 0 ? (['ours', 'peer'] as const) : (['peer', 'ours'] as const))
        await burst[who]();
      ours.push(both.ours);
      peers.push(both.peer);
      ratios.push(both.ours / both.peer);
    }
    const ratio = median(ratios);
    note(
      `  ours ${median(ours).toFixed(0)}/s, peer ${median(peers).toFixed(0)}/s, ratios ${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`,
    );
    print({
      bench: 'load-rate',
      metric: 'requestsPerSecond',
      unit: 'perSecond',
      ours: median(ours),
      peer: autocannonVersion,
      peerValue: median(peers),
      ratio,
      budget: 0.9,
      ok: ratio >= 0.9,
      runs: ratios.length,
    });
    await memory(url);
  } finally {
    await target.end();
  }
}

async function memory(url: string): Promise<void> {
  note(`load-rate: memory with ${manyUsers} users`);
  const own = new Highest();
  const done = await sendLoad(scenario(url, manyUsers, manySeconds), (pid) => own.watch(pid)).finally(() =>
    own.stop(),
  );
  const wrong = done.totals.errors + done.totals.timeouts + done.totals.non2xx;
  const peer = new Highest();
  await runAutocannon(url, manyUsers, manySeconds, (pid) => peer.watch(pid)).finally(() => peer.stop());
  note(
    `  ${done.totals.requests} answers, ${wrong} wrong; ${(own.bytes / 1e6).toFixed(0)} MB, peer ${(peer.bytes / 1e6).toFixed(0)} MB. ${done.generator.verdict}`,
  );
  print({
    bench: 'load-rate',
    metric: `memoryWith${manyUsers}Users`,
    unit: 'bytes',
    ours: own.bytes,
    peer: autocannonVersion,
    peerValue: peer.bytes,
    ratio: peer.bytes / own.bytes,
    budget: memoryBudgetBytes,
    ok: own.bytes <= memoryBudgetBytes && wrong === 0 && done.users === manyUsers,
    runs: 1,
  });
}

/** The highest resident memory of a process. */
class Highest {
  bytes = 0;
  #timer: NodeJS.Timeout | undefined;

  watch(pid: number): void {
    this.#timer = setInterval(() => {
      pidusage(pid).then(
        ({ memory: bytes }) => (this.bytes = Math.max(this.bytes, bytes)),
        () => undefined, // it has ended
      );
    }, 200);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

function scenario(url: string, users: number, seconds: number): ScenarioInput {
  return {
    version: 1,
    load: { model: 'closed', stages: [{ durationMs: seconds * 1000, users }] },
    flows: [{ name: 'nothing', steps: [{ kind: 'request', url }] }],
  };
}

function mustBeGood(who: string, wrong: number): void {
  if (wrong > 0) throw new Error(`${who}: ${wrong} requests went wrong`);
}
