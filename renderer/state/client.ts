/** The engine, as React sees it. */
import { createContext, useContext } from 'react';
import type { Client } from '../../main/api';

export const ClientContext = createContext<Client | null>(null);

export function useClient(): Client {
  const client = useContext(ClientContext);
  if (!client) throw new Error('No engine client above this component');
  return client;
}
