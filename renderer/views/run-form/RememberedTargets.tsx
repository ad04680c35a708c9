import { ActionIcon, Button } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import type { RememberedTarget } from '../../../main/api';
import { toAppError } from '../../../main/errors';
import { useCall } from '../../components/use-call';
import { formatWhen } from '../../components/when';
import { useClient } from '../../state/client';
import { usePreferences } from '../../state/preferences';
import { reportError } from '../../state/report-error';
import { emptyForm, fromSpec } from './form-state';
import { useForm } from './form-store';

/** Commands profiled before: one click fills the form. */
export function RememberedTargets({ platform, onChosen }: { platform: string; onChosen: () => void }) {
  const client = useClient();
  const { replace } = useForm();
  const cpuIntervalUs = usePreferences((state) => state.cpuIntervalUs);
  const { data, error, again } = useCall('targets.list', {}, '');
  const remove = (target: RememberedTarget): void => {
    client
      .call('targets.remove', { id: target.id })
      .then(again, (thrown: unknown) => reportError(toAppError(thrown)));
  };
  return (
    <aside className="remembered" aria-label="Remembered targets">
      <div className="section-head">
        <h2>Profiled before</h2>
        <Button
          size="compact-xs"
          variant="subtle"
          color="gray"
          onClick={() => {
            replace(emptyForm(cpuIntervalUs));
            onChosen();
          }}
        >
          Clear the form
        </Button>
      </div>
      {error && <p className="field-error">{error.message}</p>}
      {data?.length === 0 && (
        <p className="muted">Commands that you profile appear here, to be used again.</p>
      )}
      <ul className="plain-list">
        {data?.map((target) => (
          <li key={target.id} className="remembered-item">
            <button
              type="button"
              className="remembered-fill"
              title={target.label}
              onClick={() => {
                replace(fromSpec(target.spec, platform));
                onChosen();
              }}
            >
              <span className="mono ellipsis">{target.label}</span>
              <span className="muted ellipsis">
                {[
                  formatWhen(target.lastUsedAt),
                  target.spec.load?.scenario?.name ?? target.spec.load?.preset,
                  target.spec.target.kind === 'launch' ? target.spec.target.cwd : undefined,
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </span>
            </button>
            <ActionIcon aria-label={`Forget ${target.label}`} onClick={() => remove(target)}>
              <IconX size={13} />
            </ActionIcon>
          </li>
        ))}
      </ul>
    </aside>
  );
}
