import { useEffect, useSyncExternalStore } from 'react';
import { openRecording, useApp, type Opened } from './app-store';
import { useClient } from './client';
import type { RecordingModel } from './recording';

const nothing = (): (() => void) => () => undefined;

/** The recording with this id once it is open; renders again at each batch of changes. */
export function useRecording(id: string): RecordingModel | null {
  const entry = useApp((state) => state.opened[id]);
  const model = entry?.status === 'ready' ? entry.model : null;
  useSyncExternalStore(model?.subscribe ?? nothing, () => model?.version ?? 0);
  return model;
}

/** Opens the recording with this id and says how far that is. */
export function useOpened(id: string): Opened | undefined {
  const client = useClient();
  const entry = useApp((state) => state.opened[id]);
  const known = useApp((state) => state.info !== null);
  useEffect(() => {
    // Before the workbench has answered we do not know whether this is its live run.
    if (known && !entry) openRecording(client, id);
  }, [client, id, known, entry]);
  return entry;
}
