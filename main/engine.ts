/**
 * The engine: puts the parts together and answers the calls of `main/api.ts`. No Electron, no HTTP.
 * Shells (desktop, web, command line) own one and show what it says.
 */
import type { z } from 'zod';
import { inputs, type AnyEvent, type EngineApi, type Method, type ParsedInput, type Results } from './api';
import { AppError, toAppError } from './errors';
import { version } from './paths';
import { armAtEnd, armNearLimit, processMetrics, startAll, takeSnapshot, threadCollectors } from './capture';
import { startLoad, presets, resolvePlan, scenarioOfLoad, waitUntilReachable } from './load';
import { importScenario, writeScenario } from './load/exchange';
import { parseScenario } from './load/scenario';
import { Run, type ResolvedRunSpec, type RunDependencies } from './run/run';
import { listSamples, resolveSample } from './run/samples';
import { defaultDataFolder, newSessionId, openStore, type SessionStore } from './sessions';
import { faultReports } from './analysis/faults';
import { readForeign, readLoad } from './analysis/foreign-reader';
import {
  allocatedBetween,
  allocationTimes,
  readAllocationHistories,
  type Histories,
} from './analysis/allocation-history';
import { liveEvidence, savedEvidence } from './analysis/leak-evidence';
import { judgeLeaks } from './analysis/leaks';
import { loadBetween } from './analysis/load-range';
import { summariseRecorded } from './analysis/summary';
import { SavedTimelines } from './analysis/timelines';
import { comparisonOf, reportOf } from './report/judge';
import { createSources } from './sources';
import { createSnapshots } from './snapshots';
import { attachTarget, createClock, launchTarget, listNodeProcesses } from './target';

export interface EngineOptions {
  shell: 'electron' | 'web' | 'cli';
  /** Default: `defaultDataFolder()`. */
  dataFolder?: string;
  /** Only reads: takes no lock and repairs nothing. */
  readOnly?: boolean;
}

export interface Engine extends EngineApi {
  call<M extends Method>(method: M, input: z.input<(typeof inputs)[M]>): Promise<Results[M]>;
  call(method: string, input: unknown): Promise<unknown>;
  readonly store: SessionStore;
  /** Stops the active run, waits until its session is saved, lets go of the data folder. Idempotent. */
  close(): Promise<void>;
}

type Handlers = { [M in Method]: (input: ParsedInput<M>) => Promise<Results[M]> | Results[M] };

interface TaskContext {
  signal: AbortSignal;
  progress(fraction: number | null, text: string): void;
}

