import { ActionIcon, Button, Select, Textarea, TextInput } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useState } from 'react';
import type { HttpRequest } from '../../../main/api';
import type { FieldErrors, RequestRow } from './form-state';
import { useForm } from './form-store';

const methods: HttpRequest['method'][] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];

/** One request of the load. */
export function RequestFields({ index, errors }: { index: number; errors: FieldErrors }) {
  const { form, change } = useForm();
  const row = form.requests[index];
  const [open, setOpen] = useState(!!row && (row.headers !== '' || row.body !== ''));
  if (!row) return null;
  const edit = (part: Partial<RequestRow>): void =>
    change({ requests: form.requests.map((each, at) => (at === index ? { ...each, ...part } : each)) });
  const number = index + 1;
  const headersError = errors[`requests.${index}.headers`];
  const shown = open || headersError !== undefined;
  return (
    <div className="request">
      <div className="form-row">
        <Select
          aria-label={`Method of request ${number}`}
          data={methods}
          value={row.method}
          onChange={(method) => method && edit({ method: method })}
          w={104}
          allowDeselect={false}
        />
        <TextInput
          aria-label={`URL or path of request ${number}`}
          placeholder="/products or http://127.0.0.1:3000/products"
          className="grow"
          classNames={{ input: 'mono' }}
          value={row.url}
          error={errors[`requests.${index}.url`]}
          onChange={(event) => edit({ url: event.currentTarget.value })}
          spellCheck={false}
        />
        <Button variant="default" aria-expanded={shown} onClick={() => setOpen(!open)}>
          Headers, body
        </Button>
        <ActionIcon
          aria-label={`Remove request ${number}`}
          size={30}
          onClick={() => change({ requests: form.requests.filter((_row, at) => at !== index) })}
        >
          <IconX size={14} />
        </ActionIcon>
      </div>
      {shown && (
        <div className="form-row">
          <Textarea
            className="grow"
            label="Headers"
            placeholder="Content-Type: application/json"
            value={row.headers}
            error={headersError}
            autosize
            minRows={2}
            maxRows={8}
            classNames={{ input: 'mono' }}
            onChange={(event) => edit({ headers: event.currentTarget.value })}
          />
          <Textarea
            className="grow"
            label="Body"
            placeholder='{"quantity": 1}'
            value={row.body}
            autosize
            minRows={2}
            maxRows={8}
            classNames={{ input: 'mono' }}
            onChange={(event) => edit({ body: event.currentTarget.value })}
          />
        </div>
      )}
    </div>
  );
}
