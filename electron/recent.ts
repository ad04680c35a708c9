/** The last sessions, for File → Open Recent. */
import type { EngineApi, Results, SessionMeta } from '../main/api';

const maxRecent = 10;

/** Calls back with the newest sessions now and whenever the list changes. */
export function watchRecentSessions(
  engine: EngineApi,
  onChange: (sessions: SessionMeta[]) => void,
): () => void {
  let isReading = false;
  let isStale = false;
  const read = async (): Promise<void> => {
    if (isReading) {
      isStale = true;
      return;
    }
    isReading = true;
    do {
      isStale = false;
      try {
        const { sessions } = (await engine.call('sessions.list', {})) as Results['sessions.list'];
        onChange(sessions.slice(0, maxRecent));
      } catch (error) {
        // The list itself shows the error when it is opened; the menu only lacks its shortcuts.
        console.warn(`scorchmark: recent sessions not read: ${String(error)}`);
      }
    } while (isStale as boolean);
    isReading = false;
  };
  void read();
  return engine.subscribe(({ event }) => {
    if (event === 'sessions.changed') void read();
  });
}
