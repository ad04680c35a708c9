/** The few pages the web shell writes itself. They hold no outside text but what is escaped here. */

export function signInPage(reason: 'no-cookie' | 'used-link'): string {
  const [title, sentence] =
    reason === 'used-link'
      ? ['This link has been used', 'Each link of the workbench opens it once.']
      : ['Not signed in', 'This browser has not opened the workbench’s link yet.'];
  return page(
    title,
    `<p>${sentence}</p>
    <p>Open the address that <code>scorchmark serve</code> printed in the terminal. Each such address works once; starting it again prints a fresh one.</p>
    <p>Came here by a link on another page? Then click into the address bar and press <kbd>Enter</kbd>.</p>`,
  );
}

export function refusalPage(reason: string): string {
  return page('Refused', `<p>${escapeHtml(reason)}</p>`);
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="color-scheme" content="light dark" />
    <title>${escapeHtml(title)} · Scorchmark</title>
    <style>body { font: 15px/1.5 system-ui, sans-serif; max-width: 36rem; margin: 15vh auto; padding: 0 1.5rem } h1 { font-size: 1.25rem }</style>
  </head>
  <body>
    <h1>${escapeHtml(title)}</h1>
    ${body}
  </body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
