/** What the view on the screen found, so that the search field can say it and walk through it. */
import { create } from 'zustand';
import type { SearchHits } from '../functions/use-tree-search';

interface State {
  hits: SearchHits | null;
  show: (hits: SearchHits | null) => void;
}

export const useSearchHits = create<State>((set, get) => ({
  hits: null,
  show(hits) {
    const before = get().hits;
    const same =
      before?.count === hits?.count &&
      before?.index === hits?.index &&
      before?.share === hits?.share &&
      before?.next === hits?.next &&
      before?.previous === hits?.previous;
    if (!same) set({ hits });
  },
}));
