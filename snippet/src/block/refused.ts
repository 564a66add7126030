import { INERT } from '../inert.ts';
import { mark } from '../mark.ts';
import { hasStarted } from '../start.ts';
import { trusted } from '../trusted.ts';
import { disarm } from './arrest.ts';
import { needs } from './hosts.ts';

/** A violation as an event tells it (blockedURI) or a report (blockedURL). */
interface Refusal {
  readonly effectiveDirective?: string;
  readonly disposition?: string;
  readonly blockedURI?: string;
  readonly blockedURL?: string;
}

// What then waits for the gate, if it is known; the guard may have been there first.
const wait = (script: HTMLScriptElement): HTMLScriptElement | undefined => {
  if (script.type === INERT) return script;
  const ids = mark(script, 'assent') || needs(script.src);
  if (!ids) return undefined;
  script.dataset.assent = ids;
  return disarm(script);
};

/**
 * Hands to the gate the tags of known services that the page's policy refused for want of a nonce: started by the gate,
 * they may run once they are granted, also in a page whose visitor granted them before. `isMade` tells those that a script
 * has made, which the policy trusts and which share their address with a refused one at most.
 */
export const watchRefused = (isMade: (script: Element) => boolean): void => {
  const handOver = ({ effectiveDirective, disposition, blockedURI, blockedURL }: Refusal): void => {
    if (effectiveDirective !== 'script-src-elem' || disposition !== 'enforce') return;
    for (const script of [...document.scripts]) {
      const { src, nonce } = script;
      const address = src.split('#')[0]!;
      if (address !== (blockedURI || blockedURL) || nonce || isMade(script) || hasStarted(src)) continue;
      const waiting = wait(script);
      // A module that was refused once stays refused under its address in this document.
      if (!waiting || mark(waiting, 'type') !== 'module') continue;
      // The guard leaves alone what it did not hold.
      delete waiting.dataset.assentHeld;
      waiting.src = trusted().createScriptURL(`${address}#`);
    }
  };
  document.addEventListener('securitypolicyviolation', handOver);
  // Also tells, where browsers have it, what was refused before this script was here.
  const onReports = (reports: Report[]): void => {
    for (const { body } of reports) handOver(body as Refusal);
  };
  const options = { types: ['csp-violation'], buffered: true };
  if (window.ReportingObserver) new ReportingObserver(onReports, options).observe();
};
