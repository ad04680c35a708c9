import { Button, TextInput } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { ErrorPanel } from '../../components/ErrorPanel';
import { useCall } from '../../components/use-call';
import type { FieldErrors } from './form-state';
import { useForm } from './form-store';

/** Node processes that run on this machine, to attach to one. */
export function AttachFields({ errors }: { errors: FieldErrors }) {
  const { form, change } = useForm();
  const { data, error, loading, again } = useCall('targets.processes', {}, '');
  return (
    <>
      <div className="form-row align-end">
        <TextInput
          label="Process number (pid)"
          value={form.pid}
          error={errors['pid']}
          inputMode="numeric"
          onChange={(event) => change({ pid: event.currentTarget.value.replace(/\D/g, '') })}
          w={180}
        />
        <Button variant="default" leftSection={<IconRefresh size={13} />} loading={loading} onClick={again}>
          Look again
        </Button>
      </div>
      {error && <ErrorPanel error={error.toJSON()} />}
      {data?.length === 0 && (
        <p className="muted">No Node process of yours is running. Start one, or let Scorchmark start it.</p>
      )}
      {data && data.length > 0 && (
        <div className="choices" role="radiogroup" aria-label="Running Node processes">
          {data.map((process) => (
            <button
              key={process.pid}
              type="button"
              role="radio"
              aria-checked={form.pid === String(process.pid)}
              className="choice"
              onClick={() => change({ pid: String(process.pid) })}
            >
              <span className="number choice-pid">{process.pid}</span>
              <span className="mono ellipsis" title={process.title}>
                {process.title}
              </span>
              <span className="muted nowrap">{process.nodeVersion ? `Node ${process.nodeVersion}` : ''}</span>
            </button>
          ))}
        </div>
      )}
    </>
  );
}
