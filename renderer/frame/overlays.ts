import { create } from 'zustand';

/** What lies over the window. */
export const useOverlays = create<{ help: boolean; openHelp: () => void; closeHelp: () => void }>((set) => ({
  help: false,
  openHelp: () => set({ help: true }),
  closeHelp: () => set({ help: false }),
}));
