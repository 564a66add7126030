import { hash, parts, site } from 'assent:config';
import { h } from './notice/dom.ts';
import { nonce, origin } from './origin.ts';
import { trusted } from './trusted.ts';

/** What is fetched on demand, by name: listed in server/internal/snippetbuild/parts.go, each with a default export. */
interface Parts {
  visitor: typeof import('./visitor/visitor.ts');
  check: typeof import('./check/check.ts');
}

/**
 * Fetches a part of the script that few visits need and resolves with its default export; rejects when it cannot be
 * loaded. It lies for ever beside the script that asks for it and is checked against the integrity that is written
 * there. Each call evaluates it anew, so that a caller that needs it again keeps what it got.
 *
 * A part imports of the script only types and what holds no state; the call hands over the rest, for instance
 * `loadPart('check').then((check) => check({ _has: has }))`: members that begin with an underscore have the same short
 * name on both sides. A call that not every site needs belongs behind a HAS_ feature, so that the loader vanishes too.
 */
export const loadPart = <N extends keyof Parts>(name: N): Promise<Parts[N]['default']> =>
  new Promise((here, failed) => {
    const src = trusted().createScriptURL(`${origin}/s/${site}/${hash}/${name}.js`);
    const element = h('script', { src, integrity: `sha256-${parts[name]}`, crossorigin: '', nonce });
    // A file declares a variable of this name, which no markup can take the place of.
    element.onload = () => here((self as never as { [variable: string]: Parts[N] })[`assent_${name}`]!.default);
    element.onerror = () => failed(Error(src));
    document.head.append(element);
  });
