import { useEffect, useState } from 'react';
import { useClient } from '../state/client';
import { toAppError } from '../../main/errors';
import { readDropped } from '../state/dropped';
import { importDropped } from '../state/files';
import { reportError } from '../state/report-error';

/** Files may be dropped anywhere on the window. */
export function DropZone() {
  const client = useClient();
  const [over, setOver] = useState(false);
  useEffect(() => {
    const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;
    const dragOver = (event: DragEvent): void => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const dragLeave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent): void => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(false);
      if (!event.dataTransfer) return;
      readDropped(event.dataTransfer)
        .then((dropped) => importDropped(client, dropped))
        .catch((thrown: unknown) => reportError(toAppError(thrown, 'Opening what was dropped')));
    };
    window.addEventListener('dragover', dragOver);
    window.addEventListener('dragleave', dragLeave);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('dragover', dragOver);
      window.removeEventListener('dragleave', dragLeave);
      window.removeEventListener('drop', drop);
    };
  }, [client]);
  if (!over) return null;
  return (
    <div className="drop-zone">
      <div>
        Drop to open: a .scorchmark session, a profile of any tool, a folder of clinic flame or 0x, or the
        result of another load tool
      </div>
    </div>
  );
}
