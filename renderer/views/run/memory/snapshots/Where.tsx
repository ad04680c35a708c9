import { placedText } from './place-at-end';

/** A description that shows the file and the line at its end also when there is little room: folders are cut first. */
export function Where({ text, title }: { text: string; title: string }) {
  const { what, folder, file, line } = placedText(text);
  return (
    <span className="heap-where" title={title}>
      {what && <span>{what}</span>}
      {file && (
        <span className="heap-place">
          <span>{folder}</span>
          <span>{file}</span>
          <span>{line}</span>
        </span>
      )}
    </span>
  );
}
