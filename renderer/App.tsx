import { Button, MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { useEffect } from 'react';
import type { Client } from '../main/api';
import { ErrorBoundary } from './components/ErrorBoundary';
import { ErrorPanel } from './components/ErrorPanel';
import { LoadingView } from './components/LoadingView';
import { ConnectionNotice } from './frame/ConnectionNotice';
import { CommandPalette } from './frame/CommandPalette';
import { DropZone } from './frame/DropZone';
import { HelpOverlay } from './frame/HelpOverlay';
import { Rail } from './frame/Rail';
import { StatusBar } from './frame/StatusBar';
import { UiCommands } from './frame/UiCommands';
import { useGlobalKeys } from './frame/use-global-keys';
import { connect, loadInfo, useApp } from './state/app-store';
import { ClientContext, useClient } from './state/client';
import { useRoute } from './state/selection';
import { cssVariablesResolver, theme } from './theme/theme';
import { CompareView } from './views/compare/CompareView';
import { HomeView } from './views/home/HomeView';
import { RunFormView } from './views/run-form/RunFormView';
import { RunView } from './views/run/RunView';
import { SessionsView } from './views/sessions/SessionsView';
import { SettingsView } from './views/settings/SettingsView';

/** The whole window. */
export function App({ client }: { client: Client }) {
  useEffect(() => connect(client), [client]);
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariablesResolver} defaultColorScheme="auto">
      <ClientContext value={client}>
        <Notifications position="bottom-right" containerWidth={400} limit={4} />
        <Frame />
      </ClientContext>
    </MantineProvider>
  );
}

function Frame() {
  useGlobalKeys();
  const route = useRoute((state) => state.route);
  return (
    <div className="frame">
      <Rail />
      <main className="frame-main">
        <ConnectionNotice />
        <ErrorBoundary resetKey={`${route.view} ${route.id ?? ''} ${route.selection.tab}`}>
          <CurrentView />
        </ErrorBoundary>
      </main>
      <StatusBar />
      <CommandPalette />
      <UiCommands />
      <HelpOverlay />
      <DropZone />
    </div>
  );
}

function CurrentView() {
  const { view, id } = useRoute((state) => state.route);
  const { info, infoError } = useApp();
  const client = useClient();
  if (infoError && !info)
    return (
      <div className="pane">
        <ErrorPanel error={infoError.toJSON()}>
          <Button onClick={() => void loadInfo(client)}>Try again</Button>
        </ErrorPanel>
      </div>
    );
  if (!info) return <LoadingView text="Connecting to the workbench" />;
  switch (view) {
    case 'home':
      return <HomeView info={info} />;
    case 'new':
      return <RunFormView info={info} />;
    case 'run':
      return id === null ? null : <RunView key={id} id={id} />;
    case 'sessions':
      return <SessionsView />;
    case 'compare':
      return <CompareView />;
    case 'settings':
      return <SettingsView info={info} />;
  }
}
