import { create } from 'zustand';
import type { Input } from '../../../main/api';

export type SessionQuery = Required<NonNullable<Input<'sessions.list'>>>;

/** What the list shows; stays while the person looks at a session and comes back. */
export const useSessionQuery = create<{
  query: SessionQuery;
  change: (change: Partial<SessionQuery>) => void;
}>((set) => ({
  query: { search: '', tags: [], sort: 'createdAt', descending: true, trash: false },
  change: (change) => set(({ query }) => ({ query: { ...query, ...change } })),
}));
