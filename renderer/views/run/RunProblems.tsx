import { Button } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { memo, useState } from 'react';
import type { AppErrorJson } from '../../../main/errors';
import { ErrorPanel } from '../../components/ErrorPanel';
import type { RecordingModel } from '../../state/recording';
import { useRoute } from '../../state/selection';
import { useApp } from '../../state/app-store';
import { fromSpec } from '../run-form/form-state';
import { useForm } from '../run-form/form-store';

/** Lines of output shown with an error of the target. */
const lastLines = 12;

interface Props {
  model: RecordingModel;
  /** The model changes in place; this says when its state has. */
  version: number;
}

/** Why the run failed, and what of it is missing. */
export const RunProblems = memo(function RunProblems({ model }: Props) {
  const { state, detail, problems, output } = model;
  const { go, select } = useRoute();
  const platform = useApp((app) => app.info?.platform);
  const replace = useForm((form) => form.replace);
  const [closed, setClosed] = useState<string | null>(null);
  const loadError = state.load?.phase === 'failed' ? state.load.error : undefined;
  const error = state.error
    ? withOutput(
        state.error,
        output.slice(-lastLines).map((line) => line.text),
      )
    : loadError;
  const spec = detail?.spec;
  return (
    <>
      {error && closed !== error.message && (
        <div className="run-error">
          <ErrorPanel error={error}>
            {spec && !model.live && (
              <Button
                onClick={() => {
                  replace(fromSpec(spec, platform));
                  go({ view: 'new' });
                }}
              >
                Change the command and run again
              </Button>
            )}
            {output.length > 0 && (
              <Button variant="default" onClick={() => select({ tab: 'output' })}>
                Show the output
              </Button>
            )}
            <Button variant="subtle" color="gray" onClick={() => setClosed(error.message)}>
              Hide
            </Button>
          </ErrorPanel>
        </div>
      )}
      {problems.map((problem) => (
        <div key={problem} className="notice notice-warn run-notice">
          <IconAlertTriangle size={14} aria-hidden />
          <span>Not everything could be read. {problem}</span>
        </div>
      ))}
    </>
  );
});

function withOutput(error: AppErrorJson, lines: string[]): AppErrorJson {
  if (error.details || lines.length === 0) return error;
  return { ...error, details: lines.join('\n') };
}
