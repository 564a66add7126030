import { site } from 'assent:config';

// Found by its address: markup of a visitor, such as <img name=currentScript>, can take the place of what a document
// knows by name, and decisions and the secret go to the server that is found here.
const own = document.querySelector<HTMLScriptElement>(`script[src*="/s/${site}"]`);

/** The server that this script came from. */
export const origin: string = own ? own.src.split(`/s/${site}`)[0]! : '';

/** What the page's policy asks of scripts that this one adds. */
export const nonce: string = own ? own.nonce : '';
