import { useEffect } from 'react';
import { stopRun } from '../state/app-store';
import { useClient } from '../state/client';
import { runTabs, useRoute } from '../state/selection';
import { focusSearch } from './focus-search';
import { useOverlays } from './overlays';
import { handleKey, isDialogOpen } from './shortcuts';

/** Keys, the mouse's back and forward buttons, and the browser's own moves in its history. */
export function useGlobalKeys(): void {
  const client = useClient();
  useEffect(() => {
    const { getState } = useRoute;
    const actions = {
      newRun: () => getState().go({ view: 'new' }),
      stop: () => void stopRun(client),
      tab: (number: number) => {
        const tab = runTabs[number - 1];
        if (tab && getState().route.view === 'run') getState().select({ tab });
      },
      search: focusSearch,
      stepRange: (by: 1 | -1) => getState().stepRange(by),
      escape: () => getState().clearInnermost(),
      help: () => useOverlays.getState().openHelp(),
      back: () => history.back(),
      forward: () => history.forward(),
    };
    // A dialog that Escape closes may be gone when its turn comes here; the key was the dialog's all the same.
    let isForDialog = false;
    const keyComes = (): void => {
      isForDialog = isDialogOpen();
    };
    const keyDown = (event: KeyboardEvent): void => {
      if (isForDialog) return;
      if (!event.defaultPrevented && handleKey(event, actions)) event.preventDefault();
    };
    const mouseUp = (event: MouseEvent): void => {
      if (event.button !== 3 && event.button !== 4) return;
      // Browsers go back themselves, desktop windows do not: do it once in both.
      event.preventDefault();
      if (event.button === 3) history.back();
      else history.forward();
    };
    const moved = (): void => getState().syncFromLocation();
    window.addEventListener('keydown', keyComes, { capture: true });
    window.addEventListener('keydown', keyDown);
    window.addEventListener('mouseup', mouseUp);
    window.addEventListener('popstate', moved);
    window.addEventListener('hashchange', moved);
    return () => {
      window.removeEventListener('keydown', keyComes, { capture: true });
      window.removeEventListener('keydown', keyDown);
      window.removeEventListener('mouseup', mouseUp);
      window.removeEventListener('popstate', moved);
      window.removeEventListener('hashchange', moved);
    };
  }, [client]);
}