/** Opens the data folder (see `main/sessions`; rejects with its errors) and is then ready for calls. */
export async function createEngine(options: EngineOptions): Promise<Engine> {
  const listeners = new Set<(event: AnyEvent) => void>();
  const emit = (event: AnyEvent): void => {
    for (const listener of listeners)
      try {
        listener(event);
      } catch (error) {
        // A shell that cannot show something must not break the recording of it.
        process.emitWarning(`An event listener failed at ${event.event}: ${toAppError(error).message}`);
      }
  };
  const dataFolder = options.dataFolder ?? defaultDataFolder();
  const store = await openStore({
    folder: dataFolder,
    readOnly: options.readOnly,
    summarise: summariseRecorded,
    readForeign,
    readLoad,
    onChanged: (ids) => emit({ event: 'sessions.changed', payload: { ids } }),
  });
  const sources = createSources(store);
  const snapshots = createSnapshots(store);
  const timelines = new SavedTimelines(store);
  const allocationHistories = async (id: string): Promise<Histories> =>
    run?.id === id ? run.recording.allocationHistories : readAllocationHistories(id, store);
  const tasks = new Map<string, AbortController>();
  let run: Run | undefined;
  let starting: Promise<Run> | undefined;
  let closing: Promise<void> | undefined;

  /** Runs a long action under the caller's task id: its progress is announced, `tasks.cancel` ends it. */
  async function asTask<T>(taskId: string | undefined, work: (task: TaskContext) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    if (taskId) tasks.set(taskId, controller);
    try {
      return await work({
        signal: controller.signal,
        progress: (fraction, text) => {
          if (taskId) emit({ event: 'task.progress', payload: { taskId, fraction, text } });
        },
      });
    } catch (error) {
      if (controller.signal.aborted) throw new AppError('CANCELLED', 'Cancelled.');
      throw error;
    } finally {
      if (taskId) tasks.delete(taskId);
    }
  }

  function theRun(runId: string): Run {
    if (run?.id !== runId)
      throw new AppError('NO_RUN', `There is no run ${runId}.`, {
        hint: 'It may belong to an earlier start of the workbench; look in the sessions.',
      });
    return run;
  }

  async function startRun(spec: ParsedInput<'run.start'>): Promise<Results['run.start']> {
    const active = run && !['done', 'failed'].includes(run.state.phase);
    if (active || starting)
      throw new AppError('RUN_ACTIVE', 'A run is already being recorded.', {
        hint: 'Stop it first; its session is saved.',
      });
    starting = beginRun(spec);
    try {
      run = await starting;
    } finally {
      starting = undefined;
    }
    if (spec.target.kind === 'launch')
      await store.rememberTarget(spec).catch((error: unknown) => run?.warn('targets', toAppError(error)));
    return run.state;
  }

  async function beginRun(spec: ParsedInput<'run.start'>): Promise<Run> {
    const sample = spec.target.kind === 'sample' ? await resolveSample(spec.target.sample) : undefined;
    const resolved: ResolvedRunSpec = {
      ...spec,
      target: sample?.target ?? (spec.target as ResolvedRunSpec['target']),
    };
    const dependencies: RunDependencies = {
      createClock,
      launchTarget,
      attachTarget,
      threadCollectors,
      processMetrics,
      startAll,
      snapshots: { takeSnapshot, armAtEnd, armNearLimit },
      load: {
        startLoad,
        resolvePlan,
        waitUntilReachable,
      },
      reportFaults: faultReports,
      recorders: store,
      newSessionId,
      emit,
    };
    return Run.start(resolved, dependencies, sample?.title);
  }

  /** A snapshot of the running recording can be asked as soon as it is whole. */
  function mustBeComplete(id: string, file: string): void {
    const info = run?.id === id ? run.state.snapshots.find((each) => each.file === file) : undefined;
    if (info?.state === 'writing')
      throw new AppError('BAD_INPUT', 'The snapshot is still being written.', {
        hint: 'It can be opened as soon as it is complete.',
      });
  }

  const handlers: Handlers = {
    'app.info': async () => ({
      version,
      shell: options.shell === 'electron' ? 'electron' : 'web',
      platform: process.platform,
      nodeVersion: process.version,
      cwd: process.cwd(),
      dataFolder,
      samples: await listSamples(),
      presets,
      notices: store.notices,
    }),
    'run.start': startRun,
    'run.stop': async ({ runId }) => {
      await theRun(runId).stop();
      return null;
    },
    'run.cancelLoad': async ({ runId }) => {
      await theRun(runId).cancelLoad();
      return null;
    },
    'run.startFault': ({ runId, fault, forMs }) => theRun(runId).startFault(fault, forMs),
    'run.endFault': async ({ runId, faultId }) => {
      await theRun(runId).endFault(faultId);
      return null;
    },
    'load.between': ({ id, startUs, endUs }) => loadBetween(store, id, { startUs, endUs }),
    'scenarios.parse': ({ text }) => parseScenario(text),
    'scenarios.write': ({ scenario, format }) => writeScenario(scenario, format),
    'scenarios.import': ({ text, kind }) => importScenario(text, kind),
    'scenarios.ofLoad': ({ load }) => scenarioOfLoad(load),
    'run.refreshAllocations': async ({ runId }) => {
      await theRun(runId).refreshAllocations();
      return null;
    },
    'snapshots.estimate': ({ runId, thread }) => theRun(runId).snapshots.estimate(thread),
    'snapshots.take': ({ runId, thread }) => theRun(runId).snapshots.take(thread),
    'snapshots.delete': async ({ id, file }) => {
      await snapshots.forget({ id, file });
      await store.removeSnapshot(id, file);
      return null;
    },
    'snapshots.ask': ({ id, file, question, taskId }) => {
      mustBeComplete(id, file);
      return asTask(taskId, (task) => snapshots.ask({ id, file }, question, task));
    },
    'snapshots.compare': ({ a, b, question, taskId }) => {
      for (const { id, file } of [a, b]) mustBeComplete(id, file);
      return asTask(taskId, (task) => snapshots.compare(a, b, question, task));
    },
    'leaks.judge': ({ id, thresholds, deep, taskId }) =>
      asTask(taskId, async (task) => {
        const live = run?.id === id && !['done', 'failed'].includes(run.state.phase) ? run : undefined;
        const evidence = live
          ? liveEvidence(live, await store.get(id))
          : await savedEvidence(id, store, (session, window) => timelines.read(session, window));
        return judgeLeaks(evidence, { ...task, thresholds, deep: deep ? snapshots : undefined });
      }),
    'timeline.read': ({ id, ...window }) =>
      run?.id === id ? run.timeline(window) : timelines.read(id, window),
    'allocations.history': async ({ id }) => allocationTimes(await allocationHistories(id)),
    'allocations.between': async ({ id, ...what }) => allocatedBetween(await allocationHistories(id), what),
    'run.current': () => run?.state ?? null,
    'run.snapshot': ({ runId }) => theRun(runId).snapshot(),
    'targets.list': () => store.targets(),
    'targets.remove': async ({ id }) => {
      await store.removeTarget(id);
      return null;
    },
    'targets.processes': () => listNodeProcesses(),
    'sessions.list': (query) => store.list(query),
    'sessions.get': ({ id }) => store.get(id),
    'sessions.readFile': ({ id, file, offset, lengthBytes }) =>
      store.readFile(id, file, { offset, lengthBytes }),
    'sources.list': ({ id }) => sources.list(id),
    'sources.packages': ({ id }) => sources.packages(id),
    'sources.read': ({ id, url, original }) => sources.read(id, url, { original }),
    'sources.resolve': (positions) => sources.resolve(positions),
    'sources.generated': (place) => sources.generated(place),
    'sources.openInEditor': async (place) => {
      await sources.openInEditor(place);
      return null;
    },
    'sessions.update': (change) => store.update(change),
    'sessions.trash': async ({ ids }) => {
      // One that cannot be read has nothing open, either.
      for (const id of ids)
        for (const { file } of (await store.get(id).catch(() => null))?.snapshots ?? [])
          await snapshots.forget({ id, file });
      await store.trash(ids);
      return null;
    },
    'sessions.restore': async ({ ids }) => {
      await store.restore(ids);
      return null;
    },
    'sessions.emptyTrash': async ({ ids }) => {
      await store.emptyTrash(ids);
      return null;
    },
    'sessions.export': ({ id, taskId }) => asTask(taskId, (task) => store.exportSession(id, task)),
    'sessions.import': ({ fileName, bytes, taskId }) =>
      asTask(taskId, (task) => store.importBytes(fileName, bytes, task)),
    'sessions.importBegin': async ({ name, folder }) => ({ uploadId: await store.beginUpload(name, folder) }),
    'sessions.importPiece': async ({ uploadId, path, bytes }) => {
      await store.uploadPiece(uploadId, path, bytes);
      return null;
    },
    'sessions.importEnd': ({ uploadId, taskId, description }) =>
      asTask(taskId, (task) => store.importUpload(uploadId, task, description)),
    'sessions.importDrop': async ({ uploadId }) => {
      await store.dropUpload(uploadId);
      return null;
    },
    'sessions.importPath': ({ path, taskId }) => asTask(taskId, (task) => store.importPath(path, task)),
    compare: ({ a, b, taskId }) => asTask(taskId, (task) => comparisonOf(store, [a, b], task)),
    'report.html': ({ id, taskId }) => asTask(taskId, (task) => reportOf(store, id, task)),
    'tasks.cancel': ({ taskId }) => {
      tasks.get(taskId)?.abort();
      return null;
    },
  };

  async function call(method: string, input: unknown): Promise<unknown> {
    if (closing) throw new AppError('CANCELLED', 'The workbench is closing.');
    if (!Object.hasOwn(inputs, method))
      throw new AppError('BAD_INPUT', `There is no call named "${method}".`);
    const name = method as Method;
    const parsed = inputs[name].safeParse(input ?? {});
    if (!parsed.success) throw badInput(name, parsed.error);
    try {
      // The handler of a name takes what the schema of the same name yields; TypeScript cannot follow the pairing.
      return await (handlers[name] as (input: unknown) => unknown)(parsed.data);
    } catch (error) {
      throw toAppError(error);
    }
  }

  return {
    store,
    call,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      closing ??= (async () => {
        for (const controller of tasks.values()) controller.abort();
        // A run that is just starting must be ended too, or its target would live on.
        await starting?.catch(() => undefined);
        if (run) {
          await run.stop('workbench closed');
          await run.done;
        }
        await snapshots.close();
        timelines.close();
        await store.close();
      })();
      return closing;
    },
  };
}

function badInput(method: Method, error: z.ZodError): AppError {
  const lines = error.issues.map((issue) => {
    const place = issue.path.map(String).join('.');
    return place ? `${place}: ${issue.message}` : issue.message;
  });
  return new AppError('BAD_INPUT', lines[0] ?? 'The input is not valid.', {
    details: `${method}\n${lines.join('\n')}`,
  });
}
