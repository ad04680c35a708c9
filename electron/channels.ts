/** The only two channels between a window and the main process, and the scheme the UI is loaded by. */
export const callChannel = 'scorchmark:call';
export const eventChannel = 'scorchmark:event';

export const appScheme = 'scorchmark';
/** A host of its own, so that the page has an origin and relative addresses work. */
export const appOrigin = `${appScheme}://workbench`;
