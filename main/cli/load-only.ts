/** `scorchmark load` without a program of ours: the load alone becomes a session, told second by second as in a run. */
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { faultReports } from '../analysis/faults';
import type { LoadResult, LoadSpec, Mark, Point, SessionMeta } from '../api';
import { toAppError } from '../errors';
import { resolvePlan, startLoad } from '../load';
import { faultText } from '../load/faults';
import { ownResultText } from '../load/results/own';
import { endpointLines, secondLines } from '../load/seconds-file';
import type { LoadHandle } from '../load/types';
import { RunFaults } from '../run/run-faults';
import type { Fault, PlannedFault } from '../scenario';
import { AppendFile } from '../sessions/append-file';
import { createClock } from '../target';
import { LoadProgress } from './load-progress';
import { describeError } from './terminal';
import { withEngine, type DataFolderOption } from './with-engine';

export interface LoadOnlyOptions extends DataFolderOption {
  name: string;
  tags?: string[];
}

export interface DoneLoad {
  result: LoadResult;
  session: SessionMeta;
}

/** Rejects as `LoadHandle.done`, or when the session cannot be saved. Ctrl-C ends the load early; twice, everything. */
export async function loadOnly(spec: LoadSpec, options: LoadOnlyOptions): Promise<DoneLoad> {
  const scratch = await mkdtemp(path.join(tmpdir(), 'scorchmark-load-'));
  try {
    const load = await sendLoad(spec, path.join(scratch, 'seconds'));
    // One file: what an import takes.
    const file = path.join(scratch, 'load');
    await writeFile(file, ownResultText(load));
    if (load.hasSeconds)
      await pipeline(createReadStream(load.secondsFile), createWriteStream(file, { flags: 'a' }));
    const session = await withEngine(options, async (engine) => {
      const { id } = await engine.call('sessions.importPath', { path: file });
      return engine.call('sessions.update', {
        id,
        name: options.name,
        ...(options.tags && { tags: options.tags }),
      });
    });
    return { result: load.result, session };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

interface SentLoad {
  result: LoadResult;
  points: Point[];
  marks: Mark[];
  secondsFile: string;
  hasSeconds: boolean;
}

async function sendLoad(spec: LoadSpec, secondsFile: string): Promise<SentLoad> {
  const whole = resolvePlan(spec, []);
  const { acting, left } = faultsWithoutTarget(whole.scenario.faults);
  const scenario = { ...whole.scenario, faults: acting, dependencies: [] };
  const plan = { ...whole, scenario };
  const notes = left.map(
    ({ fault }) => `${faultText(fault)} was left out: this fault needs a program that Scorchmark launches.`,
  );
  const clock = createClock();
  const nowUs = (): number => clock.nowUs();
  const progress = new LoadProgress(plan.durationMs, nowUs);
  for (const note of notes) progress.note(`note: ${note}`);
  const seconds = new AppendFile({
    file: secondsFile,
    onTrouble: (error) => progress.note(describeError(toAppError(error, 'Keeping the seconds of the load'))),
  });
  const points: Point[] = [];
  const marks = new Map<string, Mark>();
  let handle: LoadHandle | undefined;
  const faults = new RunFaults({
    scenario,
    clock,
    threads: () => [],
    processes: () => [],
    onRoutes: (routes) => handle?.route(routes),
    onTurn: () => handle?.cut(),
    onMarks: (more) => {
      for (const mark of more) {
        if (mark.kind !== 'fault') continue;
        marks.set(mark.faultId, mark);
        progress.note(`fault ${mark.durationMs === undefined ? 'begins' : 'is over'}: ${mark.text}`);
      }
    },
    onWarning: ({ message }) => {
      notes.push(message);
      progress.note(`warning: ${message}`);
    },
    onChange: () => undefined,
    report: faultReports,
  });
  let interrupts = 0;
  const interrupt = (): void => {
    if (++interrupts > 1) process.exit(130);
    handle?.cancel();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
  try {
    const routes = await faults.beforeLoad(plan);
    handle = startLoad({
      ...plan,
      routes,
      nowUs,
      onPoints: (more) => {
        for (const point of more) points.push(point);
        progress.take(more);
      },
      onSeconds: (more) => {
        seconds.append(secondLines(more));
        faults.seeSeconds(more);
      },
      onEndpoints: (endpoints) => {
        seconds.append(endpointLines(endpoints));
        faults.loadStarted();
      },
      onFine: (windows) => faults.seeWindows(windows),
      onState: ({ stage, generatorLimit }) => progress.tell(stage, generatorLimit),
    });
    // The interrupt may have come while proxies were opened.
    if (interrupts > 0) handle.cancel();
    const measured = await handle.done;
    const reports = await faults.loadEnded(measured);
    await seconds.close();
    if (!seconds.complete) notes.push('A part of the seconds of the load could not be written to disk.');
    const result: LoadResult = {
      ...measured,
      ...(reports.length > 0 && { faults: reports }),
      ...(notes.length > 0 && { notes: [...(measured.notes ?? []), ...notes] }),
    };
    return { result, points, marks: [...marks.values()], secondsFile, hasSeconds: existsSync(secondsFile) };
  } finally {
    await faults.close();
    await seconds.close();
    progress.close();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, interrupt);
  }
}

/** Those before the target, and those that need no target, act on a server that is not ours as well. */
function faultsWithoutTarget(planned: readonly PlannedFault[]): {
  acting: PlannedFault[];
  left: PlannedFault[];
} {
  const acts = (fault: Fault): boolean => fault.kind === 'cpu' || ('via' in fault && fault.via === 'target');
  return {
    acting: planned.filter(({ fault }) => acts(fault)),
    left: planned.filter(({ fault }) => !acts(fault)),
  };
}
