/** What the whole window knows: the workbench, the current run, the recordings that are open. */
import { create } from 'zustand';
import type { AppInfo, Client, RunSpecInput, RunState } from '../../main/api';
import { toAppError, type AppError } from '../../main/errors';
import { LiveRun, liveModel } from './live-run';
import type { RecordingModel } from './recording';
import { reportError } from './report-error';
import { loadSavedSession, type LoadingProgress, type Prepared } from './saved-session';
import type { ConnectionStatus } from '../transport';
import { useRoute } from './selection';
import { onStatus } from './shell';
import { useTasks } from './tasks';

export type Opened =
  | { status: 'loading'; progress: LoadingProgress; cancel: () => void }
  | { status: 'ready'; model: RecordingModel }
  | { status: 'error'; error: AppError };

/** Recordings kept open, so that going back is instant; the oldest goes first. */
const openRecordings = 4;
/** Their files together may have this many bytes: their workers hold about as much. */
const openBytes = 150e6;

interface AppState {
  info: AppInfo | null;
  infoError: AppError | null;
  /** The run of this workbench, active or last. */
  run: RunState | null;
  opened: Record<string, Opened>;
  /** Grows when the list of sessions has changed. */
  sessionsVersion: number;
  connection: 'connecting' | ConnectionStatus;
  /** Why the workbench cannot be reached, in words. */
  connectionReason: string | null;
}

export const useApp = create<AppState>(() => ({
  info: null,
  infoError: null,
  run: null,
  opened: {},
  sessionsVersion: 0,
  connection: 'connecting',
  connectionReason: null,
}));

const liveRuns = new Map<string, LiveRun>();

/** A run that is not over. */
export type ActiveRun = RunState & { phase: Exclude<RunState['phase'], 'done' | 'failed'> };

export function isActive(run: RunState | null | undefined): run is ActiveRun {
  return !!run && run.phase !== 'done' && run.phase !== 'failed';
}

/** Asks the engine what there is and follows its events. Returns how to end it. */
export function connect(client: Client): () => void {
  const unsubscribe = client.subscribe((event) => {
    switch (event.event) {
      case 'run.state':
        useApp.setState({ run: event.payload });
        break;
      case 'sessions.changed':
        useApp.setState(({ sessionsVersion }) => ({ sessionsVersion: sessionsVersion + 1 }));
        for (const id of event.payload.ids) void refreshDetail(client, id);
        break;
      case 'task.progress':
        useTasks.getState().progress(event.payload.taskId, event.payload);
        break;
      case 'ui.open':
        openView(event.payload);
        break;
    }
  });
  let before: ConnectionStatus | null = null;
  const noStatus = onStatus(client)?.((connection, reason) => {
    useApp.setState({ connection, connectionReason: reason ?? null });
    if (connection === 'connected' && before !== null && before !== 'connected') rejoin(client);
    before = connection;
  });
  void loadInfo(client);
  return () => {
    unsubscribe();
    noStatus?.();
    for (const live of liveRuns.values()) live.close();
    liveRuns.clear();
  };
}

export async function loadInfo(client: Client): Promise<void> {
  try {
    const [info, run] = await Promise.all([client.call('app.info', {}), client.call('run.current', {})]);
    useApp.setState({ info, run, infoError: null, connection: 'connected' });
  } catch (thrown) {
    useApp.setState({ infoError: toAppError(thrown) });
  }
}

/** The connection came back: what was followed must be joined again, lists asked for again. */
function rejoin(client: Client): void {
  void loadInfo(client);
  for (const live of liveRuns.values()) void live.join();
  useApp.setState(({ sessionsVersion }) => ({ sessionsVersion: sessionsVersion + 1 }));
}

/** Starts a run and shows it. Rejects with an AppError; nothing is lost then. */
export async function startRun(client: Client, spec: RunSpecInput): Promise<void> {
  const state = await client.call('run.start', spec);
  // An event may have been quicker, and then knows more.
  const { run } = useApp.getState();
  if (run?.runId !== state.runId) useApp.setState({ run: state });
  useRoute.getState().go({ view: 'run', id: state.runId });
}

export async function stopRun(client: Client): Promise<void> {
  const { run } = useApp.getState();
  if (!isActive(run)) return;
  await client
    .call('run.stop', { runId: run.runId })
    .catch((thrown: unknown) => reportError(toAppError(thrown)));
}

