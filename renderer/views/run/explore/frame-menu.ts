/** Which frame's menu is open, and where. */
import { create } from 'zustand';
import type { FlameFrame } from '../../../flame/types';
import type { Point } from '../../../functions/frame-target';

export interface FrameMenuRequest {
  frame: FlameFrame;
  at: Point;
  /** The frame's path is a call path from the outermost call on: its subtree can be focused. */
  isCallPath: boolean;
}

interface State {
  request: FrameMenuRequest | null;
  open: (request: FrameMenuRequest) => void;
  close: () => void;
}

export const useFrameMenu = create<State>((set) => ({
  request: null,
  open: (request) => set({ request }),
  close: () => set({ request: null }),
}));
