import { whereOf } from './place-at-end';

/** A description whose end, the file and the line, is seen first when there is little room. */
export function Where({ text, title }: { text: string; title: string }) {
  const { what, folder, file } = whereOf(text);
  return (
    <span className="mono heap-where" title={title}>
      {what && <span>{what}</span>}
      {file && (
        <span className="heap-place">
          <span>{folder}</span>
          <span>{file}</span>
        </span>
      )}
    </span>
  );
}