/** Makes the run or session with this id available in `opened`. */
export function openRecording(client: Client, id: string, options: { again?: boolean } = {}): void {
  const { opened, run } = useApp.getState();
  if (opened[id] && !options.again) return;
  if (isActive(run) && run.runId === id) followRun(client, run);
  else loadSaved(client, id);
}

function modelOf(entry: Opened): RecordingModel | null {
  return entry.status === 'ready' ? entry.model : null;
}

/** The newest of them that fit beside what is shown. */
function withinBytes(others: [string, Opened][], shown: Opened): [string, Opened][] {
  let room = openBytes - sizeOf(shown);
  const fitting: [string, Opened][] = [];
  for (const other of [...others].reverse()) {
    room -= sizeOf(other[1]);
    if (room >= 0) fitting.unshift(other);
  }
  return fitting;
}

function sizeOf(entry: Opened): number {
  return modelOf(entry)?.detail?.sizeBytes ?? 0;
}

function put(id: string, entry: Opened): void {
  useApp.setState(({ opened }) => {
    const { [id]: _old, ...rest } = opened;
    const kept = Object.entries(rest).filter(([key]) => liveRuns.has(key));
    const others = Object.entries(rest).filter(([key]) => !liveRuns.has(key));
    const shown = {
      ...Object.fromEntries([...kept, ...withinBytes(others.slice(1 - openRecordings), entry)]),
      [id]: entry,
    };
    // A recording that is not kept lets go of its worker, and with it of its profiles.
    for (const old of Object.values(opened))
      if (old.status === 'ready' && !Object.values(shown).some((each) => modelOf(each) === old.model))
        old.model.close();
    return { opened: shown };
  });
}

function followRun(client: Client, run: RunState): void {
  liveRuns.get(run.runId)?.close();
  const model = liveModel(run);
  const live = new LiveRun({
    client,
    model,
    onError: (error) => {
      liveRuns.delete(run.runId);
      live.close();
      put(run.runId, { status: 'error', error });
    },
    onFinished: () => {
      // The picture stays as it is; only the facts of the saved session are added.
      live.close();
      liveRuns.delete(run.runId);
      void refreshDetail(client, run.runId);
    },
  });
  liveRuns.set(run.runId, live);
  put(run.runId, { status: 'ready', model });
  void live.join();
}

/** Files read before they were sessions, by the session that was made of them. */
const preparedById = new Map<string, Prepared>();

/** The session with this id is made of a file that has been read already: opening it takes this instead of reading again. */
export function prepare(id: string, prepared: Prepared): void {
  preparedById.set(id, prepared);
}

function takePrepared(id: string): Prepared | undefined {
  const prepared = preparedById.get(id);
  preparedById.delete(id);
  return prepared;
}

function loadSaved(client: Client, id: string): void {
  const controller = new AbortController();
  const cancel = (): void => controller.abort();
  const showProgress = (progress: LoadingProgress): void => put(id, { status: 'loading', progress, cancel });
  loadSavedSession({
    client,
    id,
    signal: controller.signal,
    onProgress: showProgress,
    prepared: takePrepared(id),
  }).then(
    (model) => {
      model.explorer.onFailure = (error) => put(id, { status: 'error', error });
      put(id, { status: 'ready', model });
    },
    (thrown: unknown) => {
      const error = toAppError(thrown);
      const { run } = useApp.getState();
      // A run that could not even be saved is still known to the workbench, with the reason.
      if (error.code === 'NOT_FOUND' && run?.runId === id) followRun(client, run);
      else put(id, { status: 'error', error });
    },
  );
}

/** Name, tags, note and status of an open session may have changed. */
async function refreshDetail(client: Client, id: string): Promise<void> {
  const entry = useApp.getState().opened[id];
  if (entry?.status !== 'ready' || entry.model.live) return;
  try {
    const detail = await client.call('sessions.get', { id });
    entry.model.detail = detail;
    entry.model.state = { ...entry.model.state, name: detail.name };
    entry.model.touch('state');
  } catch {
    // Deleted meanwhile, or never saved: what is on the screen remains.
  }
}

function openView(target: { view: string; id?: string }): void {
  const { go } = useRoute.getState();
  if (target.view === 'session' && target.id) go({ view: 'run', id: target.id });
  else if (target.view === 'new-run') go({ view: 'new' });
  else if (target.view === 'sessions' || target.view === 'settings' || target.view === 'home')
    go({ view: target.view });
}
