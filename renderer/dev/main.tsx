import '../styles';
import { createRoot } from 'react-dom/client';
import { App } from '../App';
import { createFixtureClient, type Scene } from './fixture-client';
import cpuUrl from './fixtures/shop.cpuprofile?url';
import heapUrl from './fixtures/shop.heapprofile?url';

const bytes = async (url: string): Promise<Uint8Array> =>
  new Uint8Array(await (await fetch(url)).arrayBuffer());
const scene = (new URLSearchParams(location.search).get('scene') ?? 'full') as Scene;
const client = createFixtureClient({ scene, cpu: await bytes(cpuUrl), heap: await bytes(heapUrl) });
createRoot(document.getElementById('root')!).render(<App client={client} />);
