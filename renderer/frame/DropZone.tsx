import { useEffect, useState } from 'react';
import { useClient } from '../state/client';
import { importFiles } from '../state/files';

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
      void importFiles(client, [...(event.dataTransfer?.files ?? [])]);
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
      <div>Drop to open: .scorchmark, .cpuprofile or .heapprofile</div>
    </div>
  );
}
