/** Everything the UI gets of Electron: one function to call, one to listen. */
import { contextBridge, ipcRenderer, type IpcRendererEvent } from 'electron';
import { callChannel, eventChannel } from './channels';

contextBridge.exposeInMainWorld('scorchmark', {
  call: (method: string, input: unknown): Promise<unknown> => ipcRenderer.invoke(callChannel, method, input),
  subscribe: (listener: (event: unknown) => void): (() => void) => {
    // Electron's event object stays here: it would hand the page a way to every channel.
    const forward = (_event: IpcRendererEvent, event: unknown): void => listener(event);
    ipcRenderer.on(eventChannel, forward);
    return () => {
      ipcRenderer.removeListener(eventChannel, forward);
    };
  },
});
